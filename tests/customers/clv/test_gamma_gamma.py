from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.customers.clv.cdnow import LAST, sample
from tests.customers.clv.slopes import assert_slope

from keiki.customers.clv import gamma_gamma
from keiki.customers.clv.gamma_gamma import GammaGamma
from keiki.customers.clv.grouped import History
from keiki.errors import NoCustomers


def test_cdnow_sample_gives_the_published_values(shared_data: Path) -> None:
    model = gamma_gamma.fit(sample(shared_data).history)
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.03)
    assert model.cautions == ()


def test_all_78_weeks_of_the_cdnow_sample_give_the_published_values(shared_data: Path) -> None:
    """Fader, Hardie and Lee 2005, RFM and CLV, as a public notebook (abdullahau/customer-analytics) works it out."""
    model = gamma_gamma.fit(sample(shared_data, until=LAST).history)
    assert (model.p, model.q, model.v) == pytest.approx((4.682, 4.190, 24.401), abs=0.02)


def test_customers_of_cdnow_are_expected_to_spend_as_published(shared_data: Path) -> None:
    """Customers 1, 2, 3, 2354 and 2356 of the sample, as a public notebook (abdullahau/customer-analytics) values them,
    and the log-likelihood it reaches.
    """
    model = gamma_gamma.fit(sample(shared_data).history)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(-4055.9177, abs=1e-4)
    spent = History.of([2, 1, 0, 5, 4], [1, 1, 0, 1, 1], [9] * 5, mean_value=[22.345, 11.77, np.nan, 44.928, 33.3175])
    published = [24.653556, 18.909032, 35.170584, 44.140425, 33.500768]
    assert model.expected_value(spent).tolist() == pytest.approx(published, abs=0.002)


def test_yen_and_dollars_give_the_same_shape(shared_data: Path) -> None:
    history = sample(shared_data).history
    assert history.mean_value is not None
    yen = History.of(history.frequency, history.recency, history.age, unit="week", mean_value=history.mean_value * 150)
    dollars, yens = gamma_gamma.fit(history), gamma_gamma.fit(yen)
    assert (yens.p, yens.q, yens.v) == pytest.approx((dollars.p, dollars.q, dollars.v * 150), rel=1e-7)


def test_customers_are_drawn_to_the_mean_the_less_is_known() -> None:
    model = GammaGamma(p=6.25, q=3.74, v=15.44)
    history = History.of([0, 1, 50], [0, 9, 90], [99] * 3, mean_value=[np.nan, 100.0, 100.0])
    once, one, many = model.expected_value(history)
    assert once == pytest.approx(model.mean)
    assert once < one < many < 100
    assert one == pytest.approx(6.25 * (15.44 + 100) / (6.25 + 2.74))


def test_money_that_goes_with_frequency_is_a_caution() -> None:
    x = np.repeat([1.0, 5.0, 20.0], 40)
    value = x * 100 + np.tile(np.linspace(-20, 20, 40), 3)
    model = gamma_gamma.fit(History.of(x, x, x, mean_value=value))
    told = {c.code: c for c in model.cautions}
    assert told["value_depends_on_frequency"].details["correlation"] == pytest.approx(1.0, abs=0.01)
    assert "+1.00" in told["value_depends_on_frequency"].words("en")


def test_no_mean_of_all_is_none_and_not_infinite() -> None:
    model = GammaGamma(p=2.0, q=0.8, v=10.0)
    assert model.mean is None
    values = model.expected_value(History.of([0, 2], [0, 9], [9, 9], mean_value=[np.nan, 50.0]))
    assert np.isnan(values[0])
    assert values[1] > 0


def test_no_repeat_customer_is_an_error() -> None:
    with pytest.raises(NoCustomers):
        gamma_gamma.fit(History.of([0, 0], [0, 0], [9, 9], mean_value=[np.nan, np.nan]))


def test_slope_is_the_derivative_of_the_likelihood() -> None:
    x, mean, weights = np.array([1.0, 3, 200]), np.array([0.4, 1.0, 2.5]), np.array([30.0, 8, 1])
    assert_slope(gamma_gamma._likelihood(x, mean, weights), (6.0, 3.7, 0.4), (0.2, 0.8, 3.0), (40.0, 20.0, 0.5))
