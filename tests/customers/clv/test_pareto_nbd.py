from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from tests.customers.clv.cdnow import LAST, sample
from tests.customers.clv.slopes import assert_slope

from keiki.customers.clv import pareto_nbd
from keiki.customers.clv.grouped import History, Unit
from keiki.customers.clv.pareto_nbd import ParetoNbd


def test_cdnow_sample_gives_the_published_values(shared_data: Path) -> None:
    model = pareto_nbd.fit(sample(shared_data).history)
    assert [round(value, 3) for value in model.parameters.values()] == pytest.approx(
        [0.553, 10.578, 0.606, 11.669], abs=0.001
    )
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(-9595.0, abs=0.1)
    # The regression test of the R package CLVTools, which also gives standard errors.
    assert model.estimate.log_likelihood == pytest.approx(-9594.976, abs=0.001)
    errors = {"r": 0.0476264, "alpha": 0.8427222, "s": 0.1872594, "beta": 6.2105448}
    assert model.estimate.standard_errors == pytest.approx(errors, rel=1e-3)


def test_all_78_weeks_of_the_cdnow_sample_give_the_published_values(shared_data: Path) -> None:
    """Fader, Hardie and Lee 2005, RFM and CLV, as a public notebook (abdullahau/customer-analytics) works it out."""
    model = pareto_nbd.fit(sample(shared_data, until=LAST).history)
    assert list(model.parameters.values()) == pytest.approx([0.5630, 12.5589, 0.4081, 10.5146], abs=5e-4)


def test_customer_of_the_package_btyd_is_expected_to_buy_as_its_handbook_says(shared_data: Path) -> None:
    """Within a year of 52 weeks: a newcomer, and customer 1516 with 26 purchases."""
    model = pareto_nbd.fit(sample(shared_data).history)
    customer = History.of([26], [30.86], [31], unit="week")
    assert model.purchases_of_newcomer(52)[0] == pytest.approx(1.473434, abs=1e-4)
    assert model.expected_purchases(customer, 52)[0] == pytest.approx(25.45647, abs=5e-3)
    assert model.probability_alive(customer)[0] == pytest.approx(0.997874, abs=1e-4)


APPAREL = [
    ((0, 0), 0.3571791, 0.2212506),
    ((1, 59), 0.4136156, 0.5819279),
    ((2, 92), 0.4225636, 0.9272819),
    ((4, 248), 0.9579241, 3.6108002),
    ((8, 181), 0.5098134, 3.5275846),
    ((16, 277), 0.9967780, 13.1766970),
    ((18, 250), 0.9155479, 13.5448630),
]
"""Of a clothes shop: purchases and day of the last one in 280 days, P(alive), purchases in the 279 days after."""


@pytest.mark.parametrize(("customer", "alive", "expected"), APPAREL)
def test_customers_of_a_clothes_shop_are_expected_to_buy_as_published(
    customer: tuple[int, int], alive: float, expected: float
) -> None:
    """The first example of the R package CLVTools (README of version 0.8), with its parameters of four decimals."""
    model = ParetoNbd(r=0.7866, alpha=5.3349, s=0.3570, beta=11.6152, unit=Unit.WEEK)
    told = History.of([customer[0]], [customer[1] / 7], [40], unit="week")
    assert model.probability_alive(told)[0] == pytest.approx(alive, rel=2e-4)
    assert model.expected_purchases(told, 279 / 7)[0] == pytest.approx(expected, rel=2e-4)


def test_days_and_weeks_give_the_same_money_of_twelve_months(shared_data: Path) -> None:
    weeks, days = (sample(shared_data, unit).history for unit in (Unit.WEEK, Unit.DAY))
    np.testing.assert_allclose(pareto_nbd.fit(days).clv(days, 35.0), pareto_nbd.fit(weeks).clv(weeks, 35.0), rtol=1e-7)


@pytest.mark.parametrize(("x", "last", "age"), [(0, 0.0, 39.0), (1, 3.0, 39.0), (26, 30.9, 31.0), (2, 30.4, 38.9)])
@pytest.mark.parametrize("parameters", [(0.55, 10.6, 0.61, 11.7), (0.5, 300.0, 2.0, 1.0), (3.0, 0.5, 0.1, 900.0)])
def test_chance_to_be_alive_is_that_of_the_plain_integral(
    x: int, last: float, age: float, parameters: tuple[float, ...]
) -> None:
    r, alpha, s, beta = parameters
    stayed = (alpha + age) ** -(r + x) * (beta + age) ** -s
    left, _ = quad(lambda y: s * (beta + y) ** -(s + 1) * (alpha + y) ** -(r + x), last, age, epsabs=0, epsrel=1e-10)
    model = ParetoNbd(r=r, alpha=alpha, s=s, beta=beta)
    assert model.probability_alive(History.of([x], [last], [age]))[0] == pytest.approx(stayed / (stayed + left))


def test_hundreds_of_purchases_over_years_in_days_stay_finite() -> None:
    history = History.of([700, 700, 0], [3640, 10, 0], [3650, 3650, 3650])
    model = ParetoNbd(r=0.5, alpha=20.0, s=1.0, beta=30.0)
    alive = model.probability_alive(history)
    assert alive[0] > 0.9
    assert alive[1] < 1e-100
    assert np.isfinite(model.clv(history, 1000.0)).all()


def test_expectation_at_s_one_is_the_limit_of_its_neighbours() -> None:
    history = History.of([3], [40], [60])
    at, near = (ParetoNbd(r=0.5, alpha=20.0, s=s, beta=30.0).expected_purchases(history, 90)[0] for s in (1, 1 + 1e-7))
    assert at == pytest.approx(near, rel=1e-6)


def test_slope_is_the_derivative_of_the_likelihood() -> None:
    history = History.of([0, 1, 2, 7, 300], [0, 0.2, 0.5, 0.9, 0.99], [0.3, 0.8, 0.5, 1.0, 1.0], [50, 20, 9, 3, 1])
    assert_slope(pareto_nbd._likelihood(history), (0.3, 0.1, 0.8, 0.4), (0.6, 0.4, 0.6, 0.41), (2.0, 0.01, 0.1, 9.0))
