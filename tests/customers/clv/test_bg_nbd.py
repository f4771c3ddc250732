from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta as beta_distribution
from tests.customers.clv.cdnow import HELD_OUT_DAYS, everybody, sample
from tests.customers.clv.slopes import assert_slope

from keiki.customers.clv import bg_nbd
from keiki.customers.clv.beta_geometric import likelihood
from keiki.customers.clv.bg_nbd import BgNbd
from keiki.customers.clv.grouped import History, Unit

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit=Unit.WEEK)


def test_cdnow_sample_gives_the_published_values(shared_data: Path) -> None:
    model = bg_nbd.fit(sample(shared_data).history)
    assert model.r == pytest.approx(0.243, abs=0.001)
    assert model.alpha == pytest.approx(4.414, abs=0.01)
    assert model.a == pytest.approx(0.793, abs=0.005)
    assert model.b == pytest.approx(2.426, abs=0.01)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    assert model.estimate.loose == ()
    # To more digits: the regression test of the R package CLVTools.
    assert list(model.parameters.values()) == pytest.approx([0.2425945, 4.4136019, 0.7929199, 2.4258881], rel=1e-5)
    assert model.estimate.log_likelihood == pytest.approx(-9582.429, abs=0.001)


def test_published_customer_is_expected_to_buy_as_published() -> None:
    customer = History.of([2], [30.43], [38.86], unit="week")
    assert PUBLISHED.expected_purchases(customer, 39)[0] == pytest.approx(1.226, abs=0.001)


def test_customer_of_the_package_btyd_is_expected_to_buy_as_its_handbook_says(shared_data: Path) -> None:
    """Within a year of 52 weeks: a newcomer, and customer 1516 with 26 purchases."""
    model = bg_nbd.fit(sample(shared_data).history)
    customer = History.of([26], [30.86], [31], unit="week")
    assert model.purchases_of_newcomer(52)[0] == pytest.approx(1.44401, abs=1e-4)
    assert model.expected_purchases(customer, 52)[0] == pytest.approx(25.75659, abs=5e-3)
    assert model.probability_alive(customer)[0] == pytest.approx(0.9688523, abs=1e-4)


def test_days_and_weeks_give_the_same_money_of_twelve_months(shared_data: Path) -> None:
    weeks, days = (sample(shared_data, unit).history for unit in (Unit.WEEK, Unit.DAY))
    in_weeks, in_days = bg_nbd.fit(weeks), bg_nbd.fit(days)
    np.testing.assert_allclose(in_days.clv(days, 35.0), in_weeks.clv(weeks, 35.0), rtol=1e-8)
    assert in_days.alpha == pytest.approx(7 * in_weeks.alpha, rel=1e-8)
    np.testing.assert_allclose(in_days.clv(weeks, 35.0), in_weeks.clv(weeks, 35.0), rtol=1e-8)


def test_held_out_purchases_of_everybody_are_near_the_forecast(shared_data: Path) -> None:
    """Total within 15 %, mean absolute error per customer at least 20 % below carrying each one's own rate on."""
    data = everybody(shared_data, Unit.DAY)
    history = data.history
    expected = bg_nbd.fit(history).expected_purchases(history, HELD_OUT_DAYS)
    assert expected.sum() == pytest.approx(data.after.sum(), rel=0.15)
    naive = history.frequency / history.age * HELD_OUT_DAYS
    error, naive_error = (np.mean(np.abs(forecast - data.after)) for forecast in (expected, naive))
    assert error <= 0.8 * naive_error


def test_slope_is_the_derivative_of_the_likelihood() -> None:
    history = History.of([0, 1, 2, 7, 300], [0, 0.2, 0.5, 0.9, 0.99], [0.3, 0.8, 0.5, 1.0, 1.0], [50, 20, 9, 3, 1])
    assert_slope(
        likelihood(history, leaves_at_once=False), (0.3, 0.1, 0.8, 2.4), (5.0, 2.0, 0.01, 0.2), (0.02, 1e-4, 40.0, 90.0)
    )


def test_once_only_counts_as_alive_and_says_so() -> None:
    history = History.of([0, 0, 3], [0, 0, 40], [10, 3650, 50], [40, 30, 60])
    model = bg_nbd.fit(history)
    assert model.probability_alive(history)[:2].tolist() == [1.0, 1.0]
    told = [c for c in model.cautions if c.code == "never_repeated_counts_as_alive"]
    assert [c.details for c in told] == [{"customers": 70}]


def test_newcomer_buys_as_the_closed_formula_says() -> None:
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    for t in (1.0, 39.0, 78.0):
        z = t / (alpha + t)
        closed = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, z))
        assert PUBLISHED.purchases_of_newcomer(t)[0] == pytest.approx(closed, rel=1e-10)


@pytest.mark.parametrize("a", [0.05, 1.0, 1.0 + 1e-9, 30.0])
def test_heavy_buyer_over_years_in_days_is_exact(a: float) -> None:
    x, age, ahead, r, alpha, b = 700, 3650.0, 3650.0, 0.5, 20.0, 3.0
    shape, ratio = r + x, ahead / (alpha + age)

    def purchases(p: float) -> float:
        return float(-np.expm1(-shape * np.log1p(p * ratio)) / p)

    mean, _ = quad(
        lambda p: purchases(p) * beta_distribution.pdf(p, a, b + x), 0, 1, points=[1e-5, 1e-3, 0.05], limit=400
    )
    heavy = BgNbd(r=r, alpha=alpha, a=a, b=b)
    customer = History.of([x], [3640], [age])
    assert heavy._if_alive(customer, ahead)[0] == pytest.approx(mean, rel=1e-6)
    assert 0 < heavy.probability_alive(customer)[0] <= 1


def test_interval_holds_the_number_and_narrows_with_customers() -> None:
    few = History.of([0, 1, 2, 4], [0, 20, 60, 80], [90, 90, 90, 90], [60, 20, 15, 10])
    many = History.of([0, 1, 2, 4], [0, 20, 60, 80], [90, 90, 90, 90], [6000, 2000, 1500, 1000])
    ranges = []
    for history in (few, many):
        found = bg_nbd.fit(history).interval(lambda m, h=few: float(m.expected_purchases(h, 90).sum()))
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.value < found.high
        ranges.append(np.log(found.high / found.low))
    assert ranges[0] / ranges[1] == pytest.approx(10, rel=0.05)


def test_discount_takes_value_away_and_margin_scales_it() -> None:
    customer = History.of([2], [30.43], [38.86], unit="week")
    full = PUBLISHED.clv(customer, 1.0, discount=0.0)[0]
    assert full == pytest.approx(PUBLISHED.expected_purchases(customer, Unit.WEEK.of_year)[0], rel=1e-9)
    assert PUBLISHED.clv(customer, 100.0, discount=0.0, margin=0.3)[0] == pytest.approx(30 * full, rel=1e-12)
    assert full / 1.1 < PUBLISHED.clv(customer, 1.0, discount=0.1)[0] < full
