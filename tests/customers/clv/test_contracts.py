from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customers.clv.slopes import assert_slope

from keiki.customers.clv import beta_discrete_weibull, shifted_beta_geometric
from keiki.customers.clv.beta_discrete_weibull import BetaDiscreteWeibull
from keiki.customers.clv.contracts import Contracts, Renewing
from keiki.customers.clv.shifted_beta_geometric import ShiftedBetaGeometric
from keiki.errors import CustomersImpossible, NoCustomers

REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)
"""Of 1,000 customers there after each of twelve years (Fader and Hardie 2007, table 1); models are fitted to seven."""

sizes = st.floats(0.05, 30)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "level"), [(REGULAR, 0.704, 1.182, -1680.265), (HIGH_END, 0.668, 3.806, -1611.158)]
)
def test_shifted_beta_geometric_gives_the_published_values(
    survivors: tuple[int, ...], alpha: float, beta: float, level: float
) -> None:
    model = shifted_beta_geometric.fit(Contracts.of_survivors(survivors[:8]))
    assert model.alpha == pytest.approx(alpha, abs=0.001)
    assert model.beta == pytest.approx(beta, abs=0.001)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(level, abs=0.01)
    assert model.survival(12) == pytest.approx(survivors[12] / 1000, abs=0.02)


def test_beta_discrete_weibull_gives_the_published_values() -> None:
    """Fitted to four years, of which the shifted model makes too little for the years to come."""
    contracts = Contracts.of_survivors(HIGH_END[:5])
    weibull, shifted = beta_discrete_weibull.fit(contracts), shifted_beta_geometric.fit(contracts)
    assert list(weibull.parameters.values()) == pytest.approx([0.259, 1.722, 1.584], abs=0.002)
    assert abs(weibull.survival(12) - 0.394) < abs(shifted.survival(12) - 0.394)


@settings(deadline=None)
@given(sizes, sizes)
def test_weibull_with_c_one_is_the_shifted_beta_geometric(alpha: float, beta: float) -> None:
    ages = np.arange(50.0)
    weibull = BetaDiscreteWeibull(alpha=alpha, beta=beta, c=1.0)
    np.testing.assert_allclose(
        weibull.survival(ages), ShiftedBetaGeometric(alpha=alpha, beta=beta).survival(ages), rtol=1e-12
    )


@settings(deadline=None)
@given(sizes, sizes, st.floats(0.0, 0.2), st.integers(1, 60))
def test_payments_follow_from_retention(alpha: float, beta: float, discount: float, horizon: int) -> None:
    model = ShiftedBetaGeometric(alpha=alpha, beta=beta)
    kept = np.concatenate([[1.0], np.cumprod(model.retention(np.arange(1.0, horizon)))])
    expected = kept @ (1 + discount) ** -np.arange(float(horizon))
    assert model.expected_payments(horizon, discount=discount)[0] == pytest.approx(expected, rel=1e-9)


def test_older_contracts_are_worth_more() -> None:
    worth = ShiftedBetaGeometric(alpha=0.704, beta=1.182).clv(1000, horizon=24, age=[0, 1, 5, 20], discount=0.01)
    assert (np.diff(worth) > 0).all()
    assert worth[-1] < 24_000


@pytest.mark.parametrize("fit", [shifted_beta_geometric.fit, beta_discrete_weibull.fit])
def test_few_contracts_come_with_a_caution(fit: object) -> None:
    model = fit(Contracts.of([1, 2, 3, 5], [True, True, True, False], [4, 3, 2, 5]))  # type: ignore[operator]
    assert isinstance(model, Renewing)
    assert [c.code for c in model.cautions if c.code != "not_identifiable"] == ["too_few_contracts"]


def test_nobody_lost_is_not_identifiable() -> None:
    model = shifted_beta_geometric.fit(Contracts.of([3, 4], [False, False], [200, 300]))
    assert "not_identifiable" in [c.code for c in model.cautions]


def test_impossible_contracts_are_refused() -> None:
    with pytest.raises(CustomersImpossible):
        Contracts.of([0], [True])
    with pytest.raises(CustomersImpossible):
        Contracts.of([1.5], [False])
    with pytest.raises(NoCustomers):
        shifted_beta_geometric.fit(Contracts.of([1], [True], [0]))


def test_slopes_are_the_derivatives_of_the_likelihoods() -> None:
    contracts = Contracts.of([1, 2, 3, 40, 40], [True, True, True, True, False], [30, 20, 10, 1, 9])
    assert_slope(shifted_beta_geometric._likelihood(contracts), (0.7, 1.2), (30.0, 200.0))
    assert_slope(beta_discrete_weibull._likelihood(contracts), (0.7, 1.2, 0.6), (0.2, 1.5, 1.7), (20.0, 90.0, 1.0))


def test_everybody_lost_in_the_same_period_stays_finite_and_is_not_identifiable() -> None:
    """The likeliest c is infinite: all wear out at once."""
    model = beta_discrete_weibull.fit(Contracts.of([6], [True], [200]))
    assert "not_identifiable" in [c.code for c in model.cautions]
    there = model.survival(np.arange(61.0))
    assert there[0] == 1
    assert (np.diff(there) <= 0).all()
