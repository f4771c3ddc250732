"""Forecasts of months to come and to a deadline, by hand and against scipy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress, t

from keiki.insight.forecast import forecast, outlook_of_level, outlook_of_sum
from keiki.periods import Calendar, Grain

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


# --- the months to come ---


def months(count: int) -> tuple:
    first = Calendar().period(Grain.MONTH, date(2024, 1, 1))
    return tuple(Calendar().shift(first, step) for step in range(count))


def test_straight_line_is_led_on_without_doubt() -> None:
    told = forecast(months(12), [100.0 + 5 * place for place in range(12)], 2)
    assert [each.expected for each in told.ahead] == pytest.approx([160, 165])
    assert [each.high - each.low for each in told.ahead] == pytest.approx([0, 0], abs=1e-6)
    assert (told.slope, told.seasonal) == (pytest.approx(5), False)


def test_interval_is_that_of_a_new_observation() -> None:
    """Against the textbook formula, worked with scipy's line: s · t · √(1 + 1/n + (x − x̄)² / Sxx)."""
    values = [float(v) for v in np.random.default_rng(2).normal(100, 6, 10)]
    fit = linregress(range(10), values)
    rest = np.array(values) - fit.intercept - fit.slope * np.arange(10)
    s = np.sqrt((rest**2).sum() / 8)
    half = t.ppf(0.9, 8) * s * np.sqrt(1 + 1 / 10 + (10 - 4.5) ** 2 / 82.5)
    (told,) = forecast(months(10), values, 1).ahead
    assert (told.expected, told.high - told.expected) == (
        pytest.approx(fit.intercept + 10 * fit.slope),
        pytest.approx(half),
    )


@pytest.mark.feature("F-114")
def test_linear_and_seasonal_history_is_led_on_with_an_interval() -> None:
    season = [1.2 if place % 12 == 11 else 0.9 if place % 12 == 1 else 0.99 for place in range(39)]
    truth = [(1_000 + 10 * place) * season[place] for place in range(39)]
    noise = np.random.default_rng(5).normal(0, 12, 36)
    linear = forecast(months(36), [1_000 + 10 * place + float(noise[place]) for place in range(36)], 3)
    seasonal = forecast(months(36), [truth[place] + float(noise[place]) for place in range(36)], 3)
    assert [each.expected for each in linear.ahead] == pytest.approx([1_360, 1_370, 1_380], rel=0.01)
    assert [each.expected for each in seasonal.ahead] == pytest.approx(truth[36:], rel=0.02)
    assert seasonal.seasonal
    for told, value in zip(seasonal.ahead, truth[36:], strict=True):
        assert told.low < value < told.high
    widths = [each.high - each.low for each in linear.ahead]
    assert widths == sorted(widths)


def test_short_history_is_not_led_on_and_counts_are_never_negative() -> None:
    assert forecast(months(5), [1.0, 2.0, 3.0, 4.0, 5.0]).ahead == ()
    assert all(each.low == 0 for each in forecast(months(8), [9.0, 0.0, 8.0, 1.0, 0.0, 7.0, 0.0, 2.0], 3).ahead)
