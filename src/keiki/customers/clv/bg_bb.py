"""BG/BB: customers buy or not at each of a number of chances, and leave in between (Fader, Hardie, Shang 2010)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, psi

from keiki.customers.clv.cautions import Caution, cautions_of
from keiki.customers.clv.grouped import History, Numbers, possible
from keiki.customers.clv.likelihood import Estimate, Interval, interval, maximum


@dataclass(frozen=True)
class BgBb:
    """Chances to buy are Beta(α, β), chances to leave before the next one Beta(γ, δ).

    A history for this model counts chances instead of time: `frequency` chances taken, `recency` the number of the
    last one taken, `age` how many there were (the purchase that made somebody a customer is not one of them).
    """

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    alpha: float
    beta: float
    gamma: float
    delta: float
    estimate: Estimate | None = None

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self.names}

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What limits what the numbers of this model are worth."""
        return self.estimate.cautions if self.estimate else ()

    def probability_alive(self, history: History, ahead: int = 1) -> Numbers:
        """The chance that a customer is there at the chance after `ahead` − 1 further ones, one per row."""
        logs, *_ = _paths(history, *self.parameters.values())
        x, chances = history.frequency, history.age
        stays = betaln(self.alpha + x, self.beta + chances - x) - betaln(self.alpha, self.beta)
        there = betaln(self.gamma, self.delta + chances + ahead) - betaln(self.gamma, self.delta)
        return np.asarray(np.exp(stays + there - logs))

    def expected_purchases(self, history: History, ahead: int) -> Numbers:
        """Purchases expected at the next `ahead` chances, one per row."""
        return self._weighted(history, np.ones(ahead))

    def purchases_of_newcomer(self, age: ArrayLike) -> Numbers:
        """Purchases expected of somebody new within some numbers of chances."""
        ages = np.atleast_1d(np.asarray(age, dtype=np.int64))
        steps = np.arange(1, int(ages.max(initial=1)) + 1)
        there = np.exp(betaln(self.gamma, self.delta + steps) - betaln(self.gamma, self.delta))
        total = np.concatenate([[0.0], np.cumsum(there)]) * self.alpha / (self.alpha + self.beta)
        return np.asarray(total[ages])

    def clv(self, history: History, value: ArrayLike, *, discount: float, chances: int, margin: float = 1.0) -> Numbers:
        """What purchases at the next `chances` are worth today, one per row; `discount` is the rate from one to the
        next, and the next one is a whole step ahead.
        """
        weights = (1 + discount) ** -np.arange(1.0, chances + 1)
        return np.asarray(self._weighted(history, weights) * np.asarray(value, dtype=np.float64) * margin)

    def interval(self, number: Callable[[BgBb], float], level: float = 0.95) -> Interval:
        """The range of a positive number of this model."""
        return interval(self.estimate, lambda **at: number(BgBb(**at)), level)

    def _weighted(self, history: History, weights: Numbers) -> Numbers:
        buys = (self.alpha + history.frequency) / (self.alpha + self.beta + history.age)
        first = self.probability_alive(history)
        steps = np.arange(1, len(weights) + 1)
        there = betaln(self.gamma, self.delta + history.age[:, None] + steps)
        after = np.exp(there - there[:, :1]) if len(weights) else there
        return np.asarray(buys * first * (after @ weights))


def fit(history: History) -> BgBb:
    """The BG/BB model under which these customers are likeliest.

    Raises NoCustomers, and CustomersImpossible where somebody took more chances than there were.
    """
    possible({"frequency ≤ recency": history.frequency <= history.recency})
    grouped = history.grouped()
    start = {"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "delta": 2.0}
    estimate = maximum(_likelihood(grouped), start, grouped.customers.sum(), cautions=cautions_of(grouped))
    alpha, beta, gamma, delta = estimate.values
    return BgBb(alpha, beta, gamma, delta, estimate)


def _likelihood(history: History) -> Callable[[Numbers], tuple[float, Numbers]]:
    def slope(values: Numbers) -> tuple[float, Numbers]:
        logs, slopes = _paths(history, *map(float, values))
        return float(history.customers @ logs), slopes.T @ history.customers

    return slope


def _paths(history: History, alpha: float, beta: float, gamma: float, delta: float) -> tuple[Numbers, Numbers]:
    """The log-likelihood of each row and its slope: a sum over every chance after which the customer may have left.

    Someone seen last at chance t of n may be there still, or have left after t, t + 1, … n − 1.
    """
    x, last, n = history.frequency, history.recency, history.age
    waits = np.rint(n - last).astype(np.int64) + 1
    row = np.repeat(np.arange(len(x)), waits)
    starts = np.concatenate([[0], np.cumsum(waits)[:-1]])
    tried = last[row] + (np.arange(len(row)) - starts[row])
    left = tried < n[row]
    missed, stay, gone = beta + tried - x[row], delta + tried, gamma + left
    bought = alpha + x[row]
    logs = betaln(bought, missed) + betaln(gone, stay)
    top = np.maximum.reduceat(logs, starts)
    parts = np.exp(logs - top[row])
    size = np.add.reduceat(parts, starts)
    share = parts / size[row]
    tail = psi(bought + missed), psi(gone + stay)
    slopes = (psi(bought) - tail[0], psi(missed) - tail[0], psi(gone) - tail[1], psi(stay) - tail[1])
    mean = np.column_stack([np.add.reduceat(share * each, starts) for each in slopes])
    whole = psi(alpha + beta), psi(gamma + delta)
    prior = np.array([psi(alpha) - whole[0], psi(beta) - whole[0], psi(gamma) - whole[1], psi(delta) - whole[1]])
    level = np.log(size) + top - betaln(alpha, beta) - betaln(gamma, delta)
    return np.asarray(level), mean - prior
