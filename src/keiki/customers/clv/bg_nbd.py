"""BG/NBD: customers buy at rates of their own and may leave after any repeat purchase (Fader, Hardie and Lee 2005)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit

from keiki.customers.clv.beta_geometric import likelihood, odds_of_having_left
from keiki.customers.clv.buying import Buying, fitted
from keiki.customers.clv.cautions import Caution
from keiki.customers.clv.grouped import History, Numbers
from keiki.customers.clv.quadrature import purchases_of_the_living


@dataclass(frozen=True)
class BgNbd(Buying):
    """Purchase rates are Gamma(r, α), chances to leave after a repeat purchase Beta(a, b).

    >>> model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> customer = History.of([2], [30.43], [38.86], unit="week")
    >>> round(float(model.expected_purchases(customer, 39)[0]), 3)
    1.226
    """

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    r: float = 1.0
    alpha: float = 1.0
    a: float = 1.0
    b: float = 1.0

    def _alive(self, history: History) -> Numbers:
        """1 for everybody who bought once: in this model nobody leaves before the first repeat purchase."""
        once = history.frequency == 0
        after = np.where(once, 1.0, self.b + history.frequency - 1)
        return np.where(once, 1.0, expit(-odds_of_having_left(history, self.r, self.alpha, self.a, after)))

    def _if_alive(self, history: History, ahead: float) -> Numbers:
        return purchases_of_the_living(
            self.r + history.frequency, ahead / (self.alpha + history.age), self.a, self.b + history.frequency
        )

    def _of_newcomer(self, age: Numbers) -> Numbers:
        return purchases_of_the_living(np.full(len(age), self.r), age / self.alpha, self.a, np.full(len(age), self.b))


def fit(history: History) -> BgNbd:
    """The BG/NBD model under which these customers are likeliest. Raises NoCustomers."""
    once = history.size - history.repeaters
    caution = (Caution("never_repeated_counts_as_alive", {"customers": once}),) if once else ()
    estimate = fitted(
        history,
        lambda grouped, scale: likelihood(grouped, scale, leaves_at_once=False),
        {"r": 0.5, "alpha": 0.2, "a": 1.0, "b": 2.5},
        times=("alpha",),
        cautions=caution,
    )
    return BgNbd(history.unit, estimate, *estimate.values)
