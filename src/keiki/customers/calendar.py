"""Periods of the business calendar as whole numbers: the next period is one more, so an age is a difference."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from keiki.periods import MONTHS, Calendar, Grain, Period

MONDAY = date(1900, 1, 1)
"""Days are counted from this Monday."""


def period_number(day: ir.Value, calendar: Calendar, grain: Grain) -> ir.IntegerValue:
    """The number of the period that holds a day, the same as `number_of` gives for a day in Python."""
    if grain in MONTHS:
        month = day.year().cast("int64") * 12 + day.month() - 1
        if calendar.closing_day is not None:
            month = month + ibis.ifelse(day.day() > calendar.closing_day, 1, 0)
        if grain is Grain.MONTH:
            return month.cast("int64")
        return ((month - (calendar.fiscal_start - 1)) // MONTHS[grain]).cast("int64")
    days = day.delta(ibis.date(MONDAY.isoformat()), unit="day").cast("int64")
    return days if grain is Grain.DAY else ((days - calendar.week_start) // 7).cast("int64")


def month_number(day: ir.Value, closing_day: int | None) -> ir.IntegerValue:
    """The number of the business month that holds a day; `closing_day` as in `Calendar`."""
    return period_number(day, Calendar(closing_day=closing_day), Grain.MONTH)


def month_name(number: ir.IntegerValue) -> ir.DateValue:
    """The first day of the calendar month that names the business month of a number."""
    return ibis.date(number // 12, number % 12 + 1, 1)


def month_over(number: ir.IntegerValue, closing_day: int | None) -> ir.DateValue:
    """The first day after the business month of a number."""
    if closing_day is None:
        return month_name(number + 1)
    return ibis.date(number // 12, number % 12 + 1, closing_day + 1)


def number_of(day: date, calendar: Calendar, grain: Grain) -> int:
    """The number of the period that holds a day.

    >>> number_of(date(2026, 1, 1), Calendar(), Grain.MONTH) - number_of(date(2025, 12, 31), Calendar(), Grain.MONTH)
    1
    """
    if grain in MONTHS:
        closed = calendar.closing_day is not None and day.day > calendar.closing_day
        month = day.year * 12 + day.month - 1 + closed
        return month if grain is Grain.MONTH else (month - (calendar.fiscal_start - 1)) // MONTHS[grain]
    days = (day - MONDAY).days
    return days if grain is Grain.DAY else (days - calendar.week_start) // 7


def numbered(number: int, calendar: Calendar, grain: Grain) -> Period:
    """The period of that number.

    >>> numbered(number_of(date(2026, 2, 14), Calendar(), Grain.WEEK), Calendar(), Grain.WEEK).start
    datetime.date(2026, 2, 9)
    """
    first = calendar.period(grain, MONDAY + timedelta(days=7))
    return calendar.shift(first, number - number_of(first.start, calendar, grain))
