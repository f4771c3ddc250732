"""Missing days of a series: what is a gap and what is only a quiet day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from keiki.insight.gaps import GapRule, missing_days

FIRST = date(2024, 4, 1)


def series(counts: list[int]) -> dict[date, int]:
    return {FIRST + timedelta(days=place): count for place, count in enumerate(counts) if count}


@pytest.mark.parametrize("each", [1, 3, 200])
def test_missing_day_of_a_regular_series_is_found_whatever_a_day_brings(each: int) -> None:
    counts = [each] * 61
    counts[32] = 0
    assert missing_days(series(counts)) == (date(2024, 5, 3),)


def test_missing_weeks_are_found_whole() -> None:
    counts = [5] * 90
    counts[30:60] = [0] * 30
    assert missing_days(series(counts)) == tuple(FIRST + timedelta(days=place) for place in range(30, 60))


def test_weekday_that_brings_nothing_is_not_missing() -> None:
    counts = [0 if place % 7 in (5, 6) else 8 for place in range(70)]
    counts[35] = 0
    assert missing_days(series(counts)) == (FIRST + timedelta(days=35),)


def test_quiet_days_of_a_small_shop_are_not_missing() -> None:
    drawn = np.random.default_rng(7).poisson(3, 360)
    drawn[[0, -1]] = 1
    assert (drawn == 0).sum() > 10
    assert missing_days(series(drawn.tolist())) == ()


def test_day_without_one_of_many_orders_is_missing() -> None:
    drawn = np.random.default_rng(7).poisson(40, 120)
    drawn[50] = 0
    assert missing_days(series(drawn.tolist())) == (FIRST + timedelta(days=50),)


def test_nothing_is_said_of_a_short_series_nor_of_its_ends() -> None:
    assert missing_days(series([1, 1, 0, 1, 1])) == missing_days({}) == ()
    assert missing_days(series([0, 0, *[1] * 20, 0])) == ()
    assert missing_days(series([1, 0, 1, 1, 1, 1, 1, 1, 1]), GapRule(fewest=9)) == (date(2024, 4, 2),)
