"""Periods are read as people type them, on the calendar of the business."""

from __future__ import annotations

from datetime import date

import pytest

from keiki.errors import UnreadablePeriod
from keiki.lens import period_of, periods_of
from keiki.periods import Calendar, Grain, Period

PLAIN = Calendar()
APRIL = Calendar(fiscal_start=4)
TWENTIETH = Calendar(closing_day=20)


@pytest.mark.parametrize(
    ("text", "calendar", "expected"),
    [
        ("2026-10-31", PLAIN, Period(date(2026, 10, 31), date(2026, 11, 1), Grain.DAY)),
        ("2026-w44", PLAIN, Period(date(2026, 10, 26), date(2026, 11, 2), Grain.WEEK)),
        ("2026-2", PLAIN, Period(date(2026, 2, 1), date(2026, 3, 1), Grain.MONTH)),
        ("2026-10", TWENTIETH, Period(date(2026, 9, 21), date(2026, 10, 21), Grain.MONTH)),
        ("2026-Q4", APRIL, Period(date(2027, 1, 1), date(2027, 4, 1), Grain.QUARTER)),
        ("2026Q1", PLAIN, Period(date(2026, 1, 1), date(2026, 4, 1), Grain.QUARTER)),
        ("2026", APRIL, Period(date(2026, 4, 1), date(2027, 4, 1), Grain.YEAR)),
        (" 2026-08..2026-10 ", PLAIN, Period(date(2026, 8, 1), date(2026, 11, 1))),
    ],
)
def test_period_of_reads_what_people_type(text, calendar, expected):
    assert period_of(text, calendar) == expected


@pytest.mark.parametrize("text", ["", "last month", "2026-13", "2026-02-30", "2026-W54", "2026-08..", "26-10"])
def test_period_of_names_what_it_cannot_read(text):
    with pytest.raises(UnreadablePeriod) as caught:
        period_of(text, PLAIN)
    assert caught.value.details == {"text": text}


def test_periods_of_cuts_a_range_into_the_grain_of_its_ends():
    months = periods_of("2026-08..2026-10", PLAIN)
    assert months == PLAIN.periods(Grain.MONTH, date(2026, 8, 1), date(2026, 11, 1))


def test_periods_of_cuts_a_period_into_the_grain_asked_for():
    assert periods_of("2026-Q4", PLAIN, Grain.MONTH) == PLAIN.periods(Grain.MONTH, date(2026, 10, 1), date(2027, 1, 1))
    assert periods_of("2026-10", PLAIN) == (PLAIN.period(Grain.MONTH, date(2026, 10, 1)),)
