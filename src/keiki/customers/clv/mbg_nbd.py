"""MBG/NBD: as BG/NBD, but the first purchase can be the last (Batislam, Denizel and Filiztekin 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit

from keiki.customers.clv.beta_geometric import likelihood, odds_of_having_left
from keiki.customers.clv.buying import Buying, fitted
from keiki.customers.clv.grouped import History, Numbers
from keiki.customers.clv.quadrature import purchases_of_the_living


@dataclass(frozen=True)
class MbgNbd(Buying):
    """Purchase rates are Gamma(r, α), chances to leave after any purchase, the first one included, Beta(a, b)."""

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    r: float = 1.0
    alpha: float = 1.0
    a: float = 1.0
    b: float = 1.0

    def _alive(self, history: History) -> Numbers:
        return np.asarray(expit(-odds_of_having_left(history, self.r, self.alpha, self.a, self.b + history.frequency)))

    def _if_alive(self, history: History, ahead: float) -> Numbers:
        return purchases_of_the_living(
            self.r + history.frequency, ahead / (self.alpha + history.age), self.a, self.b + history.frequency + 1
        )

    def _of_newcomer(self, age: Numbers) -> Numbers:
        """Those who stay after the first purchase, b / (a + b) of all, and are then as any who is alive."""
        living = purchases_of_the_living(
            np.full(len(age), self.r), age / self.alpha, self.a, np.full(len(age), self.b + 1)
        )
        return np.asarray(self.b / (self.a + self.b) * living)


def fit(history: History) -> MbgNbd:
    """The MBG/NBD model under which these customers are likeliest. Raises NoCustomers."""
    estimate = fitted(
        history,
        lambda grouped, scale: likelihood(grouped, scale, leaves_at_once=True),
        {"r": 0.5, "alpha": 0.2, "a": 1.0, "b": 2.5},
        times=("alpha",),
    )
    return MbgNbd(history.unit, estimate, *estimate.values)
