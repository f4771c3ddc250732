from __future__ import annotations

import numpy as np
import pytest
from tests.customers.clv.slopes import assert_slope

from keiki.customers.clv import bg_bb
from keiki.customers.clv.bg_bb import BgBb
from keiki.customers.clv.grouped import History

DONATIONS = {
    (0, 0): 3464,
    (1, 1): 1091,
    (1, 2): 277,
    (1, 3): 129,
    (1, 4): 78,
    (1, 5): 119,
    (1, 6): 129,
    (2, 2): 613,
    (2, 3): 255,
    (2, 4): 155,
    (2, 5): 173,
    (2, 6): 234,
    (3, 3): 322,
    (3, 4): 181,
    (3, 5): 225,
    (3, 6): 357,
    (4, 4): 240,
    (4, 5): 284,
    (4, 6): 512,
    (5, 5): 335,
    (5, 6): 728,
    (6, 6): 1203,
}
"""Donors of 1995 by years they gave again and the last of them, of six (Fader, Hardie and Shang 2010, table 1)."""


def donations() -> History:
    x, last = zip(*DONATIONS, strict=True)
    return History.of(x, last, [6] * len(x), list(DONATIONS.values()))


def test_donations_give_the_published_values() -> None:
    model = bg_bb.fit(donations())
    assert list(model.parameters.values()) == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=0.001)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(-33225.6, abs=0.1)
    assert model.cautions == ()


def test_donors_are_expected_to_give_as_published() -> None:
    history = History.of([0, 1, 4, 6], [0, 6, 6, 6], [6] * 4)
    model = bg_bb.fit(donations())
    assert model.expected_purchases(history, 5).round(2).tolist() == [0.07, 1.15, 2.71, 3.75]
    assert model.probability_alive(history).round(2).tolist() == [0.11, 0.93, 0.93, 0.93]


def test_every_donor_is_worth_what_was_published() -> None:
    """Discounted purchases of all time to come, at 10 % a year (Fader, Hardie and Shang 2010, table 7), to five digits
    as a public notebook (abdullahau/customer-analytics) gives them.
    """
    published = {
        (6, 6): 5.90979, (5, 6): 5.08939, (4, 6): 4.26898, (3, 6): 3.44857, (2, 6): 2.62816, (1, 6): 1.80775,
        (5, 5): 2.85511, (4, 5): 3.19701, (3, 5): 2.84216, (2, 5): 2.27259, (1, 5): 1.60901,
        (4, 4): 0.91843, (3, 4): 1.62930, (2, 4): 1.66557, (1, 4): 1.32192,
        (3, 3): 0.35213, (2, 3): 0.84430, (1, 3): 0.93523, (2, 2): 0.18760, (1, 2): 0.49488, (1, 1): 0.13496,
        (0, 0): 0.11476,
    }  # fmt: skip
    x, last = zip(*published, strict=True)
    worth = bg_bb.fit(donations()).clv(History.of(x, last, [6] * len(x)), 1.0, discount=0.1, chances=2000)
    assert worth.tolist() == pytest.approx(list(published.values()), abs=2e-4)


def test_donors_of_the_package_btyd_are_expected_to_give_as_its_handbook_says() -> None:
    model = bg_bb.fit(donations())
    assert model.purchases_of_newcomer(10)[0] == pytest.approx(3.179895, abs=1e-3)
    few, many = model.expected_purchases(History.of([0, 4], [0, 5], [6, 6]), 10)
    assert (few, many) == pytest.approx((0.1302169, 3.627858), abs=1e-3)


def test_newcomers_give_what_everybody_gave() -> None:
    history = donations()
    model = bg_bb.fit(history)
    given = float(history.frequency @ history.customers) / history.size
    assert model.purchases_of_newcomer(6)[0] == pytest.approx(given, rel=0.01)


def test_expectation_is_the_sum_of_every_path() -> None:
    """All ways on, enumerated: there at the next chances, and buying at each of them."""
    model = BgBb(1.2, 0.75, 0.66, 2.78)
    customer = History.of([2], [3], [5])
    buys = (1.2 + 2) / (1.2 + 0.75 + 5)
    there = [model.probability_alive(customer, ahead)[0] for ahead in (1, 2, 3)]
    assert model.expected_purchases(customer, 3)[0] == pytest.approx(buys * sum(there))
    worth = model.clv(customer, 100.0, discount=0.1, chances=3)[0]
    assert worth == pytest.approx(100 * buys * sum(t / 1.1**k for k, t in enumerate(there, 1)))


def test_likelihood_of_all_histories_sums_to_one() -> None:
    """Every history of four chances, with the number of orders in which it can have come about."""
    from math import comb

    rows = [(0, 0, 1)] + [(x, t, comb(t - 1, x - 1)) for x in range(1, 5) for t in range(x, 5)]
    x, last, ways = zip(*rows, strict=True)
    logs, _ = bg_bb._paths(History.of(x, last, [4] * len(x)), 0.9, 1.7, 0.6, 2.2)
    assert float(np.exp(logs) @ ways) == pytest.approx(1.0, abs=1e-12)


def test_slope_is_the_derivative_of_the_likelihood() -> None:
    assert_slope(bg_bb._likelihood(donations()), (1.2, 0.75, 0.66, 2.78), (0.1, 9.0, 3.0, 0.2))
