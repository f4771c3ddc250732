"""Periods of a business calendar against the days and instants that a person would write down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.errors import CalendarError, DateOutOfRange, PeriodError, UnknownName
from keiki.periods import Calendar, Grain, Period, add_months

DAY = timedelta(days=1)
TOKYO = Calendar()
ZONES = (
    "Asia/Tokyo",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/Toronto",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
)

days = st.dates(date(1905, 1, 1), date(2099, 12, 31))
grains = st.sampled_from(Grain)
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    week_start=st.integers(0, 6),
    fiscal_start=st.integers(1, 12),
    closing_day=st.none() | st.integers(1, 27),
    label_style=st.sampled_from(["calendar", "fiscal"]),
)


def month(year: int, number: int, calendar: Calendar = TOKYO) -> Period:
    return calendar.period(Grain.MONTH, date(year, number, 5))


# --- the partition ---


@given(calendars, grains, days, st.integers(1, 12))
def test_periods_follow_each_other_without_gap_or_overlap(calendar, grain, day, count):
    first = calendar.period(grain, day)
    periods = calendar.periods(grain, day, calendar.shift(first, count).end)
    assert len(periods) == count + 1
    assert periods[0] == first
    assert [p.end for p in periods[:-1]] == [p.start for p in periods[1:]]


@given(calendars, grains, days)
def test_every_day_of_a_period_belongs_to_it(calendar, grain, day):
    period = calendar.period(grain, day)
    assert day in period
    assert {calendar.period(grain, inside) for inside in (period.start, period.last)} == {period}
    assert calendar.period(grain, period.end) == calendar.shift(period, 1)


@given(calendars, grains, days, st.integers(-60, 60))
def test_shift_there_and_back_is_the_same_period(calendar, grain, day, steps):
    period = calendar.period(grain, day)
    assert calendar.shift(calendar.shift(period, steps), -steps) == period


@given(calendars, grains, days, st.integers(1, 12))
def test_periods_that_are_over_end_with_the_day_or_before_and_the_next_one_does_not(calendar, grain, day, count):
    over = calendar.over(grain, day, count)
    assert len(over) == count
    assert over[-1].last <= day < calendar.shift(over[-1], 1).last
    assert all(calendar.shift(before, 1) == after for before, after in pairwise(over))


@given(calendars, days, st.integers(0, 400), st.integers(-20, 20))
def test_shift_moves_a_free_range_by_its_own_length(calendar, day, length, steps):
    free = Period(day, day + length * DAY)
    moved = calendar.shift(free, steps)
    assert (moved.start - free.start).days == steps * length
    assert moved.days == length
    assert calendar.shift(moved, -steps) == free


@given(calendars, grains, days)
def test_instants_of_neighbours_touch(calendar, grain, day):
    period = calendar.period(grain, day)
    assert calendar.instants(period)[1] == calendar.instants(calendar.shift(period, 1))[0]


@given(st.sampled_from(ZONES), days)
def test_a_day_begins_when_clocks_first_show_it(zone, day):
    start, _ = Calendar(zone=zone).instants(Period(day, day))
    here = ZoneInfo(zone)
    at_start = start.replace(tzinfo=UTC).astimezone(here)
    just_before = (start - timedelta(seconds=1)).replace(tzinfo=UTC).astimezone(here)
    assert just_before.date() < day <= at_start.date()


@given(calendars, days)
def test_quarters_and_years_are_whole_months(calendar, day):
    year = calendar.period(Grain.YEAR, day)
    quarters = calendar.periods(Grain.QUARTER, year.start, year.end)
    months = calendar.periods(Grain.MONTH, year.start, year.end)
    assert (len(quarters), len(months)) == (4, 12)
    assert [q.start for q in quarters] == [m.start for m in months[::3]]
    assert (months[0].start, months[-1].end) == (year.start, year.end)


def test_periods_of_an_empty_range_are_none():
    assert TOKYO.periods(Grain.DAY, date(2026, 1, 2), date(2026, 1, 2)) == ()


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(PeriodError) as caught:
        Period(date(2026, 2, 1), date(2026, 1, 1))
    assert caught.value.words("ja").startswith("2026-02-01 から 2026-01-01 は期間になりません")


@pytest.mark.parametrize("grain", list(Grain))
def test_the_end_of_time_is_an_error_in_words(grain):
    with pytest.raises(DateOutOfRange):
        TOKYO.period(grain, date(9999, 12, 31))
    with pytest.raises(DateOutOfRange):
        TOKYO.shift(TOKYO.period(grain, date(2026, 1, 1)), -4_000_000)


# --- months, quarters, years ---


def test_fiscal_year_begins_in_any_month():
    april = Calendar(fiscal_start=4)
    assert april.period(Grain.YEAR, date(2026, 3, 31)) == Period(date(2025, 4, 1), date(2026, 4, 1), Grain.YEAR)
    assert april.period(Grain.QUARTER, date(2026, 11, 2)) == Period(date(2026, 10, 1), date(2027, 1, 1), Grain.QUARTER)
    february = Calendar(fiscal_start=2)
    assert february.period(Grain.QUARTER, date(2026, 1, 31)).start == date(2025, 11, 1)


def test_closing_day_20_makes_months_from_the_21st_to_the_20th():
    closing = Calendar(closing_day=20, fiscal_start=4)
    october = Period(date(2026, 9, 21), date(2026, 10, 21), Grain.MONTH)
    assert closing.period(Grain.MONTH, date(2026, 9, 21)) == october
    assert closing.period(Grain.MONTH, date(2026, 10, 20)) == october
    assert closing.period(Grain.YEAR, date(2026, 3, 21)) == Period(date(2026, 3, 21), date(2027, 3, 21), Grain.YEAR)
    assert closing.period(Grain.QUARTER, date(2026, 3, 20)).end == date(2026, 3, 21)
    assert closing.period(Grain.WEEK, date(2026, 10, 21)) == Calendar().period(Grain.WEEK, date(2026, 10, 21))


@pytest.mark.parametrize(
    ("week_start", "start"), [(0, date(2026, 10, 12)), (6, date(2026, 10, 18)), (2, date(2026, 10, 14))]
)
def test_weeks_begin_on_the_day_of_the_setting(week_start, start):
    week = Calendar(week_start=week_start).period(Grain.WEEK, date(2026, 10, 18))  # a Sunday
    assert week == Period(start, start + 7 * DAY, Grain.WEEK)


def test_add_months_never_loses_the_31st():
    start = date(2026, 1, 31)
    assert [add_months(start, n) for n in range(4)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 2, 28), 1, anchor_day=31) == date(2026, 3, 31)
    assert add_months(date(2028, 2, 29), -12) == date(2027, 2, 28)


@given(days, st.integers(-600, 600))
def test_add_months_step_by_step_with_an_anchor_equals_one_leap(day, months):
    here, step = day, 1 if months > 0 else -1
    for _ in range(abs(months) % 40):
        here = add_months(here, step, anchor_day=day.day)
    assert here == add_months(day, step * (abs(months) % 40))


# --- comparisons ---


def test_last_year_of_each_grain():
    assert TOKYO.last_year(month(2026, 10)) == month(2025, 10)
    assert TOKYO.last_year(month(2024, 2)).days == 28
    week = TOKYO.period(Grain.WEEK, date(2026, 10, 14))
    assert TOKYO.last_year(week).start == date(2025, 10, 13)
    assert TOKYO.last_year(TOKYO.period(Grain.DAY, date(2024, 2, 29))).start == date(2023, 2, 28)
    april = Calendar(fiscal_start=4, closing_day=20)
    quarter = april.period(Grain.QUARTER, date(2026, 10, 1))
    assert april.last_year(quarter) == april.period(Grain.QUARTER, date(2025, 10, 1))
    year = april.period(Grain.YEAR, date(2026, 10, 1))
    assert april.last_year(year) == april.period(Grain.YEAR, date(2025, 10, 1))


@pytest.mark.parametrize(
    ("start", "end", "start_before", "end_before"),
    [
        (date(2026, 10, 3), date(2026, 10, 9), date(2025, 10, 3), date(2025, 10, 9)),
        (date(2025, 2, 1), date(2025, 3, 1), date(2024, 2, 1), date(2024, 3, 1)),  # a whole February keeps the 29th
        (date(2024, 2, 10), date(2024, 2, 29), date(2023, 2, 10), date(2023, 3, 1)),  # to the 28th
        (date(2024, 2, 29), date(2024, 3, 1), date(2023, 2, 28), date(2023, 3, 1)),
        (date(2026, 5, 5), date(2026, 5, 5), date(2025, 5, 5), date(2025, 5, 5)),
    ],
)
def test_last_year_of_a_free_range(start, end, start_before, end_before):
    assert TOKYO.last_year(Period(start, end)) == Period(start_before, end_before)


def test_elapsed_goes_up_to_and_including_today():
    october = month(2026, 10)
    assert TOKYO.elapsed(october, date(2026, 10, 10)) == Period(date(2026, 10, 1), date(2026, 10, 11))
    assert TOKYO.elapsed(october, date(2026, 9, 1)) == Period(date(2026, 10, 1), date(2026, 10, 1))
    assert TOKYO.elapsed(october, date(2026, 10, 30)) == Period(date(2026, 10, 1), date(2026, 10, 31))
    assert TOKYO.elapsed(october, date(2026, 10, 31)) == october
    assert TOKYO.elapsed(october, date(2027, 1, 1)) == october


def test_to_date_compares_the_same_number_of_days():
    march, february = month(2026, 3), month(2026, 2)
    elapsed, same = TOKYO.to_date(march, date(2026, 3, 10), february)
    assert (elapsed, same) == (Period(march.start, date(2026, 3, 11)), Period(february.start, date(2026, 2, 11)))
    assert TOKYO.to_date(march, date(2026, 3, 30), february)[1] == february
    assert TOKYO.to_date(march, date(2026, 3, 31), february) == (march, february)
    assert TOKYO.to_date(february, date(2026, 2, 28), month(2026, 1)) == (february, month(2026, 1))


def test_to_date_by_business_days_leaves_out_weekends_and_holidays():
    november, october = month(2026, 11), month(2026, 10)
    # 2–6 November without the 3rd (Culture Day) are four business days; 1, 2, 5, 6 October are four.
    elapsed, same = TOKYO.to_date(november, date(2026, 11, 6), october, by_business_days=True)
    assert (TOKYO.business_days(elapsed), same) == (4, Period(date(2026, 10, 1), date(2026, 10, 7)))
    # The weekend after them belongs to both.
    _, same = TOKYO.to_date(november, date(2026, 11, 8), october, by_business_days=True)
    assert same == Period(date(2026, 10, 1), date(2026, 10, 7))
    _, same = TOKYO.to_date(october, date(2026, 10, 4), november, by_business_days=True)
    assert same == Period(date(2026, 11, 1), date(2026, 11, 5))


@given(calendars, grains, days, st.integers(-3, 400), st.booleans())
def test_to_date_never_leaves_either_period(calendar, grain, day, ahead, by_business_days):
    period = calendar.period(grain, day)
    against = calendar.last_year(period)
    today = period.start + ahead * DAY
    elapsed, same = calendar.to_date(period, today, against, by_business_days=by_business_days)
    assert (elapsed.start, same.start) == (period.start, against.start)
    assert elapsed.end <= period.end
    assert same.end <= against.end
    if elapsed == period:
        assert same == against
    elif by_business_days:
        reached = min(calendar.business_days(elapsed), calendar.business_days(against))
        assert calendar.business_days(same) == reached
    else:
        assert same.days == min(elapsed.days, against.days)


# --- instants ---


def hours(zone: str, day: date) -> float:
    start, end = Calendar(zone=zone).instants(Period(day, day + DAY))
    return (end - start) / timedelta(hours=1)


def test_tokyo_months_begin_at_15_o_clock_utc_of_the_day_before():
    assert TOKYO.instants(month(2026, 10)) == (datetime(2026, 9, 30, 15), datetime(2026, 10, 31, 15))


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # midnight is skipped
        ("America/Sao_Paulo", date(2018, 2, 17), 25),  # 23 o'clock comes twice
        ("Asia/Beirut", date(2024, 3, 31), 23),
        ("America/Toronto", date(1919, 3, 30), 23.5),  # clocks jump from 23:30 over midnight
        ("America/Toronto", date(1919, 3, 31), 23.5),
        ("Pacific/Apia", date(2011, 12, 30), 0),  # the day that Samoa left out
    ],
)
def test_days_have_the_hours_that_clocks_give_them(zone, day, length):
    assert hours(zone, day) == length


def test_a_skipped_midnight_begins_the_day_at_the_jump():
    start, _ = Calendar(zone="America/Sao_Paulo").instants(Period(date(2018, 11, 4), date(2018, 11, 5)))
    assert start == datetime(2018, 11, 4, 3)
    start, _ = Calendar(zone="America/Toronto").instants(Period(date(1919, 3, 31), date(1919, 4, 1)))
    assert start == datetime(1919, 3, 31, 4, 30)


def test_instants_before_the_year_1_are_an_error_in_words():
    with pytest.raises(DateOutOfRange):
        TOKYO.instants(Period(date(1, 1, 1), date(1, 1, 2)))


def test_today_is_the_day_of_the_business():
    assert TOKYO.today(datetime(2026, 9, 30, 15)) == date(2026, 10, 1)
    assert TOKYO.today(datetime(2026, 9, 30, 14, 59, tzinfo=UTC)) == date(2026, 9, 30)
    assert Calendar(zone="America/New_York").today(datetime(2026, 1, 1, 4, 59)) == date(2025, 12, 31)


# --- business days ---


def test_holidays_hold_substitutes_and_days_between_holidays():
    may = TOKYO.holidays(month(2026, 5))
    assert may == (date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6))  # the 6th for the Sunday 3rd
    september = TOKYO.holidays(month(2026, 9))
    assert september == (date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23))  # the 22nd lies between two


def test_business_days_of_a_month():
    assert TOKYO.business_days(month(2026, 5)) == 18
    assert Calendar(country="").business_days(month(2026, 5)) == 21
    assert Calendar(country="US").business_days(month(2026, 5)) == 20
    assert not TOKYO.is_business_day(date(2026, 5, 6))
    assert TOKYO.is_business_day(date(2026, 5, 7))


@given(days, st.integers(0, 900), st.sampled_from(["", "JP", "US"]))
def test_business_days_are_the_days_one_by_one(day, length, country):
    calendar = Calendar(country=country)
    counted = sum(calendar.is_business_day(day + n * DAY) for n in range(length))
    assert calendar.business_days(Period(day, day + length * DAY)) == counted


# --- names ---

FISCAL = Calendar(fiscal_start=4, label_style="fiscal")
APRIL = Calendar(fiscal_start=4)


@pytest.mark.parametrize(
    ("calendar", "grain", "ja", "en"),
    [
        (TOKYO, Grain.DAY, "2026年10月14日", "14 Oct 2026"),
        (TOKYO, Grain.WEEK, "2026年10月12日の週", "Week of 12 Oct 2026"),
        (TOKYO, Grain.MONTH, "2026年10月", "Oct 2026"),
        (TOKYO, Grain.QUARTER, "2026年 第4四半期", "Q4 2026"),
        (TOKYO, Grain.YEAR, "2026年", "2026"),
        (FISCAL, Grain.MONTH, "2026年10月", "Oct 2026"),
        (FISCAL, Grain.QUARTER, "2026年度 第3四半期", "FY2026 Q3"),
        (FISCAL, Grain.YEAR, "2026年度", "FY2026"),
        (APRIL, Grain.QUARTER, "2026年10月〜2026年12月", "Oct 2026 – Dec 2026"),
        (APRIL, Grain.YEAR, "2026年4月〜2027年3月", "Apr 2026 – Mar 2027"),
        (Calendar(closing_day=10), Grain.MONTH, "2026年11月度", "Nov 2026"),
    ],
)
def test_label_in_both_languages(calendar, grain, ja, en):
    period = calendar.period(grain, date(2026, 10, 14))
    assert (calendar.label(period), calendar.label(period, "en")) == (ja, en)


@pytest.mark.parametrize(
    ("calendar", "grain", "ja", "en"),
    [
        (TOKYO, Grain.DAY, "10/14", "10/14"),
        (TOKYO, Grain.WEEK, "10/12", "10/12"),
        (TOKYO, Grain.MONTH, "10月", "Oct"),
        (TOKYO, Grain.QUARTER, "26 Q4", "26 Q4"),
        (TOKYO, Grain.YEAR, "2026", "2026"),
        (FISCAL, Grain.QUARTER, "26 Q3", "26 Q3"),
        (APRIL, Grain.QUARTER, "26/10", "Oct 26"),
        (APRIL, Grain.YEAR, "2026", "2026"),
        (Calendar(closing_day=10), Grain.MONTH, "11月", "Nov"),
        (Calendar(closing_day=10, fiscal_start=4), Grain.QUARTER, "26/10", "Oct 26"),
    ],
)
def test_a_short_name_speaks_of_the_same_period_as_the_whole_name(calendar, grain, ja, en):
    period = calendar.period(grain, date(2026, 10, 14))
    assert (calendar.short(period), calendar.short(period, "en")) == (ja, en)


def test_a_short_name_with_its_year():
    closing = Calendar(closing_day=20)
    december = closing.period(Grain.MONTH, date(2026, 12, 21))
    assert (closing.short(december, year=True), closing.short(december, "en", year=True)) == ("27/1", "Jan 27")


def test_label_of_a_free_range_names_its_first_and_last_day():
    free = Period(date(2026, 10, 3), date(2026, 11, 1))
    assert TOKYO.label(free) == "2026年10月3日〜2026年10月31日"
    assert TOKYO.label(free, "en") == "3 Oct 2026 – 31 Oct 2026"
    assert TOKYO.label(Period(date(2026, 10, 3), date(2026, 10, 4)), "en") == "3 Oct 2026"


def test_fiscal_label_in_the_first_months_names_the_year_it_began_in():
    january = FISCAL.period(Grain.QUARTER, date(2027, 1, 14))
    assert (FISCAL.label(january), FISCAL.label(january, "en")) == ("2026年度 第4四半期", "FY2026 Q4")


@given(calendars, grains, days, st.sampled_from(["ja", "en"]))
def test_neighbours_never_share_a_label(calendar, grain, day, language):
    period = calendar.period(grain, day)
    assert calendar.label(period, language) != calendar.label(calendar.shift(period, 1), language)


# --- settings ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Asia/Tokio"},
        {"zone": "../../etc/passwd"},
        {"zone": ""},
        {"week_start": 7},
        {"fiscal_start": 0},
        {"fiscal_start": 13},
        {"closing_day": 28},
        {"closing_day": 0},
        {"label_style": "imperial"},
        {"country": "XX"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong):
    with pytest.raises(CalendarError) as caught:
        Calendar(**wrong)
    assert [caught.value.field] == list(wrong)


def test_a_grain_by_name():
    assert Grain.named("week") is Grain.WEEK
    with pytest.raises(UnknownName, match="Did you mean “month”"):
        Grain.named("months")
