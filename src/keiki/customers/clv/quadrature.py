"""Means over a beta distribution by Gauss's rule, and the purchases that follow from them: no cancelling series."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg import eigh_tridiagonal

from keiki.customers.clv.grouped import Numbers

MOST_NODES = 1024


@lru_cache(maxsize=4096)
def beta_rule(a: float, b: float, nodes: int) -> tuple[Numbers, Numbers]:
    """Points between 0 and 1 and weights that sum to 1: a mean over Beta(a, b), exact for polynomials up to 2n − 1.

    Golub and Welsch (1969): eigenvalues of the recurrence of the Jacobi polynomials.

    >>> points, weights = beta_rule(2.0, 3.0, 8)
    >>> round(float(weights @ points), 12)
    0.4
    """
    right, left = b - 1, a - 1
    n = np.arange(nodes, dtype=np.float64)
    total = 2 * n + left + right
    middle = np.empty(nodes)
    middle[0] = (left - right) / (left + right + 2)
    middle[1:] = (left - right) * (left + right) / (total[1:] * (total[1:] + 2))
    k, size = n[2:], total[2:]
    side = np.empty(nodes - 1)
    side[0] = 4 * (1 + left) * (1 + right) / ((left + right + 2) ** 2 * (left + right + 3))
    side[1:] = 4 * k * (k + left) * (k + right) * (k + left + right) / (size**2 * (size + 1) * (size - 1))
    points, vectors = eigh_tridiagonal(middle, np.sqrt(side))
    return np.clip((1 + points) / 2, 1e-300, 1.0), vectors[0] ** 2


def purchases_of_the_living(shape: Numbers, ratio: Numbers, a: float, b: Numbers) -> Numbers:
    """Purchases expected of customers who are alive now and may leave after each purchase with a chance of their own.

    The rate is Gamma(shape) and the chance Beta(a, b); `ratio` is the time ahead over the rate's scale. It is the mean
    of (1 − (1 + p·ratio)^−shape) / p, which stays exact where the usual 2F1 breaks down (a = 1, hundreds of purchases).
    """
    found = np.zeros(len(shape))
    reach = float(ratio.max(initial=0.0))
    busy = float((shape * ratio).max(initial=0.0))
    nodes = min(MOST_NODES, 8 * (3 + int(0.75 * reach**0.5 + 0.25 * busy**0.5)))
    kinds, place = np.unique(b, return_inverse=True)
    order = np.argsort(place, kind="stable")
    for kind, rows in zip(kinds, np.split(order, np.cumsum(np.bincount(place))[:-1]), strict=True):
        points, weights = beta_rule(a, float(kind), nodes)
        survived = np.log1p(np.outer(ratio[rows], points)) * shape[rows, None]
        found[rows] = -np.expm1(-survived) @ (weights / points)
    return found
