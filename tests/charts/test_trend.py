"""The trend with its target line."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import SVG, drawn, pretty, words

from keiki.charts.aim import Aim
from keiki.charts.axes import room
from keiki.charts.format import Style
from keiki.charts.happened import Happened
from keiki.charts.palette import INK, PACE, STRONG
from keiki.charts.trend import Bar, Expected, trend

FIVE = [
    Bar(str(month), f"2026年{month}月", value) for month, value in zip(range(1, 6), (90, 95, 99, 110, 118), strict=True)
]
STEPPED = [Aim(low=100)] * 3 + [Aim(low=120)] * 2


def over_slots(option: dict[str, Any], ink: str) -> list[list[Any]]:
    return [
        series["data"]
        for series in option["series"]
        if series.get("xAxisIndex") == 1 and series["lineStyle"].get("color") == ink
    ]


def test_trend_draws_a_stepped_target_line() -> None:
    """100 from January, 120 from April: one step up where April begins."""
    chart = trend("件数", "説明", FIVE, "count", aims=STEPPED)
    (line,) = over_slots(chart.wide.option, INK)
    assert line[:2] == [[0, 100.0], [1, 100.0]]
    assert line[5:7] == [[3, 100.0], [3, 120.0]]
    assert line[-1] == [5, 120.0]


def test_trend_table_holds_target_and_difference() -> None:
    table = trend("件数", "", FIVE, "count", aims=STEPPED).table
    assert table.head == ("期間", "件数", "目標", "目標との差")
    assert table.rows[2] == ("2026年3月", "99", "100", "−1.0%")
    assert table.rows[4] == ("2026年5月", "118", "120", "−1.7%")


def test_trend_without_a_target_in_a_period_leaves_a_gap() -> None:
    aims: list[Aim | None] = [Aim(low=100), None, Aim(low=100), None, None]
    chart = trend("件数", "", FIVE, "count", aims=aims)
    (line,) = over_slots(chart.wide.option, INK)
    assert [value for _place, value in line] == [100.0, 100.0, None, None, 100.0, 100.0, None, None, None, None]
    assert chart.table.rows[1][2:] == ("—", "—")


def test_trend_draws_a_band_between_two_bounds() -> None:
    option = trend("件数", "", FIVE, "count", aims=[Aim(80, 100)] * 5).wide.option
    (areas,) = [series["markArea"]["data"] for series in option["series"] if "markArea" in series]
    assert areas[4] == [{"xAxis": 4, "yAxis": 80.0}, {"xAxis": 5, "yAxis": 100.0}]
    assert len(over_slots(option, INK)) == 2


def test_trend_marks_the_pace_of_a_running_period() -> None:
    aims = [*STEPPED[:4], Aim(low=40, whole=Aim(low=120))]
    bars = [*FIVE[:4], Bar("5", "May", 30, complete=False)]
    chart = trend("Count", "", bars, "count", Style("en"), aims)
    assert over_slots(chart.wide.option, PACE) == [[[4.06, 40.0], [4.94, 40.0]]]
    assert chart.table.rows[-1] == ("May (so far)", "30", "120", "−25.0%")


def test_a_running_period_is_dashed_and_the_last_one_strong() -> None:
    bars = [*FIVE[:4], Bar("5", "5月", 30, complete=False)]
    (columns,) = [s for s in trend("件数", "", bars, "count").wide.option["series"] if s["type"] == "bar"]
    assert columns["data"][-1]["itemStyle"]["borderType"] == [4, 3]
    strong = trend("件数", "", FIVE, "count").wide.option["series"][0]["data"]
    assert [item["itemStyle"]["color"] == STRONG for item in strong] == [False] * 4 + [True]


def test_what_is_expected_continues_the_history_with_its_range() -> None:
    bars = [*FIVE, Bar("6", "2026年6月", None)]
    chart = trend("件数", "", bars, "count", expected=[None] * 5 + [Expected(125, 110, 140)])
    lows, spans, middles = (series["data"] for series in chart.wide.option["series"][1:])
    assert (lows[-2:], spans[-2:], middles[-2:]) == ([118.0, 110.0], [0.0, 30.0], [118.0, 125.0])
    assert chart.table.rows[-1] == ("2026年6月", "—", "125（110〜140）")
    assert "見込み 125" in words(drawn(chart))


def test_what_happened_is_numbered_on_the_picture_and_told_in_the_table() -> None:
    happened = [Happened(3, "Price up", "price"), Happened(1, "Outage", "incident"), Happened(99, "Outside")]
    chart = trend("Count", "", FIVE, "count", Style("en"), happened=happened)
    assert {"①", "②"} <= set(words(drawn(chart)))
    assert [row[-1] for row in chart.table.rows] == ["", "① Outage", "", "② Price up", ""]


@pytest.mark.parametrize(("value", "target"), [(118, 119), (119, 118), (118, 118)])
def test_names_never_overlap(value: float, target: float) -> None:
    chart = trend("件数", "", [*FIVE[:4], Bar("5", "5月", value)], "count", aims=[Aim(low=target)] * 5)
    heights = sorted(each["y"] for each in chart.narrow.option["graphic"])
    assert heights[1] - heights[0] >= 15.9


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_names_at_the_right_are_never_cut(narrow: bool, language: str) -> None:
    bars = [Bar("5", "5月", 123_456_789.0)]
    chart = trend("a", "b", bars, "currency", Style(language), [Aim(low=987_654_321.0)])
    picture = chart.narrow if narrow else chart.wide
    names = picture.option["graphic"]
    assert len(names) == 2
    assert all(each["x"] + room(each["style"]["text"]) <= picture.width for each in names)


def test_trend_without_values_or_targets_still_draws() -> None:
    assert words(drawn(trend("a", "b", [Bar("1", "1", None)], "count", aims=[None]))) == ["0", "1", "1"]
    assert words(drawn(trend("a", "b", [], "count"))) == ["0", "1"]


def test_a_history_of_ten_thousand_days_is_a_line() -> None:
    bars = [Bar(str(day), f"day {day}", day % 97) for day in range(10_000)]
    root = drawn(trend("a", "b", bars, "count"))
    assert len(list(root.iter(f"{SVG}path"))) < 20
    assert len("".join(path.get("d") or "" for path in root.iter(f"{SVG}path"))) < 60_000


def test_trend_as_drawn(snapshot: SnapshotAssertion) -> None:
    aims = [*STEPPED[:4], Aim(low=60, whole=Aim(low=120)), None]
    bars = [*FIVE[:4], Bar("5", "2026年5月", 55, complete=False), Bar("6", "2026年6月", None)]
    expected = [None, None, None, None, Expected(118, 110, 125), Expected(125, 110, 140)]
    happened = [Happened(2, "値上げ")]
    chart = trend("受注件数", "目標を3.8%下回る。", bars, "count", aims=aims, expected=expected, happened=happened)
    assert pretty(chart) == snapshot
