"""What running contracts will bring, from rows of subscriptions to the published figures of their model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import keiki
from keiki.errors import NoCustomers
from keiki.periods import add_months

REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)
"""Customers of the “Regular” segment after each period (Fader and Hardie 2007, sBG)."""


def contracts(start: date) -> list[dict[str, object]]:
    """Everybody began on the first day of a month and pays 1,000 a month; who left did so on a first day."""
    rows = []
    for period, (before, after) in enumerate(zip(REGULAR, (*REGULAR[1:], 0), strict=True), start=1):
        left = None if after == 0 else add_months(start, period)
        rows += [(before - after, left)]
    people = [left for count, left in rows for _ in range(count)]
    return [
        {"subscription_id": f"s{n}", "customer_id": f"c{n}", "mrr": 1000, "valid_from": start, "valid_to": left}
        for n, left in enumerate(people)
    ]


@pytest.fixture
def business(tmp_path: Path) -> Iterator[keiki.Business]:
    with keiki.open(tmp_path / "contracts", keiki.Settings(name="Contracts")) as opened:
        opened.load([{"occurred_at": "2025-08-15T03:00", "name": "login", "customer_id": "c0"}], "events")
        yield opened


def test_published_renewals_give_the_published_model_and_its_revenue(business: keiki.Business) -> None:
    business.load(contracts(date(2025, 1, 1)), "subscriptions")
    found = keiki.contract_forecast(business, months=12)
    fitted = next(each for each in found.choice.candidates if each.name == "sBG")
    alpha, beta = fitted.estimate.values
    assert (alpha, beta) == (pytest.approx(0.704, abs=0.001), pytest.approx(1.182, abs=0.001))
    assert (found.customers, found.mrr, found.held_out) == (241, 241_000, None)

    there, payments = 1.0, 0.0
    for period in range(8, 20):
        payments += there
        there *= (beta + period - 1) / (alpha + beta + period - 1)
    assert found.choice.name == "sBG"
    assert found.revenue == pytest.approx(241_000 * payments)
    assert found.kept == pytest.approx(there)
    assert found.interval.low < found.revenue < found.interval.high  # type: ignore[operator]
    assert found.worth < found.revenue
    assert found.known[:8] == pytest.approx([count / 1000 for count in REGULAR])


def test_forecast_of_a_year_ago_stands_beside_what_came(business: keiki.Business) -> None:
    business.load(contracts(date(2023, 1, 1)), "subscriptions")
    held = keiki.contract_forecast(business).held_out
    assert held is not None
    assert (held.since, held.customers, held.actual) == (date(2024, 8, 15), 241, 241)
    assert 200 < held.expected < 241
    assert held.off == pytest.approx(held.expected / 241 - 1)


def test_business_without_running_contracts_is_an_error(business: keiki.Business) -> None:
    with pytest.raises(NoCustomers):
        keiki.contract_forecast(business)
