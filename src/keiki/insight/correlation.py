"""How two numbers move together, at once and with a delay, with what is needed to doubt it: pairs and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import atanh, sqrt, tanh
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from keiki.insight.baseline import line

Numbers = NDArray[np.float64]
Value = float | None
ALMOST = 1 - 1e-12
FLAT = 1e-9


@dataclass(frozen=True)
class CorrelationRule:
    """How correlations are made: lags from 0 to `most` periods, from `fewest` pairs on, intervals of `level`.

    `trend`: a straight trend is taken off both series first, since any two numbers that grow correlate. The level
    is shared among the lags that were tried (Bonferroni), since the best of many is good by chance.
    """

    most: int = 6
    fewest: int = 8
    level: float = 0.95
    trend: bool = True


@dataclass(frozen=True)
class Correlation:
    """Pearson's r of a driver `lag` periods ago with an outcome now, over `pairs` of periods.

    `independent` is how many independent pairs these are worth, as neighbours resemble each other (Bartlett 1935);
    from them comes the interval from `low` to `high` (Fisher's z).
    """

    lag: int
    pairs: int
    independent: float
    r: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class LagCorrelation:
    """A driver and an outcome at every lag that has pairs enough; empty when none has."""

    rule: CorrelationRule
    lags: tuple[Correlation, ...]

    @property
    def best(self) -> Correlation | None:
        """The lag with the strongest correlation, the shortest of equal ones."""
        return max(self.lags, key=lambda each: (round(abs(each.r), 12), -each.lag), default=None)

    def at(self, lag: int) -> Correlation | None:
        """The correlation at one lag."""
        return next((each for each in self.lags if each.lag == lag), None)


def lag_correlation(
    driver: Sequence[Value], outcome: Sequence[Value], rule: CorrelationRule | None = None
) -> LagCorrelation:
    """How an outcome follows a driver over the same successive periods, oldest first; None where there is no value.

    >>> told = lag_correlation([1, 5, 2, 8, 3, 9, 1, 7, 4, 6, 2, 8], [0, 0, 1, 5, 2, 8, 3, 9, 1, 7, 4, 6])
    >>> told.best.lag, told.best.pairs
    (2, 10)
    """
    rule = rule or CorrelationRule()
    x, y = _plain(driver, rule), _plain(outcome, rule)
    tried = range(min(rule.most, max(len(x) - rule.fewest, -1)) + 1)
    level = 1 - (1 - rule.level) / max(len(tried), 1)
    found = (_at(x, y, lag, rule, level) for lag in tried)
    return LagCorrelation(rule, tuple(each for each in found if each is not None))


def correlations(
    series: Mapping[str, Sequence[Value]], rule: CorrelationRule | None = None
) -> dict[tuple[str, str], LagCorrelation]:
    """Every pair of series both ways: (driver, outcome) → its correlations by lag."""
    found = {}
    for one, other in combinations(series, 2):
        found[one, other] = lag_correlation(series[one], series[other], rule)
        found[other, one] = lag_correlation(series[other], series[one], rule)
    return found


def _plain(values: Sequence[Value], rule: CorrelationRule) -> Numbers:
    """The series as numbers, its trend taken off; what is flat has nothing that could correlate."""
    given = np.array([np.nan if value is None else float(value) for value in values], dtype=float)
    told = np.flatnonzero(~np.isnan(given))
    if not rule.trend or len(told) < 2:
        return given
    slope, start = line(told.astype(float), given[told])
    rest = given - (start + slope * np.arange(len(given)))
    size = float(np.max(np.abs(given[told])))
    return np.where(np.abs(rest) < FLAT * size, 0.0, rest)


def _at(x: Numbers, y: Numbers, lag: int, rule: CorrelationRule, level: float) -> Correlation | None:
    before, after = x[: len(x) - lag], y[lag:]
    both = ~np.isnan(before) & ~np.isnan(after)
    one, other = before[both], after[both]
    pairs = len(one)
    if pairs < rule.fewest or not one.std() or not other.std():
        return None
    r = float(np.clip(np.corrcoef(one, other)[0, 1], -ALMOST, ALMOST))
    independent = _independent(one, other)
    if independent <= 3:
        return Correlation(lag, pairs, independent, r, -1.0, 1.0)
    reach = NormalDist().inv_cdf(0.5 + level / 2) / sqrt(independent - 3)
    return Correlation(lag, pairs, independent, r, tanh(atanh(r) - reach), tanh(atanh(r) + reach))


def _independent(one: Numbers, other: Numbers) -> float:
    """Pairs worth as much as these were none like its neighbour; never more than there are."""
    alike = _memory(one) * _memory(other)
    return min(float(len(one)), len(one) * (1 - alike) / (1 + alike))


def _memory(values: Numbers) -> float:
    """How much a value resembles the one before it."""
    centred = values - values.mean()
    return float((centred[1:] * centred[:-1]).sum() / (centred**2).sum())
