"""Instants as expressions: local clock, local midnight and whole seconds, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

FIRST, LAST = date(1990, 1, 1), date(2060, 1, 1)
"""Changes of the clock are known between these days; earlier and later times take the nearest known offset."""

Steps = Sequence[tuple[datetime, int]]
"""Moments in order with the offset in seconds that holds from each; the first holds before it as well."""


def local_time(instant: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """What the clock of the zone shows at a naive UTC instant."""
    return _shifted(instant, instant, _clock_changes(zone), 1)


def midnight(day: ir.DateValue, zone: str) -> ir.TimestampValue:
    """The naive UTC instant at which a calendar day of the zone begins."""
    moment = day.cast("timestamp")
    return _shifted(moment, moment, _day_offsets(zone), -1)


def whole_seconds(instant: ir.TimestampValue) -> ir.IntegerValue:
    """Seconds since 1970 with the fraction cut; engines left to themselves cut or round."""
    return instant.truncate("s").epoch_seconds().cast("int64")


def _shifted(moment: ir.Value, at: ir.Value, steps: Steps, sign: int) -> ir.TimestampValue:
    """A balanced tree of comparisons: a zone with 120 changes of the clock costs 7 of them."""
    if len(steps) == 1:
        return moment + ibis.interval(seconds=sign * steps[0][1])
    middle = len(steps) // 2
    return ibis.ifelse(
        at < ibis.timestamp(steps[middle][0].isoformat(sep=" ")),
        _shifted(moment, at, steps[:middle], sign),
        _shifted(moment, at, steps[middle:], sign),
    )


@cache
def _clock_changes(zone: str) -> Steps:
    """UTC instants at which the offset of the zone changes, to the minute."""
    clock = ZoneInfo(zone)
    steps: list[tuple[datetime, int]] = []
    first = datetime.combine(FIRST, datetime.min.time())
    for number in range((LAST - FIRST).days):
        moment = first + timedelta(days=number)
        offset = _offset(moment, clock)
        if not steps:
            steps.append((moment, offset))
        elif steps[-1][1] != offset:
            steps.append((_first_minute(moment, offset, clock), offset))
    return tuple(steps)


def _first_minute(moment: datetime, offset: int, zone: ZoneInfo) -> datetime:
    low, high = moment - timedelta(days=1), moment
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        low, high = (low, middle) if _offset(middle, zone) == offset else (middle, high)
    return high


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    return _seconds(zone.fromutc(moment.replace(tzinfo=zone)))


def _seconds(moment: datetime) -> int:
    """How far a clock is ahead of UTC."""
    return int((moment.utcoffset() or timedelta()).total_seconds())


@cache
def _day_offsets(zone: str) -> Steps:
    """Days from which midnight lies that many seconds ahead of UTC."""
    steps: list[tuple[datetime, int]] = []
    first = datetime.combine(FIRST, datetime.min.time(), ZoneInfo(zone))
    for number in range((LAST - FIRST).days):
        day = first + timedelta(days=number)
        offset = _seconds(day)
        if not steps or steps[-1][1] != offset:
            steps.append((day.replace(tzinfo=None), offset))
    return tuple(steps)
