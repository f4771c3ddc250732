"""What an ordinary month gives: a baseline from history, with unusual months left out and the season taken off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from keiki.periods import Grain, Period

Numbers = NDArray[np.float64]
YEAR = 12
MAD_TO_DEVIATION = 1.4826
MEAN_TO_DEVIATION = 1.253314
"""Factors that make the median and the mean distance from the middle comparable with a standard deviation."""


class Why(StrEnum):
    """Why a month is not part of a baseline."""

    EMPTY = "empty"
    RUNNING = "running"
    UNUSUAL = "unusual"
    OLD = "old"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class BaselineRule:
    """How a baseline is made: at least `fewest` months, at best `ideal`, never more.

    A month is unusual when it lies more than `fence` robust deviations from the trend (Iglewicz and Hoaglin 1993) and
    at least the share `far` of it, since a season fitted to two years hides how much months vary. It is asked only
    from `fence_from` months on: of fewer, nobody can say which one is the odd one out.
    """

    fewest: int = 3
    ideal: int = 12
    fence: float = 3.5
    far: float = 0.2
    fence_from: int = 5
    season_from: int = 24


@dataclass(frozen=True)
class LeftOut:
    """A month that the baseline does not rest on."""

    month: Period
    value: float | None
    why: Why


@dataclass(frozen=True)
class Baseline:
    """What history says about one number. Values in the number's own unit; None where history does not tell.

    `level` is the ordinary month, `spread` its robust standard deviation, `growth` what a month adds to the one
    before when nobody does anything, `growth_share` the same as a share of it, `growth_year` the share by which a
    month stands above the same month a year before. `last_year` belongs to the month after the history. `season`
    gives 1 for an ordinary calendar month. `now` is the trend at the end of the history.
    """

    rule: BaselineRule
    months: int
    level: float | None = None
    now: float | None = None
    spread: float | None = None
    growth: float | None = None
    growth_share: float | None = None
    growth_year: float | None = None
    best: float | None = None
    best_month: Period | None = None
    last_year: float | None = None
    season: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[LeftOut, ...] = ()
    last: Period | None = None

    @property
    def enough(self) -> bool:
        """Whether there are months enough to speak of a baseline at all."""
        return self.months >= self.rule.fewest

    @property
    def ideal(self) -> bool:
        """Whether it covers a whole year."""
        return self.months >= self.rule.ideal

    def expected(self, ahead: int) -> float | None:
        """The value `ahead` months after the history at its natural growth, in its season."""
        if self.now is None or self.growth is None or self.last is None:
            return None
        month = (self.last.start.month - 1 + ahead) % YEAR + 1
        return (self.now + self.growth * ahead) * self.season.get(month, 1.0)


def baseline(
    months: Sequence[Period],
    values: Sequence[float | None],
    direction: str = "higher",
    complete: Sequence[bool] | None = None,
    rule: BaselineRule | None = None,
    without: Collection[Period] = (),
) -> Baseline:
    """The baseline of a number over successive months, oldest first; months that still run are left out.

    `without` are those that somebody leaves out, such as a campaign. Weeks work alike, but have no season.
    """
    rule = rule or BaselineRule()
    over = tuple(complete) if complete is not None else (True,) * len(months)
    history = np.array([np.nan if v is None or not ok else v for v, ok in zip(values, over, strict=True)], dtype=float)
    history[[place for place, month in enumerate(months) if month in without]] = np.nan
    ended = len(over) - next((place for place, ok in enumerate(reversed(over)) if ok), len(over))
    season = seasonal_index(months, history, rule)
    calm = history / np.array([season.get(month.start.month, 1.0) for month in months], dtype=float)
    window = np.flatnonzero(~np.isnan(history))[-rule.ideal :]
    odd = window[unusual(window.astype(float), calm[window], rule)]
    kept = np.setdiff1d(window, odd)
    usual = history.copy()
    usual[odd] = np.nan
    best = _best(usual, direction)
    found = Baseline(
        rule=rule,
        months=len(kept),
        best=None if best is None else float(history[best]),
        best_month=None if best is None else months[best],
        last_year=_at(history, ended - YEAR),
        growth_year=_yearly(usual, rule),
        season=MappingProxyType(season),
        left_out=_left_out(months, values, over, set(map(int, window)), set(map(int, odd)), without),
        last=months[ended - 1] if ended else None,
    )
    if not found.enough:
        return found
    slope, start = line(kept.astype(float), calm[kept])
    return replace(
        found,
        level=float(np.median(calm[kept])),
        now=start + slope * (ended - 1),
        spread=deviation(calm[window] - (start + slope * window)),
        growth=slope,
        growth_share=_share(kept, calm[kept]),
    )


def _share(places: NDArray[np.intp], values: Numbers) -> float | None:
    """What a month adds as a share of the one before it; None where a value is not above 0."""
    if len(values) < 2 or values.min() <= 0:
        return None
    return float(np.expm1(line(places.astype(float), np.log(values))[0]))


def seasonal_index(months: Sequence[Period], history: Numbers, rule: BaselineRule) -> dict[int, float]:
    """Calendar month → its share of an ordinary month; empty with less than two years or where it cannot be told.

    The ratio of every month to the centred average of the year around it, the median of each calendar month, scaled
    so that the twelve have a mean of 1.
    """
    if months and months[0].grain is not Grain.MONTH:
        return {}
    if len(history) < rule.season_from or np.nansum(~np.isnan(history)) < rule.season_from:
        return {}
    weights = np.array([0.5, *[1.0] * (YEAR - 1), 0.5]) / YEAR
    around = np.convolve(history, weights, mode="valid")
    middle = history[YEAR // 2 : YEAR // 2 + len(around)]
    found: dict[int, list[float]] = {}
    for place, (value, average) in enumerate(zip(middle, around, strict=True)):
        if not np.isnan(average) and average > 0 and value > 0:
            found.setdefault(months[place + YEAR // 2].start.month, []).append(float(value / average))
    if len(found) < YEAR:
        return {}
    index = {month: float(np.median(ratios)) for month, ratios in sorted(found.items())}
    mean = sum(index.values()) / YEAR
    return {month: ratio / mean for month, ratio in index.items()}


def line(places: Numbers, values: Numbers) -> tuple[float, float]:
    """Slope and value at 0 of the line through the middle of all pairs (Theil and Sen): odd months do not bend it."""
    if len(values) < 2:
        return 0.0, float(np.median(values)) if len(values) else 0.0
    left, right = np.triu_indices(len(values), k=1)
    slope = float(np.median((values[right] - values[left]) / (places[right] - places[left])))
    return slope, float(np.median(values - slope * places))


def unusual(places: Numbers, values: Numbers, rule: BaselineRule | None = None) -> NDArray[np.bool_]:
    """Which values lie too far from their trend to belong to it."""
    rule = rule or BaselineRule()
    if len(values) < rule.fence_from:
        return np.zeros(len(values), dtype=bool)
    slope, start = line(places, values)
    rest = values - (start + slope * places)
    least = rule.far * abs(float(np.median(values)))
    odd: NDArray[np.bool_] = np.abs(rest) > max(rule.fence * deviation(rest), least)
    return odd


def deviation(rest: Numbers) -> float:
    """A standard deviation that odd values do not stretch; from the mean distance when half of them are alike."""
    distance = np.abs(rest - np.median(rest))
    middle = float(np.median(distance))
    return middle * MAD_TO_DEVIATION if middle > 0 else float(np.mean(distance)) * MEAN_TO_DEVIATION


def _left_out(
    months: Sequence[Period],
    values: Sequence[float | None],
    over: Sequence[bool],
    window: set[int],
    odd: set[int],
    without: Collection[Period],
) -> tuple[LeftOut, ...]:
    """Every month outside the baseline with its reason; months before the first value are no history at all."""
    first = next((place for place, value in enumerate(values) if value is not None), len(values))
    found = []
    for place in range(first, len(months)):
        if place in window and place not in odd:
            continue
        if months[place] in without:
            found.append(LeftOut(months[place], values[place], Why.CHOSEN))
            continue
        why = Why.UNUSUAL if place in odd else Why.RUNNING if not over[place] else Why.EMPTY
        found.append(
            LeftOut(months[place], values[place], why if values[place] is None or why != Why.EMPTY else Why.OLD)
        )
    return tuple(found)


def _best(history: Numbers, direction: str) -> int | None:
    if np.isnan(history).all() or direction == "neutral":
        return None
    return int(np.nanargmin(history) if direction == "lower" else np.nanargmax(history))


def _at(history: Numbers, place: int) -> float | None:
    if not 0 <= place < len(history) or np.isnan(history[place]):
        return None
    return float(history[place])


def _yearly(history: Numbers, rule: BaselineRule) -> float | None:
    """The median share by which a month stands above the same month a year before; asks for `fewest` such pairs."""
    if len(history) <= YEAR:
        return None
    before, after = history[:-YEAR], history[YEAR:]
    told = ~np.isnan(before) & ~np.isnan(after) & (before > 0)
    if told.sum() < rule.fewest:
        return None
    return float(np.median(after[told] / before[told] - 1))
