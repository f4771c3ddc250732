"""Stacked columns: as high as their parts together, every part in the table."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, words

from keiki.charts.format import Style
from keiki.charts.stacked import Column, stacked, stacked_share

ENGLISH = Style("en")
PARTS = [("Good", "good"), ("Bad", "act")]
COLUMNS = [Column("Q1", "Quarter 1", (300.0, 100.0)), Column("Q2", "Quarter 2", (100.0, -50.0), complete=False)]


def test_columns_are_as_high_as_their_parts_together() -> None:
    chart = stacked("Revenue", "", COLUMNS, PARTS, "currency", ENGLISH)
    good, bad = chart.wide.option["series"]
    assert (good["stack"], bad["stack"]) == ("whole", "whole")
    assert (good["data"][0], bad["data"][0], good["data"][1]["value"], bad["data"][1]["value"]) == (300, 100, 100, 0)
    assert chart.table.rows == (("Quarter 1", "¥300", "¥100"), ("Quarter 2 (so far)", "¥100", "−¥50"))


def test_shares_add_up_to_one_and_nothing_has_no_shares() -> None:
    columns = [*COLUMNS, Column("Q3", "Quarter 3", (0.0, 0.0))]
    rows = stacked_share("Revenue", "", columns, PARTS, ENGLISH).table.rows
    assert [row[1:] for row in rows] == [("75%", "25%"), ("100%", "0%"), ("0%", "0%")]


def test_names_of_many_parts_take_several_lines_and_none_is_cut() -> None:
    parts = [(f"とても長い区分の名前{n}", "") for n in range(5)]
    chart = stacked("売上", "", [Column("1", "1", (1.0,) * 5)], parts, "currency")
    assert [name for name, _tone in parts if name not in words(drawn(chart, narrow=True))] == []
    assert len({each["y"] for each in chart.narrow.option["graphic"] if each["type"] == "text"}) > 1


def test_nothing_to_draw_is_an_empty_picture() -> None:
    chart = stacked("Revenue", "", [], PARTS, "currency")
    assert (chart.table.rows, "Good" in words(drawn(chart))) == ((), True)


def test_stacked_as_drawn(snapshot: SnapshotAssertion) -> None:
    assert pretty(stacked("売上の中身", "良い売上が増えた。", COLUMNS, PARTS, "currency")) == snapshot
