from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.customers.clv.cdnow import sample
from tests.customers.clv.slopes import assert_slope

from keiki.customers.clv import mbg_nbd
from keiki.customers.clv.beta_geometric import likelihood
from keiki.customers.clv.grouped import History
from keiki.customers.clv.mbg_nbd import MbgNbd


def test_cdnow_sample_gives_the_published_values(shared_data: Path) -> None:
    """Batislam, Denizel and Filiztekin 2007; the tests of the package lifetimes hold the same four values."""
    model = mbg_nbd.fit(sample(shared_data).history)
    assert list(model.parameters.values()) == pytest.approx([0.525, 6.183, 0.891, 1.614], abs=0.001)


def test_once_only_fades_with_time() -> None:
    model = MbgNbd(r=0.52, alpha=6.2, a=0.9, b=1.6)
    alive = model.probability_alive(History.of([0] * 4, [0] * 4, [0, 10, 100, 1000]))
    assert alive[0] == pytest.approx(1.6 / (0.9 + 1.6))
    assert (np.diff(alive) < 0).all()


def test_made_up_customers_give_back_their_parameters() -> None:
    truth = MbgNbd(r=0.7, alpha=20.0, a=0.8, b=2.5)
    history, later = made_up(truth, customers=60_000, age=400.0, ahead=200.0)
    model = mbg_nbd.fit(history)
    assert model.estimate is not None
    errors = model.estimate.standard_errors
    assert errors is not None
    for name, value in truth.parameters.items():
        assert abs(model.parameters[name] - value) < 4 * errors[name]
    assert model.expected_purchases(history, 200).sum() == pytest.approx(later, rel=0.02)
    repeat = float(history.frequency @ history.customers)
    assert model.repeat_purchases_by(history, 400.0) == pytest.approx(repeat, rel=0.02)


def made_up(truth: MbgNbd, customers: int, age: float, ahead: float) -> tuple[History, float]:
    """Customers drawn from the model's own story, and what they buy afterwards."""
    chance = np.random.default_rng(7)
    rate = chance.gamma(truth.r, 1 / truth.alpha, customers)
    leaves = chance.beta(truth.a, truth.b, customers)
    x, last, later = (np.zeros(customers) for _ in range(3))
    moment = np.zeros(customers)
    there = np.flatnonzero(chance.random(customers) >= leaves)
    while len(there):
        moment[there] += chance.exponential(1 / rate[there])
        there = there[moment[there] <= age + ahead]
        early = there[moment[there] <= age]
        x[early] += 1
        last[early] = moment[early]
        later[np.setdiff1d(there, early)] += 1
        there = there[chance.random(len(there)) >= leaves[there]]
    return History.of(x, last, np.full(customers, age)), float(later.sum())


def test_slope_is_the_derivative_of_the_likelihood() -> None:
    history = History.of([0, 1, 2, 7, 300], [0, 0.2, 0.5, 0.9, 0.99], [0.3, 0.8, 0.5, 1.0, 1.0], [50, 20, 9, 3, 1])
    assert_slope(
        likelihood(history, leaves_at_once=True), (0.3, 0.1, 0.8, 2.4), (5.0, 2.0, 0.01, 0.2), (0.02, 1e-4, 40.0, 90.0)
    )
