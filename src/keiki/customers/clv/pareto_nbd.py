"""Pareto/NBD: customers buy and leave at rates of their own, at any moment (Schmittlein, Morrison, Colombo 1987)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from scipy.special import expit, gammaln, psi

from keiki.customers.clv.buying import Buying, fitted
from keiki.customers.clv.grouped import History, Numbers

NODES = 40
FAR = 38.0
"""The integral ends where its integrand has fallen to e^-FAR."""
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(NODES)


@dataclass(frozen=True)
class ParetoNbd(Buying):
    """Purchase rates are Gamma(r, α), rates of leaving Gamma(s, β)."""

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

    r: float = 1.0
    alpha: float = 1.0
    s: float = 1.0
    beta: float = 1.0

    def _alive(self, history: History) -> Numbers:
        x, age = history.frequency, history.age
        stayed = -(self.r + x) * np.log(self.alpha + age) - self.s * np.log(self.beta + age)
        left, *_ = _left(history, self.r, self.alpha, self.s, self.beta)
        return np.asarray(expit(stayed - left))

    def _if_alive(self, history: History, ahead: float) -> Numbers:
        rate = (self.r + history.frequency) / (self.alpha + history.age)
        return np.asarray(rate * _time_alive(self.s, self.beta + history.age, np.asarray(ahead)))

    def _of_newcomer(self, age: Numbers) -> Numbers:
        return self.r / self.alpha * _time_alive(self.s, np.asarray(self.beta), age)


def fit(history: History) -> ParetoNbd:
    """The Pareto/NBD model under which these customers are likeliest. Raises NoCustomers."""
    start = {"r": 0.5, "alpha": 0.2, "s": 0.5, "beta": 0.2}
    estimate = fitted(history, _likelihood, start, times=("alpha", "beta"))
    return ParetoNbd(history.unit, estimate, *estimate.values)


def _time_alive(s: float, scale: Numbers, ahead: Numbers) -> Numbers:
    """Time until leaving within `ahead`, of those alive: scale·(1 − (1 + t/scale)^(1−s)) / (s − 1), also at s = 1."""
    log = np.log1p(ahead / scale)
    power = (1 - s) * log
    grown = np.divide(np.expm1(power), power, out=np.ones_like(power), where=np.abs(power) > 1e-12)
    return np.asarray(scale * log * grown)


def _likelihood(history: History, scale: float = 1.0) -> Callable[[Numbers], tuple[float, Numbers]]:
    history = replace(history, recency=history.recency / scale, age=history.age / scale)
    counts, place = np.unique(history.frequency, return_inverse=True)
    weights, x, age = history.customers, history.frequency, history.age
    of_count = np.bincount(place, weights)
    total = weights.sum()

    def slope(values: Numbers) -> tuple[float, Numbers]:
        r, alpha, s, beta = map(float, values)
        log_alpha, log_beta = np.log(alpha + age), np.log(beta + age)
        stayed = -(r + x) * log_alpha - s * log_beta
        left, mean_log_alpha, mean_log_beta, mean_by_alpha, mean_by_beta = _left(history, r, alpha, s, beta)
        either = np.logaddexp(stayed, left)
        w_stayed, w_left = weights * np.exp(stayed - either), weights * np.exp(left - either)
        level = of_count @ gammaln(r + counts) + weights @ either
        level += total * (r * np.log(alpha) + s * np.log(beta) - gammaln(r))
        d_r = of_count @ psi(r + counts) - w_stayed @ log_alpha - w_left @ mean_log_alpha
        d_alpha = -w_stayed @ ((r + x) / (alpha + age)) - w_left @ ((r + x) * mean_by_alpha)
        d_s = -w_stayed @ log_beta - w_left @ mean_log_beta + w_left.sum() / s
        d_beta = -w_stayed @ (s / (beta + age)) - w_left @ ((s + 1) * mean_by_beta)
        d_r += total * (np.log(alpha) - psi(r))
        d_s += total * np.log(beta)
        return float(level), np.array([d_r, d_alpha + total * r / alpha, d_s, d_beta + total * s / beta])

    return slope


def _left(history: History, r: float, alpha: float, s: float, beta: float) -> tuple[Numbers, ...]:
    """log ∫ s·(β + y)^−(s+1)·(α + y)^−(r+x) dy from the last purchase until today: the customer left at y.

    Then the means of log(α + y), log(β + y), 1/(α + y) and 1/(β + y) under the integrand, which the slope needs. The
    usual difference of two 2F1 cancels; every term here is positive. The variable is log(min(α, β) + y).
    """
    x, last, age = history.frequency, history.recency, history.age
    near = min(alpha, beta)
    end = np.minimum(age, (alpha + last) * np.exp(np.minimum(FAR / (r + x), 500.0)) - alpha)
    low, high = np.log(near + last), np.log(near + end)
    half = (high - low) / 2
    v = (low + half)[:, None] + half[:, None] * POINTS
    y = np.exp(v) - near
    log_alpha, log_beta = np.log(alpha + y), np.log(beta + y)
    logs = v - (s + 1) * log_beta - (r + x)[:, None] * log_alpha
    top = logs.max(axis=1)
    parts = np.exp(logs - top[:, None]) * WEIGHTS
    size = parts.sum(axis=1)
    with np.errstate(divide="ignore"):
        level = np.log(s) + top + np.log(size) + np.log(half)

    def mean(of: Numbers) -> Numbers:
        return np.asarray(np.einsum("ij,ij->i", parts, of) / size)

    return level, mean(log_alpha), mean(log_beta), mean(1 / (alpha + y)), mean(1 / (beta + y))
