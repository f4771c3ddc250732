"""Business days between two calendar days, as an expression: weekends by arithmetic, holidays from a small table."""

from __future__ import annotations

from datetime import date
from functools import cache

import ibis
import ibis.expr.types as ir

from keiki.periods import Calendar, Period

FIRST, LAST = date(1990, 1, 1), date(2060, 1, 1)
"""Holidays are known between these days; earlier and later ones count as working days."""
MONDAY = "1900-01-01"
"""Weeks are counted from here, and nothing before is a day of a business."""


def with_business_days(table: ir.Table, name: str, start: str, end: str, country: str) -> ir.Table:
    """The table with a column `name`: the business days after the date in `start` up to and including that in `end`.

    From Monday to Thursday it is 3, inside one day 0, from Friday to Monday 1; negative when `end` comes first, NULL
    where a day is missing. Days off are Saturdays, Sundays and the holidays of `country`, a code of the `holidays`
    library (empty for none).
    """
    table = _numbered(_numbered(table, start, "start", country), end, "end", country)
    return table.mutate(**{name: table.number_end - table.number_start}).drop("number_start", "number_end")


def _numbered(table: ir.Table, day: str, side: str, country: str) -> ir.Table:
    """The table with the running number of the business day; a day off has that of the day before."""
    number, since, until = f"number_{side}", f"since_{side}", f"until_{side}"
    weekdays = _weekdays(table[day])
    off = _days_off(country)
    if not off:
        return table.mutate(**{number: weekdays})
    steps = _steps(off).select(**{since: "since", until: "until", f"off_{side}": "off"})
    joined = table.mutate(**{number: weekdays}).left_join(
        steps, [table[day] >= steps[since], table[day] < steps[until]]
    )
    return joined.mutate(**{number: joined[number] - joined[f"off_{side}"]}).drop(since, until, f"off_{side}")


def _weekdays(day: ir.Value) -> ir.IntegerValue:
    """Mondays to Fridays from the first Monday up to and including the day."""
    since = day.delta(ibis.date(MONDAY), unit="day").cast("int64")
    return ((since // 7) * 5 + ibis.least(since % 7 + 1, 5)).cast("int64")


def _steps(off: tuple[str, ...]) -> ir.Table:
    """From when (`since`) until when how many days off on weekdays have been (`off`)."""
    days = ibis.array([MONDAY, *off]).unnest().name("since").as_table()
    days = days.mutate(since=days.since.cast("date"))
    order = ibis.window(order_by=days.since)
    return days.mutate(
        until=ibis.coalesce(days.since.lead().over(order), ibis.date("9999-12-31")),
        off=ibis.row_number().over(order).cast("int64"),
    )


@cache
def _days_off(country: str) -> tuple[str, ...]:
    """Holidays that fall on weekdays, in order."""
    every = Calendar(country=country).holidays(Period(FIRST, LAST))
    return tuple(day.isoformat() for day in every if day.weekday() < 5)
