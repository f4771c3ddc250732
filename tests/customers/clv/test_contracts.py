from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import beta as beta_distribution
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


@pytest.mark.parametrize(
    ("survivors", "years", "parameters", "level"),
    [
        (REGULAR, 4, [0.5231, 0.8944, 1.1963], -1401.3831),
        (HIGH_END, 4, [0.2593, 1.7225, 1.5844], -1222.7493),
        (REGULAR, 12, [0.5083, 0.8688, 1.2094], -1930.9297),
        (HIGH_END, 12, [0.2496, 1.6542, 1.5968], -2004.8169),
    ],
)
def test_beta_discrete_weibull_gives_the_published_values(
    survivors: tuple[int, ...], years: int, parameters: list[float], level: float
) -> None:
    """Fader, Hardie, Liu, Davin and Steenburgh 2018, whose figures a public notebook (abdullahau/customer-analytics)
    works out to four digits.
    """
    model = beta_discrete_weibull.fit(Contracts.of_survivors(survivors[: years + 1]))
    assert list(model.parameters.values()) == pytest.approx(parameters, abs=0.0003)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(level, abs=0.0005)


@pytest.mark.parametrize(("survivors", "ratio"), [(REGULAR, 0.35), (HIGH_END, 4.77)])
def test_age_matters_for_high_end_customers_only_as_published(survivors: tuple[int, ...], ratio: float) -> None:
    """Twice the gain in log-likelihood over the shifted model, fitted to four years, and what comes of it."""
    contracts = Contracts.of_survivors(survivors[:5])
    weibull, shifted = beta_discrete_weibull.fit(contracts), shifted_beta_geometric.fit(contracts)
    assert weibull.estimate is not None
    assert shifted.estimate is not None
    assert 2 * (weibull.estimate.log_likelihood - shifted.estimate.log_likelihood) == pytest.approx(ratio, abs=0.01)
    truth = survivors[12] / 1000
    assert abs(weibull.survival(12) - truth) <= 0.02
    assert abs(weibull.survival(12) - truth) < abs(shifted.survival(12) - truth)


def test_beta_discrete_weibull_is_what_plain_integration_and_a_plain_search_give() -> None:
    """The likelihood from the definition: each contract's own chance, averaged over its beta distribution by numbers;
    a simplex search without slopes; standard errors from second differences of that likelihood.
    """
    points, weights = np.polynomial.legendre.leggauss(400)
    chance = (points + 1) / 2

    def level(logs: np.ndarray) -> float:
        alpha, beta, c = np.exp(logs)
        # Densities are steep near 0 and 1, so p = u^(2/α) on the left half of the line and likewise on the right one.
        left = 0.5 * chance ** (2 / alpha)
        right = 1 - 0.5 * chance ** (2 / beta)
        p = np.concatenate([left, right])
        stretch = np.concatenate([left * 2 / alpha / chance, (1 - right) * 2 / beta / chance])
        mass = np.tile(weights / 2, 2) * stretch * beta_distribution.pdf(p, alpha, beta)
        there = (mass[:, None] * (1 - p[:, None]) ** (np.arange(5.0) ** c)).sum(axis=0) / mass.sum()
        lost = -np.diff(np.array(HIGH_END[:5], dtype=float))
        return float(lost @ np.log(-np.diff(there)) + HIGH_END[4] * np.log(there[-1]))

    model = beta_discrete_weibull.fit(Contracts.of_survivors(HIGH_END[:5]))
    options = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2000}
    plain = minimize(lambda at: -level(at), np.log([0.5, 1.0, 1.0]), method="Nelder-Mead", options=options)
    assert list(model.parameters.values()) == pytest.approx(np.exp(plain.x), rel=1e-4)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(-plain.fun, abs=1e-6)
    steps = 0.01 * np.eye(3)

    def bend(i: int, j: int) -> float:
        ends = [(a, b, a * b) for a in (1, -1) for b in (1, -1)]
        return sum(sign * level(plain.x + a * steps[i] + b * steps[j]) for a, b, sign in ends) / (4 * 0.01**2)

    curvature = np.array([[-bend(i, j) for j in range(3)] for i in range(3)])
    errors = np.exp(plain.x) * np.sqrt(np.diag(np.linalg.inv(curvature)))
    assert model.estimate.standard_errors is not None
    assert list(model.estimate.standard_errors.values()) == pytest.approx(errors, rel=0.01)


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
