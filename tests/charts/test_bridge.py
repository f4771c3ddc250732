"""The way from one value to another."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import SVG, drawn, pretty, rectangles

from keiki.charts.bridge import Step, bridge, gathered
from keiki.charts.chart import Chart
from keiki.charts.format import Style
from keiki.charts.palette import BAD, GOOD, STRONG
from keiki.charts.render import svg

ENGLISH = Style("en")
ENDS = (("September", 100.0), ("October", 80.0))
STEPS = (Step("Visits", -40.0, "/visits/"), Step("Rate", 20.0))


def breaks(told: Chart) -> list[Any]:
    return [each for each in told.wide.option["graphic"] if each["style"].get("lineWidth") == 2]


def test_each_step_begins_where_the_last_one_ended() -> None:
    told = bridge("Orders", "Fewer visits.", ENDS, STEPS, "count", ENGLISH)
    found = rectangles(told.wide)
    assert [(ink, value[0]) for ink, value, _size in found] == [(STRONG, 50), (BAD, 80), (GOOD, 70), (STRONG, 40)]
    wide = [size[0] for _ink, _value, size in found]
    assert [round(each / wide[0], 2) for each in wide] == [1, 0.4, 0.2, 0.8]
    assert told.table.rows == (("September", "100"), ("Visits", "−40"), ("Rate", "+20"), ("October", "80"))


def test_a_step_with_an_address_is_a_link_that_needs_no_script() -> None:
    root = drawn(bridge("Orders", "", ENDS, STEPS, "count", ENGLISH))
    (link,) = root.iter(f"{SVG}a")
    assert (root.get("role"), link.get("href")) == ("group", "/visits/")
    assert link[0].text == "Visits −40"


def test_less_is_good_where_less_is_wished() -> None:
    told = bridge("Cost", "", ENDS, STEPS, "count", ENGLISH, wished=-1)
    assert [ink for ink, _value, _size in rectangles(told.wide)][1:3] == [GOOD, BAD]


def test_values_far_from_zero_begin_near_themselves_and_say_so() -> None:
    told = bridge("Orders", "", (("a", 1000.0), ("b", 1010.0)), [Step("x", 10.0)], "count", ENGLISH)
    assert rectangles(told.wide)[1][2][0] > 100
    assert len(breaks(told)) == 4


def test_bars_that_begin_at_nothing_are_whole() -> None:
    assert breaks(bridge("Cost", "", ENDS, STEPS, "count", ENGLISH)) == []


def test_a_way_through_zero_is_drawn_on_both_sides() -> None:
    told = bridge("Profit", "", (("a", -20.0), ("b", 30.0)), [Step("x", 60.0), Step("y", -10.0)], "count", ENGLISH)
    assert [value[0] for _ink, value, _size in rectangles(told.wide)] == [-10, 10, 35, 15]


def test_small_steps_are_gathered_into_one_and_nothing_is_left_out() -> None:
    steps = [Step("a", 5.0), Step("none", 0.0), Step("b", -1.0), Step("c", 3.0), Step("d", 0.5)]
    assert gathered(steps, 3, "Others") == (Step("a", 5.0), Step("c", 3.0), Step("Others", -0.5))


@given(st.lists(st.floats(-1e6, 1e6), max_size=12), st.integers(1, 8))
def test_gathered_steps_keep_their_sum(amounts: list[float], most: int) -> None:
    kept = gathered([Step("s", amount) for amount in amounts], most, "rest")
    assert len(kept) <= most
    assert abs(sum(step.amount for step in kept) - sum(amounts)) <= 1e-6


def test_addresses_and_names_cannot_break_out() -> None:
    told = bridge("R", "", ENDS, [Step("<b>", 1.0, '"><script>')], "count", ENGLISH)
    written = svg(told.wide, told.kind, told.title, told.alt)
    assert "<script>" not in written
    assert "<b>" not in written


def test_bridge_as_drawn(snapshot: SnapshotAssertion) -> None:
    steps = [Step("新規顧客の注文", 12e6, "/rows/"), Step("平均単価", -3.2e6)]
    chart = bridge("売上高", "新規顧客が押し上げた。", (("6月", 1.2e8), ("7月", 1.288e8)), steps, "currency")
    assert pretty(chart) == snapshot
