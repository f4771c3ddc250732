"""Gamma-Gamma: what a customer spends per purchase, each drawn towards the mean of all (Fader and Hardie 2013)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, psi

from keiki.customers.clv.cautions import DEPENDENT, Caution, cautions_of
from keiki.customers.clv.grouped import History, Numbers
from keiki.customers.clv.likelihood import Estimate, Interval, interval, maximum
from keiki.errors import NoCustomers


@dataclass(frozen=True)
class GammaGamma:
    """Each purchase is Gamma(p, ν), each customer's ν Gamma(q, γ); γ (`v`) is in the money of the data.

    >>> spending = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> round(spending.mean, 2)
    35.22
    """

    p: float
    q: float
    v: float
    estimate: Estimate | None = None

    @property
    def mean(self) -> float | None:
        """Money per purchase of customers about whom nothing is known; None when q is 1 or less."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else None

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What limits what the numbers of this model are worth."""
        return self.estimate.cautions if self.estimate else ()

    def expected_value(self, history: History) -> Numbers:
        """Money expected per future purchase, one per row: the own mean, drawn towards that of all the fewer it knows.

        NaN for customers without a repeat purchase when the mean of all cannot be told.
        """
        x, mean = _spent(history)
        weight = self.p * x + self.q - 1
        known = weight > 0
        value = self.p * (self.v + x * mean) / np.where(known, weight, 1.0)
        return np.where(known, value, np.nan)

    def interval(self, number: Callable[[GammaGamma], float], level: float = 0.95) -> Interval:
        """The range of a positive number of this model."""
        return interval(self.estimate, lambda **at: number(GammaGamma(**at)), level)


def fit(history: History) -> GammaGamma:
    """The model under which the mean spending of repeat customers is likeliest. Raises NoCustomers without any.

    Customers whose purchases were free (or who got money back) tell nothing about a gamma distribution and are left
    out. A caution says when spending goes with frequency, which the model assumes it does not.
    """
    x, mean = _spent(history)
    told = (x > 0) & (mean > 0)
    if not told.any():
        raise NoCustomers()
    x, mean, weights = x[told], mean[told], history.customers[told]
    scale = float(np.average(mean, weights=weights))
    correlation = _correlation(x, mean, weights)
    cautions = [c for c in cautions_of(history) if c.code == "too_few_customers"]
    if abs(correlation) > DEPENDENT:
        cautions.append(Caution("value_depends_on_frequency", {"correlation": correlation}))
    estimate = maximum(
        _likelihood(x, mean / scale, weights),
        {"p": 2.0, "q": 3.0, "v": 1.0},
        weights.sum(),
        scale={"v": scale},
        shift=-float(weights.sum() * np.log(scale)),
        cautions=cautions,
    )
    p, q, v = estimate.values
    if q <= 1:
        estimate = replace(estimate, cautions=(*estimate.cautions, Caution("no_mean_value", {"q": q})))
    return GammaGamma(p, q, v, estimate)


def _spent(history: History) -> tuple[Numbers, Numbers]:
    if history.mean_value is None:
        raise NoCustomers()
    return history.frequency, np.where(history.frequency > 0, np.nan_to_num(history.mean_value), 0.0)


def _correlation(x: Numbers, mean: Numbers, weights: Numbers) -> float:
    """Pearson's correlation between how often and how much; 0 when one of them does not vary."""
    covariance = np.atleast_2d(np.cov(x, mean, aweights=weights, ddof=0))
    spread = float(np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return float(covariance[0, 1]) / spread if spread > 0 else 0.0


def _likelihood(x: Numbers, mean: Numbers, weights: Numbers) -> Callable[[Numbers], tuple[float, Numbers]]:
    counts, place = np.unique(x, return_inverse=True)
    of_count = np.bincount(place, weights)
    total, log_mean = weights.sum(), np.log(mean)
    log_sum = np.log(x) + log_mean

    def slope(values: Numbers) -> tuple[float, Numbers]:
        p, q, v = values
        log_all = np.log(v + x * mean)
        of_x = gammaln(p * counts + q) - gammaln(p * counts)
        level = of_count @ of_x + total * (q * np.log(v) - gammaln(q))
        level += weights @ (p * x * log_sum - log_mean - (p * x + q) * log_all)
        both = psi(p * counts + q)
        d_p = of_count @ (counts * (both - psi(p * counts))) + weights @ (x * (log_sum - log_all))
        d_q = of_count @ both - weights @ log_all + total * (np.log(v) - psi(q))
        d_v = total * q / v - weights @ ((p * x + q) / (v + x * mean))
        return float(level), np.array([d_p, d_q, d_v])

    return slope
