"""A number before and after a change: the difference, how sure it is, and what else may have caused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from keiki.insight.baseline import YEAR, line
from keiki.periods import Grain, Period

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class BeforeAfterRule:
    """How before and after are compared: `fewest` periods on each side, an interval of `level`.

    Before it went up or down by itself when its trend explains more than `steady` of its own spread over the span.
    """

    fewest: int = 3
    level: float = 0.95
    steady: float = 2.0


class Caution(StrEnum):
    """What the difference may come from, other than the change."""

    FEW = "few"
    SEASON = "season"
    TREND = "trend"


@dataclass(frozen=True)
class BeforeAfter:
    """Means of the periods before and from the change on; `low` to `high` is the interval of their difference (Welch).

    `last_year` is the difference between the same two spans a year earlier, `beyond_season` what is left of the
    difference without it; None where a side has no value or there is no year before.
    """

    rule: BeforeAfterRule
    periods_before: int
    periods_after: int
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    last_year: float | None
    cautions: tuple[Caution, ...]

    @property
    def beyond_season(self) -> float | None:
        """The difference without what the same months brought a year earlier."""
        return None if self.difference is None or self.last_year is None else self.difference - self.last_year

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def before_after(
    periods: Sequence[Period],
    values: Sequence[float | None],
    change: int,
    rule: BeforeAfterRule | None = None,
    window: int | None = None,
) -> BeforeAfter:
    """A number over successive periods, oldest first, on both sides of the period at place `change`, the first after.

    `window` is how many periods are taken on each side; None: all. Cautions name few periods, other calendar months
    on the two sides with no year before to take them off, and a trend that began before the change.
    """
    rule = rule or BeforeAfterRule()
    first = 0 if window is None else max(change - window, 0)
    last = len(values) if window is None else min(change + window, len(values))
    history = np.array([np.nan if value is None else float(value) for value in values], dtype=float)
    before, after = _told(history[first:change]), _told(history[change:last])
    last_year = _a_year_before(history, first, change, last, _year(periods[0].grain) if periods else 0)
    low, high = _welch(before, after, rule)
    cautions = [
        (Caution.FEW, min(len(before), len(after)) < rule.fewest),
        (Caution.SEASON, last_year is None and _months(periods[first:change]) != _months(periods[change:last])),
        (Caution.TREND, _moving(before, rule)),
    ]
    return BeforeAfter(
        rule=rule,
        periods_before=len(before),
        periods_after=len(after),
        before=float(before.mean()) if len(before) else None,
        after=float(after.mean()) if len(after) else None,
        difference=_difference(before, after),
        low=low,
        high=high,
        last_year=last_year,
        cautions=tuple(caution for caution, holds in cautions if holds),
    )


def _told(values: Numbers) -> Numbers:
    return values[~np.isnan(values)]


def _difference(before: Numbers, after: Numbers) -> float | None:
    return float(after.mean() - before.mean()) if len(before) and len(after) else None


def _a_year_before(history: Numbers, first: int, change: int, last: int, year: int) -> float | None:
    if not year or first < year:
        return None
    return _difference(_told(history[first - year : change - year]), _told(history[change - year : last - year]))


def _welch(before: Numbers, after: Numbers, rule: BeforeAfterRule) -> tuple[float | None, float | None]:
    if min(len(before), len(after)) < 2:
        return None, None
    one, other = before.var(ddof=1) / len(before), after.var(ddof=1) / len(after)
    apart = float(after.mean() - before.mean())
    if one + other == 0:
        return apart, apart
    freedom = (one + other) ** 2 / (one**2 / (len(before) - 1) + other**2 / (len(after) - 1))
    reach = float(stdtrit(freedom, 0.5 + rule.level / 2)) * sqrt(one + other)
    return apart - reach, apart + reach


def _moving(before: Numbers, rule: BeforeAfterRule) -> bool:
    """Whether the number was already on its way before the change."""
    if len(before) <= rule.fewest:
        return False
    places = np.arange(len(before), dtype=float)
    slope, start = line(places, before)
    rest = float(np.std(before - (start + slope * places)))
    return abs(slope) * (len(before) - 1) > rule.steady * max(rest, 1e-12 * abs(float(before.mean())))


def _year(grain: Grain | None) -> int:
    return {None: 0, Grain.MONTH: YEAR, Grain.QUARTER: 4, Grain.WEEK: 52}.get(grain, 0)


def _months(periods: Sequence[Period]) -> set[int]:
    return {period.start.month for period in periods}
