"""Business days between two calendar days, as an expression: weekends by arithmetic, holidays from a small table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import ibis
import ibis.expr.types as ir

from keiki.periods import Calendar, Period

FIRST, LAST = date(1990, 1, 1), date(2060, 1, 1)
"""Holidays are known between these days; earlier and later ones count as working days."""
MONDAY = "1900-01-01"
"""Weeks are counted from here, and nothing before is a day of a business."""
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class WorkingTime:
    """The days a business works: days of the week (0 is Monday) but for the holidays of `country`, a code of the
    `holidays` library (empty for none), and days off of its own.
    """

    country: str = "JP"
    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    off: tuple[date, ...] = ()


def with_business_days(table: ir.Table, name: str, start: str, end: str, worked: WorkingTime) -> ir.Table:
    """The table with a column `name`: the business days after the date in `start` up to and including that in `end`.

    From Monday to Thursday it is 3, inside one day 0, from Friday to Monday 1; negative when `end` comes first, NULL
    where a day is missing (all of a business that works from Monday to Friday).
    """
    table = _numbered(_numbered(table, start, "start", worked), end, "end", worked)
    return table.mutate(**{name: table.number_end - table.number_start}).drop("number_start", "number_end")


def _numbered(table: ir.Table, day: str, side: str, worked: WorkingTime) -> ir.Table:
    """The table with the running number of the business day; a day off has that of the day before."""
    number, since, until = f"number_{side}", f"since_{side}", f"until_{side}"
    weekdays = _weekdays(table[day], worked.weekdays)
    off = _days_off(worked)
    if not off:
        return table.mutate(**{number: weekdays})
    steps = _steps(off).select(**{since: "since", until: "until", f"off_{side}": "off"})
    joined = table.mutate(**{number: weekdays}).left_join(
        steps, [table[day] >= steps[since], table[day] < steps[until]]
    )
    return joined.mutate(**{number: joined[number] - joined[f"off_{side}"]}).drop(since, until, f"off_{side}")


def _weekdays(day: ir.Value, weekdays: tuple[int, ...]) -> ir.IntegerValue:
    """The working days of the week from the first Monday up to and including the day."""
    since = day.delta(ibis.date(MONDAY), unit="day").cast("int64")
    worked = [(since % 7 == last, sum(each <= last for each in weekdays)) for last in range(6)]
    return ((since // 7) * len(weekdays) + ibis.cases(*worked, else_=len(weekdays))).cast("int64")


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
def _days_off(worked: WorkingTime) -> tuple[str, ...]:
    """Holidays and own days off that fall on working days of the week, in order."""
    every = {*Calendar(country=worked.country).holidays(Period(FIRST, LAST)), *worked.off}
    return tuple(day.isoformat() for day in sorted(every) if day.weekday() in worked.weekdays)
