"""Customers at the extremes: every model stays finite, warns where the data says little, and divides by nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from keiki.customers.clv import (
    beta_discrete_weibull,
    bg_bb,
    bg_nbd,
    gamma_gamma,
    mbg_nbd,
    pareto_nbd,
    shifted_beta_geometric,
)
from keiki.customers.clv.buying import Buying
from keiki.customers.clv.contracts import Contracts, Renewing
from keiki.customers.clv.grouped import History
from keiki.customers.clv.pareto_nbd import ParetoNbd
from keiki.errors import CustomersImpossible, NoCustomers

TEN_YEARS = 3650.0
HISTORIES = {
    "one customer who never came again": ([0], [0], [100]),
    "one customer who came again": ([1], [5], [100]),
    "one customer with 900 purchases": ([900], [3649], [3650]),
    "nobody came again": ([0] * 50, [0] * 50, list(range(1, 51))),
    "everybody came today for the first time": ([0] * 5, [0] * 5, [0] * 5),
    "a purchase on every day of ten years": ([3650] * 3, [3650] * 3, [3650] * 3),
    "hundreds of purchases over years in days": ([300, 500, 900, 700], [3640, 3000, 3650, 1200], [3650] * 4),
    "hundreds of purchases among those who bought once": ([0] * 500 + [800] * 3, [0] * 500 + [3600] * 3, [3650] * 503),
}
"""Frequency, recency and age in days. Warnings of overflow and of divisions are errors in these tests."""


def history(name: str) -> History:
    return History.of(*HISTORIES[name])


@pytest.mark.parametrize("fit", [bg_nbd.fit, mbg_nbd.fit, pareto_nbd.fit], ids=["BG/NBD", "MBG/NBD", "Pareto/NBD"])
@pytest.mark.parametrize("name", HISTORIES)
def test_buyers_at_the_extremes_give_finite_numbers_and_a_caution(name: str, fit: Callable[[History], Buying]) -> None:
    found = history(name)
    model = fit(found)
    alive = model.probability_alive(found)
    assert ((alive >= 0) & (alive <= 1)).all()
    expected = model.expected_purchases(found, TEN_YEARS)
    worth = model.clv(found, 1e9)
    for numbers in (expected, worth, model.purchases_of_newcomer([0.0, TEN_YEARS])):
        assert np.isfinite(numbers).all()
        assert (numbers >= 0).all()
    told = [caution.code for caution in model.cautions]
    assert "too_few_customers" in told
    assert ("nothing_seen" in told) == (found.age.max() == 0)
    range_ = model.interval(lambda m: float(m.expected_purchases(found, 365.0).sum()))
    assert range_.low is None or range_.high is None or 0 < range_.low <= range_.value <= range_.high < np.inf


@pytest.mark.parametrize("name", [name for name, (x, last, _) in HISTORIES.items() if max(last) >= max(x)])
def test_chances_at_the_extremes_give_finite_numbers(name: str) -> None:
    found = history(name)
    model = bg_bb.fit(found)
    for numbers in (model.expected_purchases(found, 365), model.clv(found, 1e9, discount=0.1, chances=365)):
        assert np.isfinite(numbers).all()
        assert (numbers >= 0).all()
    assert "too_few_customers" in [caution.code for caution in model.cautions]


def test_more_purchases_than_chances_cannot_be() -> None:
    with pytest.raises(CustomersImpossible):
        bg_bb.fit(History.of([2, 7], [3, 5], [9, 9]))


def test_money_that_never_varies_or_is_huge_gives_its_mean_and_money_of_nobody_is_an_error() -> None:
    same = History.of([3, 5], [10, 20], [30, 30], [400, 300], mean_value=[1e9, 1e9])
    model = gamma_gamma.fit(same)
    assert model.expected_value(same) == pytest.approx(1e9, rel=1e-3)
    assert "not_identifiable" in [caution.code for caution in model.cautions]
    with pytest.raises(NoCustomers):
        gamma_gamma.fit(History.of([0], [0], [9], mean_value=[np.nan]))


@pytest.mark.parametrize(
    ("periods", "lost"),
    [([1], [False]), ([1], [True]), ([3650], [False]), ([3650, 3650], [True, False])],
    ids=["one that runs", "one that ended", "one of 3,650 periods", "two of 3,650 periods"],
)
@pytest.mark.parametrize("fit", [shifted_beta_geometric.fit, beta_discrete_weibull.fit], ids=["sBG", "BdW"])
def test_contracts_at_the_extremes_only_ever_grow_fewer(
    periods: list[int], lost: list[bool], fit: Callable[[Contracts], Renewing]
) -> None:
    model = fit(Contracts.of(periods, lost))
    there = model.survival(np.arange(5000.0))
    assert there[0] == 1
    assert ((there >= 0) & (np.diff(there, prepend=1.0) <= 1e-9)).all()
    assert np.isfinite(model.clv(1e9, horizon=3650)).all()
    assert "too_few_contracts" in [caution.code for caution in model.cautions]


def test_heavy_buyers_whose_chance_to_be_alive_other_software_could_not_tell() -> None:
    """Customers and parameters of a regression test of the R package CLVTools, where they once gave NaN."""
    heavy = History.of(
        [221, 254, 161, 204],
        [103.42857, 97.14286, 94.71429, 98.57143],
        [103.57143, 97.28571, 98.0, 99.42857],
        unit="week",
    )
    model = ParetoNbd(r=0.5143, alpha=2.8845, s=0.2856, beta=14.1087, unit=heavy.unit)
    alive = model.probability_alive(heavy)
    assert ((alive > 0.0) & (alive < 1.0)).all()
    assert alive[0] > 0.99
    assert alive[2] == alive.min()
