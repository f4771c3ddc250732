"""The way from one value to another."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from keiki.charts.bridge import Step, bridge, gathered
from keiki.charts.format import Style

ENGLISH = Style("en")
ENDS = (("September", 100.0), ("October", 80.0))
STEPS = (Step("Visits", -40.0, "/visits/"), Step("Rate", 20.0))


def bars(svg: str) -> list[tuple[str, float, float]]:
    found = re.findall(r'<rect class="([\w-]+)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)
    return [(kind, float(x), float(wide)) for kind, x, wide in found]


def test_each_step_begins_where_the_last_one_ended() -> None:
    told = bridge("Orders", "Fewer visits.", ENDS, STEPS, "count", ENGLISH, width=302)
    assert bars(told.svg) == [
        ("col-now", 8.0, 200.0),
        ("step-bad", 128.0, 80.0),
        ("step-good", 128.0, 40.0),
        ("col-now", 8.0, 160.0),
    ]
    assert '<a href="/visits/">' in told.svg
    assert told.table.rows == (("September", "100"), ("Visits", "−40"), ("Rate", "+20"), ("October", "80"))


def test_less_is_good_where_less_is_wished() -> None:
    told = bridge("Cost", "", ENDS, STEPS, "count", ENGLISH, wished=-1)
    assert [kind for kind, _, _ in bars(told.svg)][1:3] == ["step-good", "step-bad"]


def test_values_far_from_zero_begin_near_themselves() -> None:
    told = bridge("Orders", "", (("a", 1000.0), ("b", 1010.0)), [Step("x", 10.0)], "count", ENGLISH, width=302)
    assert bars(told.svg)[1][2] > 40
    assert told.svg.count('class="break"') == 2


def test_bars_that_begin_at_nothing_are_whole() -> None:
    assert 'class="break"' not in bridge("Cost", "", ENDS, STEPS, "count", ENGLISH).svg


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
    assert "<script>" not in told.svg
    assert "<b>" not in told.svg
