"""Baselines worked by hand, and what must hold for every history."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keiki.insight.baseline import Why, baseline, line, unusual
from keiki.periods import Calendar, Grain, Period

CALENDAR = Calendar()


def months(count: int, last: date = date(2026, 10, 1)) -> tuple[Period, ...]:
    end = CALENDAR.period(Grain.MONTH, last)
    return tuple(CALENDAR.shift(end, step) for step in range(1 - count, 1))


def of(values: list[float | None], **options: object) -> object:
    return baseline(months(len(values)), values, **options)


def test_baseline_of_a_straight_line() -> None:
    found = of([100, 110, 120, 130, 140])
    assert (found.level, found.now, found.growth, found.spread) == (120, 140, 10, 0)
    assert (found.expected(1), found.expected(6)) == (150, 200)
    assert (found.best, found.best_month.start) == (140, date(2026, 10, 1))
    assert (found.enough, found.ideal, found.left_out) == (True, False, ())


@pytest.mark.parametrize(("count", "enough", "ideal"), [(2, False, False), (3, True, False), (12, True, True)])
def test_baseline_says_how_many_months_it_rests_on(count: int, enough: bool, ideal: bool) -> None:
    found = of([5.0] * count)
    assert (found.months, found.enough, found.ideal) == (count, enough, ideal)
    assert found.level == (5.0 if enough else None)


def test_baseline_leaves_out_an_unusual_month_and_says_so() -> None:
    found = of([100, 102, 98, 101, 900, 99, 103])
    assert [(each.month.start.month, each.value, each.why) for each in found.left_out] == [(8, 900, Why.UNUSUAL)]
    assert (found.months, found.level, found.best) == (6, 100.5, 103)


def test_baseline_leaves_out_running_and_empty_months() -> None:
    found = of([100, None, 100, 100, 40], complete=[True, True, True, True, False])
    assert [each.why for each in found.left_out] == [Why.EMPTY, Why.RUNNING]
    assert (found.months, found.level, found.last.start) == (3, 100, date(2026, 9, 1))
    assert found.expected(1) == 100


def test_months_before_the_first_value_are_no_history() -> None:
    found = of([None, None, 100, 100, 100])
    assert (found.months, found.left_out) == (3, ())


def test_baseline_never_rests_on_more_than_a_year() -> None:
    found = of([50.0] * 6 + [100.0] * 12)
    assert (found.months, found.level) == (12, 100)
    assert {each.why for each in found.left_out} == {Why.OLD}


def test_last_year_is_the_same_month_as_the_one_to_come() -> None:
    found = of([float(value) for value in range(1, 14)])  # the 13th month is October 2026, last November was the 2nd
    assert found.last_year == 2


def test_growth_of_a_year_is_the_middle_of_month_against_month() -> None:
    found = of([100.0] * 12 + [110.0] * 12)
    assert found.growth_year == pytest.approx(0.10)
    assert of([100.0] * 14).growth_year is None  # two pairs are too few


SEASON = [0.5, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.2, 1.5]


def test_two_years_show_the_season() -> None:
    values = [1000 * SEASON[month.start.month - 1] for month in months(36)]
    found = of(values)
    assert [found.season[month] for month in range(1, 13)] == pytest.approx(SEASON)
    assert (found.level, found.growth) == (pytest.approx(1000), pytest.approx(0, abs=1e-6))
    assert found.expected(2) == pytest.approx(1500)  # December
    assert found.expected(3) == pytest.approx(500)  # January
    assert found.left_out[-1].why is Why.OLD  # December is no odd month, it is December


def test_less_than_two_years_show_no_season() -> None:
    assert of([100.0] * 23).season == {}


def test_lower_is_better_for_a_cost() -> None:
    assert of([5, 3, 4], direction="lower").best == 3
    assert of([5, 3, 4], direction="neutral").best is None


def test_line_is_not_bent_by_one_odd_value() -> None:
    assert line(np.arange(5.0), np.array([1, 2, 3, 4, 500.0])) == (1, 1)


def test_a_tenth_off_the_trend_is_never_unusual() -> None:
    assert not unusual(np.arange(9.0), np.array([100, 100, 100, 100, 110, 100, 100, 100, 100.0])).any()


def test_no_month_is_unusual_among_four() -> None:
    assert not unusual(np.arange(4.0), np.array([1, 1, 1, 900.0])).any()


def test_one_among_alike_is_unusual() -> None:
    assert list(np.flatnonzero(unusual(np.arange(7.0), np.array([10, 10, 10, 10, 100, 10, 10.0])))) == [4]


def test_empty_history_tells_nothing() -> None:
    found = of([])
    assert (found.months, found.level, found.expected(1), found.last_year) == (0, None, None, None)


histories = st.lists(st.one_of(st.none(), st.floats(1, 1e6)), min_size=1, max_size=40)


@given(values=histories, factor=st.floats(0.01, 1000))
def test_baseline_grows_with_its_unit(values: list[float | None], factor: float) -> None:
    """Yen or thousands of yen: the same months are left out and every value scales."""
    one = of(values)
    other = of([None if value is None else value * factor for value in values])
    assume([each.month for each in one.left_out] == [each.month for each in other.left_out])  # ties of rounding
    if one.level is None:
        assert other.level is None
    else:
        assert other.level == pytest.approx(one.level * factor, rel=1e-6)
        assert other.growth == pytest.approx(one.growth * factor, rel=1e-6, abs=1e-6 * factor)


@given(values=histories)
def test_every_month_since_the_first_value_is_kept_or_left_out(values: list[float | None]) -> None:
    found = of(values)
    first = next((place for place, value in enumerate(values) if value is not None), len(values))
    assert found.months + len(found.left_out) == len(values) - first


@given(values=histories)
def test_level_lies_within_what_was_seen(values: list[float | None]) -> None:
    found = of(values)
    known = [value for value in values if value is not None]
    if found.level is not None and not found.season:
        assert min(known) <= found.level <= max(known)


@pytest.mark.feature("F-070")
def test_two_months_are_refused_and_twelve_are_marked_ideal() -> None:
    two, twelve = of([100.0, 110.0]), of([100.0 + month for month in range(12)])
    assert (two.enough, two.level, two.growth, two.expected(1)) == (False, None, None, None)
    assert (twelve.enough, twelve.ideal, twelve.level) == (True, True, 105.5)


@pytest.mark.feature("F-072")
def test_trend_of_three_months_is_a_share_per_month() -> None:
    assert of([100.0, 110.0, 121.0]).growth_share == pytest.approx(0.10)
    assert of([100.0, 0.0, 121.0]).growth_share is None
    assert of([100.0, 110.0]).growth_share is None


@pytest.mark.feature("F-071")
def test_campaign_week_left_out_changes_the_baseline() -> None:
    first = Calendar().period(Grain.WEEK, date(2026, 1, 5))
    weeks = tuple(Calendar().shift(first, step) for step in range(8))
    values = [100.0, 104.0, 98.0, 115.0, 116.0, 101.0, 99.0, 103.0]
    whole, calm = baseline(weeks, values), baseline(weeks, values, without=weeks[3:5])
    assert (whole.level, calm.level) == (102.0, 100.5)
    assert [(each.month, each.why) for each in calm.left_out] == [(weeks[3], Why.CHOSEN), (weeks[4], Why.CHOSEN)]


@given(
    st.lists(st.floats(1, 1e6), min_size=6, max_size=20),
    st.sets(st.integers(0, 5), max_size=3),
)
def test_months_left_out_by_hand_are_as_if_they_had_no_value(values: list[float], places: set[int]) -> None:
    months = tuple(Calendar().shift(Calendar().period(Grain.MONTH, date(2025, 1, 1)), n) for n in range(len(values)))
    chosen = baseline(months, values, without=[months[place] for place in places])
    empty = baseline(months, [None if place in places else value for place, value in enumerate(values)])
    assert (chosen.level, chosen.growth, chosen.months) == (empty.level, empty.growth, empty.months)
