"""Targets that change over time: every period is asked for what held then, whatever is decided later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from keiki.catalogue.kpi import Direction
from keiki.periods import Calendar, Grain, Period
from keiki.trees.targets import AT_LEAST, AT_MOST, BETWEEN, MANUAL, Target, band_at, value_at

LONG: Final = frozenset({Grain.QUARTER, Grain.YEAR})
Bounds = tuple[float | None, float | None]
"""At least the first, at most the second; one of them may be missing."""


def in_force(targets: Iterable[Target], day: date) -> Target | None:
    """Of a KPI's targets over time the one that holds on a day: the last that began by then.

    >>> year = [Target(100, since=date(2026, 1, 1)), Target(120, since=date(2026, 4, 1))]
    >>> [in_force(year, date(2026, month, 1)).value for month in (3, 5)]
    [100, 120]
    """
    begun = [target for target in targets if target.since is None or target.since <= day]
    return max(begun, key=_since, default=None)


def stepped(
    targets: Iterable[Target], periods: Iterable[Period], calendar: Calendar, *, adds_up: bool = False
) -> tuple[float | None, ...]:
    """The target line of a chart: each period by the target that holds on its last day, None before the first."""
    listed = tuple(targets)
    found = ((in_force(listed, period.last), period) for period in periods)
    return tuple(value_at(t, p, calendar, adds_up=adds_up) if t is not None else None for t, p in found)


class TargetsOverTime:
    """The targets of one number over time; of two that begin on one day the later in the list holds.

    `adds_up`: its months make its year, so a longer period is asked for their sum. `averages`: a rate whose longer
    period is asked for the mean of its months; of everything else the last month counts.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        calendar: Calendar,
        direction: Direction | str = Direction.HIGHER,
        *,
        adds_up: bool = False,
        averages: bool = False,
    ) -> None:
        self.targets = sorted(targets, key=_since)
        self.calendar = calendar
        self.lower = direction == Direction.LOWER
        self.adds_up = adds_up
        self.averages = averages
        self._asked: dict[Period, Bounds | None] = {}
        self._shares: dict[Target, tuple[float, float]] = {}

    def asked(self, period: Period) -> Bounds | None:
        """What a whole period is asked for; None before the first target.

        A year that was set for a whole year is that year's value, also when it was set anew in its course: the months
        before keep what they were asked for, the ones from then on carry the rest.

        >>> year = TargetsOverTime(
        ...     [Target(1200, period=Grain.YEAR), Target(1500, period=Grain.YEAR, since=date(2026, 7, 1))],
        ...     Calendar(), adds_up=True)
        >>> [year.asked(Calendar().period(Grain.MONTH, date(2026, month, 1)))[0] for month in (6, 7)]
        [100.0, 150.0]
        >>> year.asked(Calendar().period(Grain.YEAR, date(2026, 1, 1)))
        (1500, None)
        """
        if period not in self._asked:
            self._asked[period] = self._of(period)
        return self._asked[period]

    def _of(self, period: Period) -> Bounds | None:
        target = self._in_force(period.last)
        if target is None:
            return None
        if period.grain in LONG and (self.adds_up or self.averages) and not self._set_for(target, period):
            parts = [self.asked(month) for month in self._months(period)]
            together = _together([part for part in parts if part is not None], mean=self.averages)
            if together is not None and None not in parts:
                return together
        return self._shared(target, period)

    def _set_for(self, target: Target, period: Period) -> bool:
        """Whether a target was written for just such a period and asks all of it for one value."""
        return self.adds_up and target.shape != MANUAL and target.period == period.grain

    def _shared(self, target: Target, period: Period) -> Bounds | None:
        """What one target asks of a period, after what earlier ones have asked of the months before."""
        plain, whole = self._bounds(target, period), self._whole(target)
        if plain is None or whole is None or period.grain == whole.grain or period.start not in whole:
            return plain
        if target not in self._shares:
            self._shares[target] = self._share_left(target, whole)
        low, high = self._shares[target]
        return None if plain[0] is None else plain[0] * low, None if plain[1] is None else plain[1] * high

    def _whole(self, target: Target) -> Period | None:
        """The year or quarter in whose course a target for such a time begins."""
        if not self.adds_up or target.since is None or target.shape == MANUAL or target.period not in LONG:
            return None
        return self.calendar.period(target.period, target.since)

    def _share_left(self, target: Target, whole: Period) -> tuple[float, float]:
        """By how much each month from then on is asked for more or less than its plain share, at both ends."""
        months = self._months(whole)
        before = [month for month in months if month.last < (target.since or whole.start)]
        asked = [self.asked(month) for month in before]
        rest = [self._bounds(target, month) for month in months[len(before) :]]
        wanted = self._bounds(target, whole)
        done, ahead = (_together([part for part in parts if part is not None]) for parts in (asked, rest))
        if wanted is None or done is None or ahead is None or None in asked:
            return 1.0, 1.0
        return _left(wanted[0], done[0], ahead[0]), _left(wanted[1], done[1], ahead[1])

    def _bounds(self, target: Target, period: Period) -> Bounds | None:
        compare = target.compare or (AT_MOST if self.lower else AT_LEAST)
        if compare == BETWEEN:
            return band_at(target, period, self.calendar, adds_up=self.adds_up)
        value = value_at(target, period, self.calendar, adds_up=self.adds_up)
        if value is None:
            return None
        return (None, value) if compare == AT_MOST else (value, None)

    def _in_force(self, day: date) -> Target | None:
        begun = [target for target in self.targets if _since(target) <= day]
        return begun[-1] if begun else None

    def _months(self, period: Period) -> Sequence[Period]:
        return self.calendar.periods(Grain.MONTH, period.start, period.end)


def _since(target: Target) -> date:
    return target.since or date.min


def _together(parts: Sequence[Bounds], mean: bool = False) -> Bounds | None:
    """The sum or the mean of bounds, for each end that all of them have."""
    if not parts:
        return None
    lows, highs = [part[0] for part in parts], [part[1] for part in parts]
    low, high = (None if None in ends else sum(end for end in ends if end is not None) for ends in (lows, highs))
    if low is None and high is None:
        return None
    share = 1 / len(parts) if mean else 1
    return None if low is None else low * share, None if high is None else high * share


def _left(whole: float | None, done: float | None, ahead: float | None) -> float:
    """What is left of the whole over what the months ahead would be asked for; 1 where nothing is left."""
    if whole is None or done is None or not ahead or whole <= done:
        return 1.0
    return (whole - done) / ahead
