from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln

from keiki.customers.clv.quadrature import beta_rule, purchases_of_the_living

shapes = st.floats(0.01, 500)


@settings(deadline=None)
@given(shapes, shapes, st.integers(0, 15))
def test_rule_is_exact_for_powers(a: float, b: float, power: int) -> None:
    points, weights = beta_rule(a, b, 8)
    exact = np.exp(betaln(a + power, b) - betaln(a, b))
    assert weights @ points**power == pytest.approx(exact, rel=1e-8)


@settings(deadline=None)
@given(st.floats(0.01, 300), st.floats(0.001, 50), shapes, shapes)
def test_nobody_buys_more_than_without_leaving(shape: float, ratio: float, a: float, b: float) -> None:
    found = purchases_of_the_living(np.array([shape]), np.array([ratio]), a, np.array([b]))[0]
    assert 0 < found <= shape * ratio * (1 + 1e-9)


@pytest.mark.parametrize(
    ("shape", "ratio", "a", "b", "exact"),
    [
        (0.5, 0.1, 0.5, 2.5, 0.04939371913316),
        (50, 10, 1, 30, 86.32972628484),
        (0.05, 120, 0.01, 0.3, 5.617013166332),
        (800, 10, 3, 900, 446.3680548068),
        (3, 1000, 80, 2.5, 1.031645568488),
    ],
)
def test_values_are_those_of_the_closed_formula(shape: float, ratio: float, a: float, b: float, exact: float) -> None:
    """The formula with 2F1, worked out with mpmath in sixty digits."""
    found = purchases_of_the_living(np.array([shape]), np.array([ratio]), a, np.array([b]))
    assert found[0] == pytest.approx(exact, rel=1e-10)
