"""What is wanted of a period, and how a number stands to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiki.catalogue.load import load_catalogue
from keiki.periods import Calendar, Grain, Period
from keiki.trees.over_time import TargetsOverTime, in_force, stepped
from keiki.trees.targets import (
    Judgement,
    Step,
    Target,
    adds_up,
    averages,
    band_at,
    judged,
    per,
    starting,
    value_at,
)

CALENDAR = Calendar(fiscal_start=4)
YEAR = CALENDAR.period(Grain.YEAR, date(2026, 4, 1))
MONTHS = CALENDAR.periods(Grain.MONTH, YEAR.start, YEAR.end)
amounts = st.floats(1, 1e9)
calendars = st.builds(
    Calendar,
    fiscal_start=st.integers(1, 12),
    closing_day=st.none() | st.integers(1, 27),
    week_start=st.integers(0, 6),
)
days = st.dates(date(2001, 1, 1), date(2098, 1, 1))


def month(number: int, year: int = 2026) -> Period:
    return CALENDAR.period(Grain.MONTH, date(year, number, 1))


# --- over time ---


def test_targets_over_time_draw_a_step_and_judge_each_month_by_its_own() -> None:
    calendar = Calendar()
    targets = (Target(100, since=date(2026, 1, 1)), Target(120, since=date(2026, 4, 1)))
    year = calendar.periods(Grain.MONTH, date(2026, 1, 1), date(2026, 7, 1))
    assert stepped(targets, year, calendar) == (100, 100, 100, 120, 120, 120)
    march, may = year[2], year[4]
    attained = [judged(90, in_force(targets, p.start) or Target(), p, calendar).attained for p in (march, may)]
    assert attained == [0.9, 0.75]


def test_before_the_first_target_there_is_none() -> None:
    targets = [Target(120, since=date(2026, 4, 1))]
    assert in_force(targets, date(2026, 3, 31)) is None
    assert stepped(targets, (month(3), month(4)), CALENDAR) == (None, 120)
    assert value_at(targets[0], month(3), CALENDAR) is None


def test_stages_of_a_template_become_days_and_ask_for_the_one_due_next() -> None:
    steps = (Step(0.18, within="3m"), Step(0.20, within="6m"))
    phased = starting(Target(0.23, within="1y", steps=steps), date(2026, 4, 1))
    assert [step.by for step in phased.steps] == [date(2026, 6, 30), date(2026, 9, 30)]
    assert phased.by == date(2027, 3, 31)
    assert [value_at(phased, m, CALENDAR) for m in MONTHS] == [0.18] * 3 + [0.20] * 3 + [0.23] * 6
    assert value_at(phased, month(5, 2027), CALENDAR) == 0.23


def test_even_way_from_a_start_is_a_line_that_ends_at_the_deadline() -> None:
    way = Target(0.032, start=0.02, since=date(2026, 4, 1), by=date(2027, 3, 31), shape="even")
    values = [value_at(way, m, CALENDAR) for m in MONTHS]
    assert values[-1] == 0.032
    assert values[5] == pytest.approx(0.02 + 0.012 * 183 / 365)
    assert values == sorted(v for v in values if v is not None)


def test_even_way_goes_through_its_stages() -> None:
    way = Target(
        40.0,
        start=10.0,
        since=date(2026, 4, 1),
        by=date(2026, 9, 30),
        shape="even",
        steps=(Step(20.0, date(2026, 6, 30)),),
    )
    assert value_at(way, month(6), CALENDAR) == 20.0
    assert value_at(way, month(9), CALENDAR) == 40.0


PHASED = Target(
    0.23,
    since=date(2026, 4, 1),
    by=date(2027, 3, 31),
    steps=(Step(0.18, date(2026, 6, 30)), Step(0.20, date(2026, 9, 30))),
)


@pytest.mark.parametrize("period", [None, *Grain])
def test_every_stage_of_a_rate_judges_its_own_months_whatever_the_value_was_written_for(period: Grain | None) -> None:
    phased = replace(PHASED, period=period)
    assert [value_at(phased, m, CALENDAR) for m in MONTHS] == [0.18] * 3 + [0.20] * 3 + [0.23] * 6
    assert judged(0.19, phased, month(5), CALENDAR).status == "good"


def test_year_of_a_rate_in_stages_is_asked_for_the_mean_of_its_months_and_of_a_stock_for_the_last() -> None:
    asked = [TargetsOverTime([PHASED], CALENDAR, averages=rate).asked(YEAR) for rate in (True, False)]
    assert asked == [(pytest.approx((0.18 * 3 + 0.20 * 3 + 0.23 * 6) / 12), None), (0.23, None)]
    assert [averages(kpi, load_catalogue()) for kpi in ("purchase_rate", "mrr", "order_revenue")] == [
        True,
        False,
        False,
    ]


@settings(max_examples=40, deadline=None)
@given(
    first=amounts,
    second=amounts,
    start=st.integers(1, 11),
    calendar=calendars,
    seasons=st.none() | st.lists(st.floats(0.1, 10), min_size=12, max_size=12),
)
def test_a_year_set_anew_in_its_course_is_still_that_year_and_its_past_months_keep_their_own(
    first: float, second: float, start: int, calendar: Calendar, seasons: list[float] | None
) -> None:
    year = calendar.period(Grain.YEAR, date(2026, 6, 1))
    months = calendar.periods(Grain.MONTH, year.start, year.end)
    weights = tuple(zip((m.start for m in months), seasons, strict=True)) if seasons else ()
    one = Target(first, period=Grain.YEAR, shape="seasonal" if seasons else "level", months=weights)
    other = replace(one, value=second, since=months[start].start)
    before, after = (TargetsOverTime(listed, calendar, adds_up=True) for listed in ([one], [one, other]))
    assert [after.asked(m) for m in months[:start]] == [before.asked(m) for m in months[:start]]
    assert after.asked(year) == (pytest.approx(second, rel=1e-9), None)
    total = sum(low for low, _high in map(after.asked, months) if low is not None)
    done = sum(low for low, _high in map(before.asked, months[:start]) if low is not None)
    if second > done:
        assert total == pytest.approx(second, rel=1e-9)


def test_of_less_than_nothing_left_of_a_year_its_months_keep_their_plain_share() -> None:
    """600 were asked for by June; a year of 500 leaves nothing to ask for."""
    year = [Target(1200.0, period=Grain.YEAR), Target(500.0, period=Grain.YEAR, since=date(2026, 10, 1))]
    found = TargetsOverTime(year, CALENDAR, adds_up=True)
    assert (found.asked(month(9)), found.asked(month(10))) == ((100.0, None), (pytest.approx(500 / 12), None))


# --- periods of other lengths ---


@given(value=amounts, calendar=calendars, day=days)
def test_months_of_an_even_year_sum_to_the_year(value: float, calendar: Calendar, day: date) -> None:
    target = Target(value, period=Grain.YEAR)
    year = calendar.period(Grain.YEAR, day)
    for grain in (Grain.DAY, Grain.MONTH, Grain.QUARTER):
        parts = [
            value_at(target, p, calendar, adds_up=True) or 0.0 for p in calendar.periods(grain, year.start, year.end)
        ]
        assert sum(parts) == pytest.approx(value, rel=1e-9)


@given(value=amounts, weights=st.lists(st.floats(0.1, 10), min_size=12, max_size=12), calendar=calendars, day=days)
def test_months_of_a_seasonal_year_sum_to_the_year(
    value: float, weights: list[float], calendar: Calendar, day: date
) -> None:
    year = calendar.period(Grain.YEAR, day)
    months = calendar.periods(Grain.MONTH, year.start, year.end)
    series = tuple(zip((m.start for m in months), weights, strict=True))
    target = Target(value, period=Grain.YEAR, shape="seasonal", months=series)
    parts = [value_at(target, m, calendar, adds_up=True) or 0.0 for m in months]
    assert sum(parts) == pytest.approx(value, rel=1e-9)
    assert parts == pytest.approx([value * w / sum(weights) for w in weights], rel=1e-9)


@given(values=st.lists(amounts, min_size=12, max_size=12))
def test_manual_months_give_themselves_and_their_sum(values: list[float]) -> None:
    target = Target(shape="manual", months=tuple(zip((m.start for m in MONTHS), values, strict=True)))
    assert [value_at(target, m, CALENDAR, adds_up=True) for m in MONTHS] == values
    assert value_at(target, YEAR, CALENDAR, adds_up=True) == pytest.approx(sum(values), rel=1e-12)
    assert value_at(target, YEAR, CALENDAR) == values[-1]
    assert value_at(target, month(4, 2027), CALENDAR) is None


@given(value=amounts, one=st.sampled_from(Grain), other=st.sampled_from(Grain))
def test_target_for_another_kind_of_period_comes_back(value: float, one: Grain, other: Grain) -> None:
    for flow in (True, False):
        assert per(per(value, one, other, flow), other, one, flow) == pytest.approx(value, rel=1e-12)


def test_a_ratio_is_the_same_for_month_and_year() -> None:
    assert value_at(Target(0.03, period=Grain.MONTH), YEAR, CALENDAR) == 0.03
    assert value_at(Target(0.03, period=Grain.YEAR), month(5), CALENDAR) == 0.03


def test_monthly_target_of_what_adds_up_is_twelvefold_in_the_year() -> None:
    assert value_at(Target(10.0, period=Grain.MONTH), YEAR, CALENDAR, adds_up=True) == 120.0


def test_week_takes_its_days_of_the_month() -> None:
    week = CALENDAR.period(Grain.WEEK, date(2026, 4, 6))
    assert value_at(Target(300.0, period=Grain.MONTH), week, CALENDAR, adds_up=True) == pytest.approx(70.0)


def test_season_lifts_a_month_and_leaves_the_average() -> None:
    weights = tuple((m.start, 2.0 if m.start.month == 12 else 1.0) for m in MONTHS)
    target = Target(0.026, shape="seasonal", months=weights)
    assert value_at(target, month(12), CALENDAR) == pytest.approx(0.026 * 2 / (13 / 12))
    sold = Target(1300.0, period=Grain.MONTH, shape="seasonal", months=weights)
    assert value_at(sold, YEAR, CALENDAR, adds_up=True) == pytest.approx(15_600)


def test_season_of_another_year_is_taken_by_month() -> None:
    weights = ((date(2025, 12, 1), 3.0), (date(2025, 11, 1), 1.0))
    target = Target(2400.0, period=Grain.YEAR, shape="seasonal", months=weights)
    assert value_at(target, month(12), CALENDAR, adds_up=True) == pytest.approx(2400 * 3 / 24)


def test_band_of_a_year_is_shared_out() -> None:
    target = Target(compare="between", low=120.0, high=240.0, period=Grain.YEAR)
    assert band_at(target, month(4), CALENDAR, adds_up=True) == (10.0, 20.0)
    assert value_at(target, month(4), CALENDAR) is None


@pytest.mark.parametrize(
    ("kpi", "sums"),
    [
        ("order_revenue", True),
        ("sessions", True),
        ("new_mrr", True),
        ("aov", False),
        ("mrr", False),
        ("unique_users", False),
        ("order_revenue - cost", True),
        ("2 * order_revenue / 3", True),
        ("3 / order_revenue", False),
        ("order_revenue * sessions", False),
        ("order_revenue + 1", False),
        ("sum(order_revenue, -cost)", True),
        ("coalesce(cost, 0)", True),
        ("coalesce(cost, 1)", False),
        ("prev(cost)", False),
        ("7", False),
    ],
)
def test_adds_up_is_proved_from_the_formula(kpi: str, sums: bool) -> None:
    assert adds_up(kpi, load_catalogue()) is sums


# --- judged ---


@pytest.mark.parametrize(
    ("value", "target", "direction", "expected"),
    [
        (100, Target(100), "higher", Judgement("good", 100, 100, None, 0.0, 1.0)),
        (95, Target(100), "higher", Judgement("watch", 100, 100, None, -5, 0.95)),
        (90, Target(100), "higher", Judgement("act", 100, 100, None, -10, 0.9)),
        (12_000, Target(15_000), "lower", Judgement("good", 15_000, None, 15_000, 3000)),
        (16_000, Target(15_000), "lower", Judgement("watch", 15_000, None, 15_000, -1000)),
        (12, Target(10, compare="at_least"), "lower", Judgement("good", 10, 10, None, 2, 1.2)),
        (5, Target(compare="between", low=4, high=6), "higher", Judgement("good", None, 4, 6, 1)),
        (3, Target(compare="between", low=4, high=6), "higher", Judgement("act", None, 4, 6, -1)),
        (6.5, Target(compare="between", low=4, high=6), "higher", Judgement("watch", None, 4, 6, -0.5)),
        (5, Target(10), "neutral", Judgement("plain", 10)),
        (None, Target(10), "higher", Judgement("none", 10, 10)),
        (-1, Target(0), "higher", Judgement("act", 0, 0, None, -1)),
    ],
)  # fmt: skip
def test_number_is_judged_by_its_target(
    value: float | None, target: Target, direction: str, expected: Judgement
) -> None:
    assert judged(value, target, month(4), CALENDAR, direction=direction) == expected


def test_running_month_is_asked_for_its_pace() -> None:
    target, april = Target(300.0, period=Grain.MONTH), month(4)
    tenth = date(2026, 4, 10)
    assert judged(100, target, april, CALENDAR, adds_up=True, today=tenth).status == "good"
    assert judged(95, target, april, CALENDAR, adds_up=True, today=tenth).wanted == pytest.approx(100.0)
    assert judged(100, target, april, CALENDAR, adds_up=True).status == "act"
    assert judged(100, target, april, CALENDAR, today=tenth).status == "act"


def test_month_that_has_not_begun_is_not_judged() -> None:
    assert judged(0, Target(300.0), month(5), CALENDAR, adds_up=True, today=date(2026, 4, 10)).status == "plain"


def test_score_takes_its_tenth_of_a_hundred_points() -> None:
    assert judged(-3, Target(5.0), month(4), CALENDAR, size=100).status == "watch"
    assert judged(-5, Target(5.0), month(4), CALENDAR, size=100).status == "act"
