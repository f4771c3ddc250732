"""The likelihood that BG/NBD and MBG/NBD share: gamma rates, and a beta chance to leave after a purchase."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, psi

from keiki.customers.clv.grouped import History, Numbers, levels, summed

Likelihood = Callable[[Numbers], tuple[float, Numbers]]


def likelihood(history: History, scale: float = 1.0, *, leaves_at_once: bool) -> Likelihood:
    """The log-likelihood of (r, α, a, b) and its slope. α is in units of `scale`.

    `leaves_at_once`: also the first purchase can be the last.

    Whatever depends on one column alone is worked out once per distinct value of it, not once per customer.
    """
    counts, of_count, place = levels(history.frequency, history.customers)
    ages, of_age, age_place = levels(history.age, history.customers)
    bought_by_age = np.bincount(age_place, history.customers * history.frequency)
    total = float(of_count.sum())
    stays = 1.0 if leaves_at_once else 0.0
    rows = np.flatnonzero((history.frequency > 0) | leaves_at_once)
    x, weights, place, age_place = history.frequency[rows], history.customers[rows], place[rows], age_place[rows]
    lasts, _, last_place = levels(history.recency[rows], weights)
    ages, lasts = ages / scale, lasts / scale

    def slope(values: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = values
        after, purchases = b + counts + stays, r * of_age + bought_by_age
        of_ages, of_lasts = alpha + ages, alpha + lasts
        log_age = np.log(of_ages)
        waited = log_age.take(age_place) - np.log(of_lasts).take(last_place)
        before = np.maximum(after - 1, 1e-300)
        bought = r + x
        gone = (np.log(a) - np.log(before)).take(place) + bought * waited
        small = np.exp(-np.abs(gone))
        either = 1 + small
        share = weights * np.where(gone > 0, 1.0, small) / either
        # The logarithm of `either` without log1p, which NumPy takes row by row: it is off by 1e-16 at most.
        level = of_count @ (gammaln(r + counts) + gammaln(after) - gammaln(a + after)) - purchases @ log_age
        level += summed(weights, np.maximum(gone, 0) + np.log(either))
        level -= total * (gammaln(r) - r * np.log(alpha) + gammaln(b) - gammaln(a + b))
        nearer = (1 / of_ages).take(age_place) - (1 / of_lasts).take(last_place)
        both, whole = psi(a + after), psi(a + b)
        d_r = of_count @ psi(r + counts) - of_age @ log_age + summed(share, waited) - total * (psi(r) - np.log(alpha))
        d_alpha = total * r / alpha - purchases @ (1 / of_ages) + summed(share, bought * nearer)
        d_a = total * whole - of_count @ both + share.sum() / a
        d_b = of_count @ (psi(after) - both) - summed(share, (1 / before).take(place)) - total * (psi(b) - whole)
        return float(level), np.array([d_r, d_alpha, d_a, d_b])

    return slope


def odds_of_having_left(history: History, r: float, alpha: float, a: float, after: Numbers) -> Numbers:
    """How much likelier a customer has left than stayed, in logarithms; `after` is b plus what counts as staying."""
    x = history.frequency
    return np.asarray(
        np.log(a) - np.log(after) + (r + x) * (np.log(alpha + history.age) - np.log(alpha + history.recency))
    )
