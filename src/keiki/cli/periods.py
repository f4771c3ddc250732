"""Periods as people type them: 2026-10, 2026-Q4, 2026-W44, 2026-08..2026-10."""

from __future__ import annotations

import re
from datetime import date

from keiki.errors import UnreadablePeriod
from keiki.periods import Calendar, Grain, Period, add_months

DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
WEEK = re.compile(r"(\d{4})-W(\d{1,2})")
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
YEAR = re.compile(r"(\d{4})")


def period_of(text: str, calendar: Calendar) -> Period:
    """One period: a day, ISO week, month, quarter, year, or a range of them; quarters and years are the business's.

    A fiscal year is named by its first month's year. `UnreadablePeriod` when the text is none of these.

    >>> period_of("2026-Q4", Calendar()).start, period_of("2026", Calendar(fiscal_start=4)).end
    (datetime.date(2026, 10, 1), datetime.date(2027, 4, 1))
    """
    first, dots, last = text.strip().upper().partition("..")
    if dots:
        return Period(_single(first, calendar, text).start, _single(last, calendar, text).end)
    return _single(first, calendar, text)


def periods_of(text: str, calendar: Calendar, grain: Grain | None = None) -> tuple[Period, ...]:
    """The periods of a lens: the one typed, or the periods of `grain` in it.

    A range without a grain is cut into the grain of its first end: 2026-08..2026-10 is three months.
    """
    first, dots, _ = text.strip().upper().partition("..")
    whole = period_of(text, calendar)
    if grain is None and dots:
        grain = _single(first, calendar, text).grain
    return calendar.periods(grain, whole.start, whole.end) if grain else (whole,)


def _single(text: str, calendar: Calendar, typed: str) -> Period:
    try:
        found = _read(text.strip(), calendar)
    except ValueError:
        found = None
    if found is None:
        raise UnreadablePeriod(text=typed)
    return found


def _read(text: str, calendar: Calendar) -> Period | None:
    if match := DAY.fullmatch(text):
        return calendar.period(Grain.DAY, date(*map(int, match.groups())))
    if match := WEEK.fullmatch(text):
        return calendar.period(Grain.WEEK, date.fromisocalendar(int(match[1]), int(match[2]), 4))
    if match := QUARTER.fullmatch(text):
        first = date(int(match[1]), calendar.fiscal_start, 1)
        return calendar.period(Grain.QUARTER, add_months(first, 3 * (int(match[2]) - 1)))
    if match := MONTH.fullmatch(text):
        return calendar.period(Grain.MONTH, date(int(match[1]), int(match[2]), 1))
    if match := YEAR.fullmatch(text):
        return calendar.period(Grain.YEAR, date(int(match[1]), calendar.fiscal_start, 1))
    return None
