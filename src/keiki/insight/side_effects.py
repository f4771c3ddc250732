"""Whether a number moved beyond its own noise after a change, and which of many did when all are asked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from keiki.insight.baseline import deviation

Numbers = NDArray[np.float64]
ALMOST = 1e-9


@dataclass(frozen=True)
class SideEffectRule:
    """When a number moved beyond noise after a change.

    The `window` whole periods after the change are compared with as many before it. The noise is what the same two
    windows give everywhere in up to `history` periods before the change: their median difference is the usual one, and
    the robust spread around it (median distance × 1.4826) the noise. It is asked only when the history holds the two
    windows `fewest` times side by side; p is that of Student's t with one degree of freedom less than that many times,
    which holds from independent periods to a random walk. Of all numbers asked together those are named whose
    p passes Benjamini and Hochberg (1995) at `level`: about that share of the named ones may be chance.
    """

    window: int = 4
    history: int = 104
    fewest: int = 5
    level: float = 0.10


class Unsaid(StrEnum):
    """Why nothing can be said about a number."""

    EMPTY = "empty"
    SHORT = "short"


@dataclass(frozen=True)
class Shift:
    """The means of the two windows in the number's own unit, what usually lies between two such windows, and how much
    that varies. `strength` is how many times the noise the move is beyond the usual one; None where nothing can be said
    (`unsaid`) and for a number that never moved before.
    """

    before: float | None
    after: float | None
    usual: float | None
    noise: float | None
    p: float | None
    unsaid: Unsaid | None = None

    @property
    def difference(self) -> float | None:
        """After less before."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def strength(self) -> float | None:
        """The move beyond the usual one as a multiple of the noise."""
        if self.difference is None or self.usual is None or not self.noise:
            return None
        return (self.difference - self.usual) / self.noise


def shift(history: Sequence[float | None], after: Sequence[float | None], rule: SideEffectRule | None = None) -> Shift:
    """A number over the whole periods before a change, oldest first, and over those from it on.

    Each of the periods in both windows needs a value; a gap in the history leaves out the windows it lies in.
    """
    rule = rule or SideEffectRule()
    past, coming = _numbers(history)[-(rule.history + rule.window) :], _numbers(after)[: rule.window]
    before = past[-rule.window :]
    means = [
        None if len(side) < rule.window or np.isnan(side).any() else float(side.mean()) for side in (before, coming)
    ]
    if means[0] is None or means[1] is None:
        return Shift(means[0], means[1], None, None, None, Unsaid.EMPTY)
    usual, noise, times = _noise(past, rule.window)
    if times < rule.fewest:
        return Shift(means[0], means[1], usual, noise, None, Unsaid.SHORT)
    return Shift(means[0], means[1], usual, noise, _p(means[1] - means[0] - usual, noise, times, abs(means[0])))


def beyond_noise(shifts: Sequence[Shift], level: float) -> tuple[bool, ...]:
    """Which of the shifts asked together are named (Benjamini and Hochberg 1995); one of which nothing can be said is
    neither asked nor named.

    >>> one = [Shift(1.0, 2.0, 0.0, 0.1, p) for p in (0.01, 0.04, 0.03, 0.5)]
    >>> beyond_noise(one, 0.10), beyond_noise(one, 0.03)
    ((True, True, True, False), (False, False, False, False))
    """
    ranked = sorted(each.p for each in shifts if each.p is not None)
    passed = [p for place, p in enumerate(ranked, start=1) if p <= level * place / len(ranked)]
    bar = max(passed, default=-1.0)
    return tuple(each.p is not None and each.p <= bar for each in shifts)


def _numbers(values: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def _noise(past: Numbers, window: int) -> tuple[float, float, int]:
    """The usual difference of two windows side by side, its robust spread, and how often the past holds such a pair."""
    if len(past) < 2 * window:
        return 0.0, 0.0, 0
    means = np.convolve(past, np.full(window, 1 / window), mode="valid")
    apart = means[window:] - means[:-window]
    apart = apart[~np.isnan(apart)]
    if not len(apart):
        return 0.0, 0.0, 0
    noise = deviation(apart)
    scale = float(np.nanmax(np.abs(past)))
    return float(np.median(apart)), noise if noise > ALMOST * scale else 0.0, (len(apart) - 1) // (2 * window) + 1


def _p(beyond: float, noise: float, times: int, scale: float) -> float:
    """The chance of a move that large by noise alone; a number that never moved has moved beyond it or not."""
    if not noise:
        return 1.0 if abs(beyond) <= ALMOST * scale else 0.0
    return float(2 * stdtr(times - 1, -abs(beyond) / noise))
