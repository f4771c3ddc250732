"""Beta-discrete-Weibull: as the shifted beta-geometric, but each contract's chance to end may fall or rise with age."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import psi

from keiki.customers.clv.contracts import Contracts, Renewing, log_survival
from keiki.customers.clv.grouped import Numbers
from keiki.customers.clv.likelihood import maximum


@dataclass(frozen=True)
class BetaDiscreteWeibull(Renewing):
    """A contract survives t periods with (1 − p)^(t^c), p from Beta(α, β); c below 1: it gets safer with age, above 1:
    it wears out, 1: the shifted beta-geometric model (Fader, Hardie, Liu, Davin and Steenburgh 2018).
    """

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "c")

    alpha: float = 1.0
    beta: float = 1.0
    c: float = 1.0

    def _log_survival(self, periods: Numbers) -> Numbers:
        return log_survival(self.alpha, self.beta, _exposure(periods, self.c))


def fit(contracts: Contracts) -> BetaDiscreteWeibull:
    """The model under which these contracts are likeliest. Raises NoCustomers."""
    grouped = contracts.grouped()
    start = {"alpha": 1.0, "beta": 3.0, "c": 1.0}
    estimate = maximum(_likelihood(grouped), start, grouped.customers.sum(), cautions=grouped.cautions)
    return BetaDiscreteWeibull(estimate, *estimate.values)


def _likelihood(contracts: Contracts) -> Callable[[Numbers], tuple[float, Numbers]]:
    weights, periods, lost = contracts.customers, contracts.periods, contracts.lost > 0
    before = periods[lost] - 1

    def slope(values: Numbers) -> tuple[float, Numbers]:
        level, slopes = _survival(values, periods)
        start, start_slopes = _survival(values, before)
        # Ended: S(t − 1) − S(t), in logarithms of the two.
        fall = np.minimum(level[lost] - start, -1e-300)
        left = -np.expm1(fall)
        share = np.exp(fall) / left
        level[lost] = start + np.log(left)
        slopes[lost] = start_slopes + share[:, None] * (start_slopes - slopes[lost])
        return float(weights @ level), weights @ slopes

    return slope


def _survival(values: Numbers, periods: Numbers) -> tuple[Numbers, Numbers]:
    """log S at some ages and its slope in α, β and c."""
    alpha, beta, c = values
    exposure = _exposure(periods, c)
    of_all, of_new = psi(alpha + beta + exposure), psi(alpha + beta)
    in_beta = psi(beta + exposure) - of_all
    log = np.log(np.maximum(periods, 1.0))
    slopes = np.column_stack([of_new - of_all, in_beta - psi(beta) + of_new, in_beta * exposure * log])
    return log_survival(alpha, beta, exposure), slopes


def _exposure(periods: Numbers, c: float) -> Numbers:
    """t^c, so far as numbers reach: nobody survives e^60 periods."""
    log = np.log(np.maximum(periods, 1.0))
    return np.where(periods > 0, np.exp(np.minimum(c * log, 60.0)), 0.0)
