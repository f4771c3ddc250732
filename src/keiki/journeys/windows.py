"""Lengths of time in words such as 60d, 6m or 1y, as they stand in a formula."""

from __future__ import annotations

import re
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from keiki.errors import UnreadableWindow
from keiki.periods import add_months

UNITS = {"h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}


def window(text: str) -> ir.IntervalScalar:
    """The length of `60d`, `8w`, `6m` or `1y` as an interval to add to a moment; months keep the day or end the month.

    Raises UnreadableWindow.
    """
    count, unit = _parts(text)
    return ibis.interval(**{UNITS[unit]: count})


def before(day: date, text: str) -> date:
    """The day that lies so long before another; hours count as the days they fill.

    >>> before(date(2026, 11, 1), "365d"), before(date(2026, 3, 1), "6m"), before(date(2026, 3, 2), "25h")
    (datetime.date(2025, 11, 1), datetime.date(2025, 9, 1), datetime.date(2026, 2, 28))

    Raises UnreadableWindow, also where that is before there were days.
    """
    count, unit = _parts(text)
    try:
        if unit in "my":
            return add_months(day, -count * (12 if unit == "y" else 1))
        return day - timedelta(days={"h": -(-count // 24), "d": count, "w": 7 * count}[unit])
    except (OverflowError, ValueError):
        raise UnreadableWindow(text=text) from None


def _parts(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,5})([hdwmy])", text.strip())
    if found is None:
        raise UnreadableWindow(text=text)
    return int(found[1]), found[2]
