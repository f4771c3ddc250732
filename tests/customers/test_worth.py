"""What customers brought and cost, alone and in groups: by hand, and equal to plain SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.worth import customer_worth, described, worth_by
from keiki.errors import UnknownName


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(name: str, day: str, amount: float, cost: float = 0, **more: Any) -> dict[str, Any]:
    row = {"order_id": f"{name}{day}", "customer_id": name, "ordered_at": f"{day} 03:00", "amount": amount}
    return row | {"cost": cost} | more


FACTS: dict[str, Any] = {
    "customers": [
        {"customer_id": "a", "acquired_on": "2026-01-10", "acquisition_channel": "paid", "icp_fit": True},
        {"customer_id": "b", "acquired_on": "2026-01-20", "acquisition_channel": "paid", "icp_fit": False},
        {"customer_id": "c", "acquired_on": "2026-02-05", "acquisition_channel": "email", "churned_on": "2026-03-01"},
    ],
    "orders": [
        order("a", "2026-01-10", 1_000, 400, product="tea"),
        order("a", "2026-03-10", 500, 200, product="pot"),
        order("b", "2026-01-20", 300, 100),
        order("c", "2026-02-05", 100, 50),
    ],
    "order_lines": [
        {"order_id": "b2026-01-20", "product_id": "cup", "amount": 100},
        {"order_id": "b2026-01-20", "product_id": "pot", "amount": 200},
    ],
    "costs": [
        {"spent_on": "2026-01-02", "amount": 600, "category": "ad_spend", "channel": "paid"},
        {"spent_on": "2026-02-02", "amount": 100, "category": "ad_spend", "channel": "email"},
        {"spent_on": "2026-03-02", "amount": 60, "category": "support"},
    ],
}


def test_worth_is_gross_profit_less_acquisition_and_retention(lake: SmallLake) -> None:
    columns = ("customer_id", "revenue", "gross_profit", "acquisition", "retention", "profit", "customer_class")
    rows = lake.rows(customer_worth(lake.put(**FACTS)), *columns)
    assert [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in rows] == [
        ("a", 1500.0, 900.0, 300.0, 30.0, 570.0, "good"),
        ("b", 300.0, 200.0, 300.0, 30.0, -130.0, "undetermined"),
        ("c", 100.0, 50.0, 100.0, 0.0, -50.0, "bad"),
    ]


def test_first_product_is_the_orders_else_the_line_with_most_money(lake: SmallLake) -> None:
    assert lake.rows(described(lake.put(**FACTS)), "customer_id", "product", "icp_fit") == [
        ("a", "tea", "yes"),
        ("b", "pot", "no"),
        ("c", None, None),
    ]


def test_contract_names_product_and_plan_where_nothing_was_ordered(lake: SmallLake) -> None:
    spans = [
        {"subscription_id": "s", "customer_id": "d", "plan": "basic", "product": "app", "mrr": 10, "valid_from": day}
        for day in ("2026-01-01",)
    ]
    facts = lake.put(subscriptions=spans)
    assert lake.rows(described(facts), "customer_id", "product", "plan") == [("d", "app", "basic")]


def test_groups_sum_to_all_customers(lake: SmallLake) -> None:
    table = worth_by(lake.put(**FACTS), ["channel"])
    rows = lake.rows(table, "channel", "customers", "repeaters", "revenue", "profit", "good", "bad", "undetermined")
    assert [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in rows] == [
        ("email", 1, 0, 100.0, -50.0, 0, 1, 0),
        ("paid", 2, 1, 1800.0, 440.0, 1, 0, 1),
    ]
    whole = lake.rows(table.aggregate(n=table.customers.sum(), profit=table.profit.sum()))
    each = customer_worth(lake.put(**FACTS))
    assert whole == lake.rows(each.aggregate(n=each.count(), profit=each.profit.sum()))


def test_unknown_dimension_is_named(lake: SmallLake) -> None:
    with pytest.raises(UnknownName, match="channel"):
        worth_by(lake.put(**FACTS), ["chanel"])
