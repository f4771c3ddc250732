"""Small lines side by side."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, words

from keiki.charts.format import Style
from keiki.charts.lines import Line
from keiki.charts.multiples import MOST, multiples

ENGLISH = Style("en")
SERIES = [Line(f"channel {n}", (1.0 * n, 2.0 * n, None)) for n in range(1, 4)]


def test_all_small_pictures_share_one_scale() -> None:
    option = multiples("Orders", "", SERIES, ["a", "b", "c"], "count", ENGLISH).wide.option
    assert {(axis["min"], axis["max"]) for axis in option["yAxis"]} == {(0.0, 6.0)}
    assert len(option["grid"]) == 3


def test_each_says_its_name_and_its_newest_value() -> None:
    found = words(drawn(multiples("Orders", "", SERIES, ["a", "b", "c"], "count", ENGLISH)))
    assert [each for each in ("channel 3", "6", "channel 1", "2") if each not in found] == []


def test_the_table_holds_more_than_the_picture() -> None:
    series = [Line(str(n), (1.0,)) for n in range(MOST + 3)]
    chart = multiples("Orders", "", series, ["a"], "count", ENGLISH)
    assert (len(chart.wide.option["grid"]), len(chart.table.head)) == (MOST, MOST + 4)


def test_multiples_as_drawn(snapshot: SnapshotAssertion) -> None:
    assert pretty(multiples("注文", "3つとも伸びた。", SERIES, ["4月", "5月", "6月"], "count")) == snapshot
