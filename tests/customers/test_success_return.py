"""Customer success as a profit centre: the figures of the specification, and the accounts against plain SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.success_return import cost_share, expansion_return, outgrows_profit, success_accounts

MONTHS = ("2026-04-01", "2026-05-01", "2026-06-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def contract(customer: str, mrr: float, begin: str, end: str | None = None) -> dict[str, Any]:
    return {"subscription_id": customer, "customer_id": customer, "mrr": mrr, "valid_from": begin, "valid_to": end}


def test_return_is_undefined_without_a_cost() -> None:
    assert expansion_return(1_000, 0.8, 0) is None
    assert cost_share(100, 0) is None


@pytest.mark.feature("F-268")
def test_expansion_of_1000_a_month_at_a_margin_of_80_percent_returns_6000_of_cost_1_6_times(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[contract("a", 5_000, "2026-01-01", "2026-05-10"), contract("a", 6_000, "2026-05-10")],
        costs=[{"spent_on": "2026-05-31", "amount": 6_000, "category": "cs_personnel"}],
    )
    rows = lake.rows(success_accounts(facts, lake.spans(*MONTHS)), "period", "expansion", "cost")
    assert [(period, float(grown), float(cost)) for period, grown, cost in rows] == [(0, 0, 0), (1, 1_000, 6_000)]
    assert expansion_return(float(rows[1][1]), 0.8, float(rows[1][2])) == 1.6


@pytest.mark.feature("F-269")
def test_cost_of_1_2_million_in_10_million_is_12_percent_and_rising_against_flat_profit_is_flagged(
    lake: SmallLake,
) -> None:
    begun = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")
    facts = lake.put(
        orders=[
            {"order_id": day, "customer_id": "a", "ordered_at": f"{day} 03:00", "amount": 10_000_000}
            | {"gross_profit": 4_000_000}
            for day in begun[:4]
        ],
        costs=[
            {"spent_on": day, "amount": 900_000 + 100_000 * n, "category": "support", "department": "support"}
            for n, day in enumerate(begun[:4])
        ]
        + [{"spent_on": "2026-02-03", "amount": 77, "category": "ad_spend", "department": "marketing"}],
    )
    rows = lake.rows(success_accounts(facts, lake.spans(*begun)), "period", "cost", "revenue", "gross_profit")
    costs, revenues, profits = ([float(row[n]) for row in rows] for n in (1, 2, 3))
    assert cost_share(costs[-1], revenues[-1]) == 0.12
    assert outgrows_profit(costs, revenues, profits)
    assert not outgrows_profit(costs, revenues, [each + n for n, each in enumerate(profits)])
    assert not outgrows_profit(costs[::-1], revenues, profits)
    assert not outgrows_profit(costs[1:], revenues[1:], profits[1:])


def test_what_was_there_is_kept_or_lost(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[
            contract("stays", 100, "2026-01-01"),
            contract("goes", 40, "2026-01-01", "2026-05-15"),
            contract("shrinks", 50, "2026-01-01", "2026-05-15"),
            contract("shrinks", 30, "2026-05-15"),
            contract("new", 70, "2026-05-02"),
        ]
    )
    rows = lake.rows(success_accounts(facts, lake.spans(*MONTHS)), "period", "mrr_start", "lost", "kept", "expansion")
    assert rows == [
        (0, Decimal(190), Decimal(0), Decimal(190), Decimal(0)),
        (1, Decimal(190), Decimal(60), Decimal(130), Decimal(0)),
    ]
