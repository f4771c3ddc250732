"""Local time of a business to instants: clock changes come from the zone database and are part of the expression."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from keiki.facts.functions import epoch_us, from_us, instant_to_local, local_to_instant, wall_us

FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
AT_ONCE = 12
"""Clock changes in one step: a row is asked which dozen it falls into, then which of them, not about every change."""

EARLIEST, LATEST = datetime(1800, 1, 1), datetime.max


@cache
def clock_changes(zone: str) -> tuple[tuple[datetime, int], ...]:
    """The local times at which another offset begins to hold, with that offset in microseconds.

    A clock that goes forward skips local times: they are read with the offset before the change, so 02:30 that
    never was counts as 03:30. A clock that goes back repeats local times: they are read as the first of the two.
    Both are what Python's `fold=0` means.
    """
    clock = ZoneInfo(zone)
    changes = [(FIRST.replace(tzinfo=None) - timedelta(days=1), _offset(clock, FIRST))]
    at = FIRST
    while at < LAST:
        after = at + timedelta(days=1)
        if _offset(clock, after) != _offset(clock, at):
            instant = _bisect(clock, at, after)
            before, behind = _offset(clock, at), _offset(clock, after)
            local = instant + timedelta(microseconds=max(before, behind))
            changes.append((local.replace(tzinfo=None), behind))
        at = after
    return tuple(changes)


def _offset(clock: ZoneInfo, instant: datetime) -> int:
    shift = instant.astimezone(clock).utcoffset() or timedelta()
    return shift // timedelta(microseconds=1)


def _bisect(clock: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second in (low, high] with the offset of `high`."""
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset(clock, middle) == _offset(clock, low):
            low = middle
        else:
            high = middle
    return high


def plausible(moment: Any) -> Any:
    """Whether a naive timestamp lies in the years 1800 to 9999."""
    return (moment >= EARLIEST) & (moment <= LATEST)


def plausible_day(day: Any) -> Any:
    """Whether a date lies in the years 1800 to 9999."""
    return (day >= EARLIEST.date()) & (day <= LATEST.date())


def to_utc(local: Any, zone: str) -> Any:
    """The naive UTC instant of a naive local timestamp; NULL outside the years 1800 to 9999."""
    if zone == "UTC":
        return ibis.cases((plausible(local), local))
    asked = ibis.cases((plausible(local), from_us(epoch_us(local_to_instant(zone, local)))))
    newest_first = clock_changes(zone)[::-1]
    dozens = [newest_first[place : place + AT_ONCE] for place in range(0, len(newest_first), AT_ONCE)]
    steps = [(local >= dozen[-1][0], _since(local, dozen)) for dozen in dozens]
    return ibis.cases((local >= LAST.replace(tzinfo=None), asked), *steps, else_=asked)


def _since(local: Any, changes: tuple[tuple[datetime, int], ...]) -> Any:
    """The instant by the offset of the newest of the changes that has come."""
    return ibis.cases(*((local >= start, from_us(wall_us(local) - offset)) for start, offset in changes))


def from_instant(instant: Any) -> Any:
    """The naive UTC timestamp of a timestamp with a time zone."""
    naive = from_us(epoch_us(instant))
    return ibis.cases((plausible(naive), naive))


def local_time(utc: Any, zone: str) -> Any:
    """What clocks of the zone show at a naive UTC instant."""
    return instant_to_local(zone, local_to_instant("UTC", utc))
