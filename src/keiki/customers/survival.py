"""Who is still there after how long: Kaplan–Meier from lives counted by length, hazards, and the log-rank test."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

Z = 1.959963984540054
"""Half the width of a 95 % interval in standard errors."""


@dataclass(frozen=True)
class Step:
    """A length of life: how many had come that far (`at_risk`), how many ended and were censored there, the share
    still there after it with its 95 % band, and the standard error (Greenwood). The band is None where nobody or
    everybody is left.
    """

    length: int
    at_risk: int
    ended: int
    censored: int
    share: float
    error: float | None
    low: float | None
    high: float | None

    @property
    def hazard(self) -> float:
        """The share of those who came that far that ended there."""
        return self.ended / self.at_risk


@dataclass(frozen=True)
class Survival:
    """The curve of one segment (None: of everybody), one step per length at which a life ended or was censored."""

    steps: tuple[Step, ...]
    segment: str | None = None

    @property
    def size(self) -> int:
        """How many lives."""
        return self.steps[0].at_risk if self.steps else 0

    def told(self, least: int) -> Survival:
        """The curve as far as at least so many had come: further right it would be somebody's own story."""
        return replace(self, steps=tuple(step for step in self.steps if step.at_risk >= least))

    def at(self, length: int) -> Step | None:
        """The last step up to a length; None before the first one and beyond the longest life seen."""
        if not self.steps or length > self.steps[-1].length:
            return None
        return next((step for step in reversed(self.steps) if step.length <= length), None)

    def share(self, length: int) -> float | None:
        """The share still there after a length: 1 before the first step, None beyond the longest life seen."""
        if not self.steps or length > self.steps[-1].length:
            return None
        step = self.at(length)
        return 1.0 if step is None else step.share

    def at_risk(self, length: int) -> int:
        """How many lives had come as far as a length."""
        return next((step.at_risk for step in self.steps if step.length >= length), 0)

    @property
    def median(self) -> int | None:
        """The length after which at most half are still there; None when the curve never falls that low."""
        return next((step.length for step in self.steps if step.share <= 0.5), None)

    def mean_until(self, length: int) -> float | None:
        """The mean length of a life, no life counting longer than `length`: the area under the curve up to there."""
        if self.share(length) is None:
            return None
        total, share, from_ = 0.0, 1.0, 0
        for step in self.steps:
            if step.length >= length:
                break
            total, share, from_ = total + share * (step.length - from_), step.share, step.length
        return total + share * (length - from_)


def kaplan_meier(
    lengths: Sequence[int], ended: Sequence[int], censored: Sequence[int], segment: str | None = None
) -> Survival:
    """The Kaplan–Meier curve of lives counted by length (ascending, each once).

    Lives censored at a length were still there when others ended at it. Standard errors are Greenwood's; the band is
    drawn on the scale of log(−log S), so that it stays between 0 and 1 (Kalbfleisch and Prentice).

    >>> curve = kaplan_meier([1, 2, 3], [1, 1, 0], [0, 1, 1])
    >>> [round(step.share, 4) for step in curve.steps]
    [0.75, 0.5, 0.5]
    """
    d, c = np.asarray(ended, dtype=np.int64), np.asarray(censored, dtype=np.int64)
    at_risk = (d + c)[::-1].cumsum()[::-1]
    share = np.cumprod(1.0 - d / np.maximum(at_risk, 1))
    left = at_risk - d
    spread = np.cumsum(np.where(left > 0, d / np.maximum(at_risk * left, 1), 0.0))
    bands = (_band(s, v) for s, v in zip(share.tolist(), spread.tolist(), strict=True))
    columns = (map(int, lengths), at_risk.tolist(), d.tolist(), c.tolist(), share.tolist(), bands)
    return Survival(tuple(Step(*row, *band) for *row, band in zip(*columns, strict=True)), segment)


def _band(share: float, spread: float) -> tuple[float | None, float | None, float | None]:
    """Standard error and 95 % band of a share; `spread` is Greenwood's sum."""
    if share <= 0.0:
        return (None, None, None)
    error = share * math.sqrt(spread)
    if share >= 1.0:
        return (error, None, None)
    width = Z * math.sqrt(spread) / -math.log(share)
    return (error, share ** math.exp(width), share ** math.exp(-width))


def curves(rows: Iterable[Mapping[str, Any]]) -> tuple[Survival, ...]:
    """The curve of every segment from the rows of `customers.lives.grouped_lives`, the largest segment first."""
    segments: dict[str | None, dict[int, tuple[int, int]]] = {}
    for row in rows:
        segments.setdefault(row["segment"], {})[row["length"]] = (row["ended"], row["censored"])
    found = []
    for segment, lengths in segments.items():
        ordered = sorted(lengths)
        ended, censored = zip(*(lengths[length] for length in ordered), strict=True)
        found.append(kaplan_meier(ordered, ended, censored, segment))
    return tuple(sorted(found, key=lambda curve: (-curve.size, curve.segment or "")))


@dataclass(frozen=True)
class LogRank:
    """Whether segments differ: the test statistic, its degrees of freedom, and how likely a difference at least this
    large is when there is none.
    """

    statistic: float
    degrees: int
    p_value: float


def log_rank(segments: Sequence[Survival]) -> LogRank | None:
    """The log-rank test over all segments; None with fewer than two that anybody is in, or when no life ended.

    Observed endings of each segment are compared with those expected if all had the same hazard at every length
    (hypergeometric variance, Mantel 1966).
    """
    known = [curve for curve in segments if curve.size]
    lengths = sorted({step.length for curve in known for step in curve.steps if step.ended})
    if len(known) < 2 or not lengths:
        return None
    at_risk = np.array([[curve.at_risk(length) for curve in known] for length in lengths], dtype=float)
    ended = np.array([[_ended(curve, length) for curve in known] for length in lengths], dtype=float)
    n, d = at_risk.sum(axis=1, keepdims=True), ended.sum(axis=1, keepdims=True)
    shares = at_risk / n
    surplus = (ended - d * shares).sum(axis=0)
    factor = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    scaled = shares * factor
    variance = np.diag(scaled.sum(axis=0)) - scaled.T @ shares
    # One segment is told by the others.
    inside = surplus[:-1]
    statistic = float(inside @ np.linalg.pinv(variance[:-1, :-1]) @ inside)
    degrees = len(known) - 1
    return LogRank(statistic, degrees, float(stats.chi2.sf(statistic, degrees)))


def _ended(curve: Survival, length: int) -> int:
    step = curve.at(length)
    return step.ended if step is not None and step.length == length else 0
