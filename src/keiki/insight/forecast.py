"""What the months to come bring when things go on as they do, and whether a target will be reached by its deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from keiki.insight.baseline import YEAR, BaselineRule, Numbers, line, seasonal_index
from keiki.periods import Period


@dataclass(frozen=True)
class Outlook:
    """Where a number lands at its deadline, in its own unit.

    `short` is how much is missing then (negative: how much is to spare), whatever the wished direction.
    `rate` is what a period brings now, `needed` what each remaining period has to bring; None with none left.
    """

    expected: float
    target: float
    short: float
    rate: float
    needed: float | None
    remaining: int

    @property
    def on_track(self) -> bool:
        """Whether the target is reached when nothing changes."""
        return self.short <= 1e-9 * max(abs(self.target), abs(self.expected), 1e-300)


def outlook_of_sum(
    done: Sequence[float], remaining: int, target: float, direction: str = "higher", weights: Sequence[float] = ()
) -> Outlook:
    """Of a number that adds up over periods: what is done, plus the mean period times those that remain.

    `weights` of the periods done and remaining, in order, when some weigh more (a season).

    >>> outlook_of_sum([10] * 6, 6, 150).short, outlook_of_sum([12.5] * 6, 6, 150).on_track
    (30.0, True)
    """
    total = float(sum(done))
    if weights and sum(weights[: len(done)]) > 0:
        rate = total / sum(weights[: len(done)])
        ahead = rate * sum(weights[len(done) :])
    else:
        rate = fmean(done) if done else 0.0
        ahead = rate * remaining
    expected = total + ahead
    needed = (target - total) / remaining if remaining else None
    return Outlook(expected, target, _short(expected, target, direction), rate, needed, remaining)


def outlook_of_level(values: Sequence[float], remaining: int, target: float, direction: str = "higher") -> Outlook:
    """Of a rate or a stock: its trend (the middle of all pairs) led on to the deadline; `rate` is a period's change.

    >>> outlook_of_level([0.010, 0.012, 0.014], 3, 0.02).on_track
    True
    """
    slope, start = line(np.arange(len(values), dtype=float), np.asarray(values, dtype=float))
    expected = start + slope * (len(values) - 1 + remaining)
    needed = (target - values[-1]) / remaining if remaining and values else None
    return Outlook(expected, target, _short(expected, target, direction), slope, needed, remaining)


def _short(expected: float, target: float, direction: str) -> float:
    return expected - target if direction == "lower" else target - expected


# --- the months to come ---


@dataclass(frozen=True)
class ForecastRule:
    """How a history is led on: from `fewest` periods, with an interval of `level`; a season from two whole years."""

    fewest: int = 6
    level: float = 0.80


@dataclass(frozen=True)
class Ahead:
    """One period to come: what is expected, and the interval that holds it with the rule's `level`."""

    ahead: int
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Forecast:
    """The periods to come by a straight line, times the season where there is one; empty with too little history.

    `slope` is what a period adds to the one before, `seasonal` says whether calendar months weigh differently.
    """

    rule: ForecastRule
    periods: int
    slope: float | None = None
    seasonal: bool = False
    ahead: tuple[Ahead, ...] = ()


def forecast(
    months: Sequence[Period], values: Sequence[float | None], count: int = 3, rule: ForecastRule | None = None
) -> Forecast:
    """Lead a history of complete months on by `count`, oldest first; None where a month has no value.

    Least squares on the values without their season; the interval is that of a new observation (Student's t with
    n − 2 degrees of freedom, 11 fewer for a season), so it widens with every month. The season is that of
    `insight.baseline`, used only where the fit is better for it after paying for its 11 unknowns. A number that was
    never negative is expected to stay so.
    """
    rule = rule or ForecastRule()
    history = np.array([np.nan if value is None else float(value) for value in values], dtype=float)
    told = np.flatnonzero(~np.isnan(history))
    if len(told) < max(rule.fewest, 3):
        return Forecast(rule, len(told))
    season = seasonal_index(months, history, BaselineRule())
    fits = [_fit(months, history, told, each) for each in ([{}, season] if season else [{}])]
    fit = min(fits, key=lambda each: each.spread)
    ahead = tuple(
        _ahead(fit, months, step, rule, never_negative=history[told].min() >= 0) for step in range(1, count + 1)
    )
    return Forecast(rule, len(told), fit.slope, bool(fit.season), ahead)


@dataclass(frozen=True)
class _Line:
    """A straight line through a history without its season; `spread` is the deviation of a month from both."""

    slope: float
    start: float
    spread: float
    places: Numbers
    season: Mapping[int, float]

    @property
    def freedom(self) -> int:
        return len(self.places) - 2 - (YEAR - 1 if self.season else 0)

    def doubt(self, place: int) -> float:
        """How much wider than a month's own spread the interval at a place is."""
        n, middle = len(self.places), self.places.mean()
        season = YEAR / n if self.season else 0.0
        return float(np.sqrt(1 + 1 / n + season + (place - middle) ** 2 / ((self.places - middle) ** 2).sum()))


def _fit(months: Sequence[Period], history: Numbers, told: NDArray[np.intp], season: Mapping[int, float]) -> _Line:
    weights = np.array([season.get(months[place].start.month, 1.0) for place in told], dtype=float)
    x, y = told.astype(float), history[told]
    slope, start = (float(each) for each in np.polyfit(x, y / weights, 1))
    fit = _Line(slope, start, 0.0, x, season)
    return replace(fit, spread=float(np.sqrt(((y - (start + slope * x) * weights) ** 2).sum() / fit.freedom)))


def _ahead(fit: _Line, months: Sequence[Period], step: int, rule: ForecastRule, *, never_negative: bool) -> Ahead:
    place = len(months) - 1 + step
    month = (months[-1].start.month - 1 + step) % YEAR + 1
    expected = (fit.start + fit.slope * place) * fit.season.get(month, 1.0)
    reach = float(stdtrit(fit.freedom, 0.5 + rule.level / 2)) * fit.spread * fit.doubt(place)
    least = 0.0 if never_negative else -np.inf
    return Ahead(step, max(expected, least), max(expected - reach, least), max(expected + reach, least))
