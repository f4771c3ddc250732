"""Shifted beta-geometric: every contract has its own constant chance to end with a period (Fader and Hardie 2007)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln, psi

from keiki.customers.clv.contracts import Contracts, Renewing, log_survival
from keiki.customers.clv.grouped import Numbers
from keiki.customers.clv.likelihood import maximum


@dataclass(frozen=True)
class ShiftedBetaGeometric(Renewing):
    """Chances to end are Beta(α, β). Retention rises with age, because those who leave easily have left.

    >>> model = ShiftedBetaGeometric(alpha=0.668, beta=3.806)
    >>> round(float(model.survival(7)), 3)
    0.489
    """

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    alpha: float = 1.0
    beta: float = 1.0

    def _log_survival(self, periods: Numbers) -> Numbers:
        return log_survival(self.alpha, self.beta, periods)


def fit(contracts: Contracts) -> ShiftedBetaGeometric:
    """The model under which these contracts are likeliest. Raises NoCustomers."""
    grouped = contracts.grouped()
    start = {"alpha": 1.0, "beta": 3.0}
    estimate = maximum(_likelihood(grouped), start, grouped.customers.sum(), cautions=grouped.cautions)
    return ShiftedBetaGeometric(estimate, *estimate.values)


def _likelihood(contracts: Contracts) -> Callable[[Numbers], tuple[float, Numbers]]:
    """Ended with period t: B(α + 1, β + t − 1); still there after t: B(α, β + t); both over B(α, β)."""
    weights, lost, renewed = contracts.customers, contracts.lost, contracts.periods - contracts.lost
    total = weights.sum()

    def slope(values: Numbers) -> tuple[float, Numbers]:
        alpha, beta = values
        first, second = alpha + lost, beta + renewed
        level = weights @ betaln(first, second) - total * betaln(alpha, beta)
        both, whole = psi(first + second), psi(alpha + beta)
        d_alpha = weights @ (psi(first) - both) - total * (psi(alpha) - whole)
        d_beta = weights @ (psi(second) - both) - total * (psi(beta) - whole)
        return float(level), np.array([d_alpha, d_beta])

    return slope
