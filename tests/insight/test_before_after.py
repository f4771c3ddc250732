"""Before and after a change, by hand and against scipy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import ttest_ind

from keiki.insight.before_after import BeforeAfterRule, Caution, before_after
from keiki.periods import Calendar, Grain

CALENDAR = Calendar()


def months(count: int, year: int = 2025, month: int = 1) -> tuple:
    first = CALENDAR.period(Grain.MONTH, date(year, month, 1))
    return tuple(CALENDAR.shift(first, step) for step in range(count))


@pytest.mark.feature("F-128")
def test_difference_has_an_interval_and_a_caution_about_the_season() -> None:
    values = [100.0, 104.0, 98.0, 102.0, 119.0, 123.0, 121.0, 117.0]
    told = before_after(months(8), values, 4)
    assert (told.before, told.after, told.difference) == (101.0, 120.0, 19.0)
    welch = ttest_ind(values[4:], values[:4], equal_var=False).confidence_interval(0.95)
    assert (told.low, told.high) == (pytest.approx(welch.low), pytest.approx(welch.high))
    assert (told.clear, told.cautions) == (True, (Caution.SEASON,))


def test_year_before_takes_the_season_off() -> None:
    year = [100.0, 100.0, 100.0, 120.0, 120.0, 120.0] + [100.0] * 6
    told = before_after(months(18), [*year, *[value * 1.1 for value in year[:6]]], 15, window=3)
    assert (told.difference, told.last_year) == (pytest.approx(22), 20)
    assert told.beyond_season == pytest.approx(2)
    assert Caution.SEASON not in told.cautions


def test_trend_before_the_change_is_told() -> None:
    assert Caution.TREND in before_after(months(8), [10.0, 20, 30, 40, 50, 60, 70, 80], 4).cautions
    assert Caution.TREND not in before_after(months(8), [10.0, 12, 9, 11, 50, 60, 70, 80], 4).cautions


def test_few_periods_are_told_and_missing_ones_are_left_out() -> None:
    told = before_after(months(5), [1.0, None, 2.0, 5.0, 6.0], 3)
    assert (told.periods_before, told.periods_after) == (2, 2)
    assert Caution.FEW in told.cautions
    assert before_after(months(3), [None, 2.0, 3.0], 1).difference is None


def test_wider_level_gives_a_wider_interval() -> None:
    values = [float(v) for v in np.random.default_rng(1).normal(50, 5, 12)]
    wide, narrow = (before_after(months(12), values, 6, BeforeAfterRule(level=level)) for level in (0.99, 0.8))
    assert wide.low is not None
    assert narrow.low is not None
    assert wide.low < narrow.low
