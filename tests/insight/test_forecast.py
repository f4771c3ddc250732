"""Forecast to a deadline, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.insight.forecast import outlook_of_level, outlook_of_sum

amounts = st.lists(st.floats(0, 1e6), min_size=1, max_size=24)


def test_outlook_of_sum_says_how_much_is_missing() -> None:
    told = outlook_of_sum([10] * 6, 6, 150)
    assert (told.expected, told.short, told.needed, told.on_track) == (120, 30, 15, False)


def test_outlook_of_sum_on_track_by_the_last_unit() -> None:
    told = outlook_of_sum([12.5] * 6, 6, 150)
    assert (told.expected, told.short, told.on_track) == (150, 0, True)


def test_outlook_of_a_cost_is_short_when_it_is_too_high() -> None:
    assert outlook_of_sum([10] * 6, 6, 110, "lower").short == 10
    assert outlook_of_sum([10] * 6, 6, 150, "lower").on_track


def test_outlook_with_a_season_weighs_the_months_to_come() -> None:
    told = outlook_of_sum([10, 10], 2, 60, weights=(1, 1, 1, 2))  # 10 a weight, 3 weights to come
    assert (told.expected, told.short) == (50, 10)


def test_outlook_after_the_deadline_has_nothing_left() -> None:
    told = outlook_of_sum([10] * 12, 0, 150)
    assert (told.expected, told.short, told.needed) == (120, 30, None)


def test_outlook_of_level_leads_the_trend_on() -> None:
    told = outlook_of_level([0.95, 0.96, 0.97], 2, 1.0)
    assert (told.expected, told.short, told.rate) == pytest.approx((0.99, 0.01, 0.01))


@given(done=amounts, remaining=st.integers(0, 24), target=st.floats(1, 1e7))
def test_what_is_needed_reaches_the_target(done: list[float], remaining: int, target: float) -> None:
    told = outlook_of_sum(done, remaining, target)
    assert told.short == pytest.approx(target - told.expected)
    if told.needed is not None:
        assert sum(done) + told.needed * remaining == pytest.approx(target, abs=1e-6)


@given(done=amounts, remaining=st.integers(0, 24), target=st.floats(1, 1e7))
def test_equal_weights_are_no_season(done: list[float], remaining: int, target: float) -> None:
    plain = outlook_of_sum(done, remaining, target)
    weighed = outlook_of_sum(done, remaining, target, weights=[1.0] * (len(done) + remaining))
    assert weighed.expected == pytest.approx(plain.expected)
