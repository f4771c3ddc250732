"""Whether a target will be reached by its deadline when things go on as they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from keiki.insight.baseline import line


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
