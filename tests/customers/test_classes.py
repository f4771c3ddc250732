"""Good and bad customers: ten acquired of whom two stay, each rule by hand, and the same classes from plain SQL."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.classes import ClassRule, classed_postings, customer_classes
from keiki.customers.profit import ProfitRule
from keiki.customers.retention import RetentionRule


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def customer(name: str, on: str, left: str | None = None) -> dict[str, Any]:
    return {"customer_id": name, "acquired_on": on, "churned_on": left}


def order(name: str, day: str, amount: float = 100, cost: float = 0) -> dict[str, Any]:
    row = {"order_id": f"{name}{day}", "customer_id": name, "ordered_at": f"{day} 03:00"}
    return row | {"amount": amount, "cost": cost}


def classes(lake: SmallLake, rule: ClassRule | None = None, **facts: Any) -> dict[str, str]:
    return dict(lake.rows(customer_classes(lake.put(**facts), rule), "customer_id", "customer_class"))


def test_of_ten_acquired_two_remain(lake: SmallLake) -> None:
    """A campaign of 5,000 brings ten; two buy again and earn 600 each after their 500, eight leave after one order."""
    names = [f"c{n}" for n in range(10)]
    facts: dict[str, Any] = {
        "customers": [customer(n, "2026-01-10", None if n in ("c0", "c1") else "2026-03-01") for n in names],
        "orders": [order(n, "2026-01-10", 300, 100) for n in names]
        + [order(n, "2026-04-10", 1200, 300) for n in ("c0", "c1")],
        "costs": [{"spent_on": "2026-01-05", "amount": 5000, "category": "ad_spend"}],
    }
    found = classes(lake, **facts)
    assert sorted(name for name, judged in found.items() if judged == "good") == ["c0", "c1"]
    assert sum(judged == "bad" for judged in found.values()) / len(found) == 0.8
    rows = lake.rows(customer_classes(lake.put(**facts)), "customer_id", "profit", "purchases", "status")
    assert [(name, float(profit), *rest) for name, profit, *rest in rows][1:3] == [
        ("c1", 600.0, 2, "active"),
        ("c2", -300.0, 1, "churned"),
    ]
    sales = classed_postings(lake.put(**facts))
    sold = sales.group_by("customer_class").aggregate(amount=sales.amount.sum().cast("int64"))
    assert lake.rows(sold) == [("bad", 2400), ("good", 3000)]


def test_class_needs_both_halves_of_the_rule(lake: SmallLake) -> None:
    customers = [
        customer("one purchase", "2026-01-10"),
        customer("two at a loss", "2026-01-10"),
        customer("left with profit", "2026-01-10", "2026-02-01"),
        customer("never bought", "2024-01-10", "2026-02-01"),
        customer("two then left", "2026-01-10", "2026-03-01"),
    ]
    orders = [
        order("one purchase", "2026-01-10"),
        order("two at a loss", "2026-01-10", 100, 150),
        order("two at a loss", "2026-02-10", 100, 150),
        order("left with profit", "2026-01-10"),
        order("two then left", "2026-01-10"),
        order("two then left", "2026-02-10"),
    ]
    assert classes(lake, customers=customers, orders=orders) == {
        "one purchase": "undetermined",
        "two at a loss": "undetermined",
        "left with profit": "undetermined",
        "never bought": "bad",
        "two then left": "good",
    }
    assert classes(lake, ClassRule(purchases=1), customers=customers, orders=orders)["one purchase"] == "good"
    dear = classes(lake, ClassRule(profit_above=Decimal(10_000)), customers=customers, orders=orders)
    assert (dear["left with profit"], dear["two then left"]) == ("bad", "undetermined"), "the second leaves only later"


def test_a_renewed_contract_counts_like_two_purchases(lake: SmallLake) -> None:
    def contract(name: str, end: str | None) -> dict[str, Any]:
        row = {"subscription_id": name, "customer_id": name, "mrr": 10, "valid_from": "2025-01-01"}
        return row | {"valid_to": end, "renewal_on": "2026-01-01"}

    subscriptions = [contract("renewed", None), contract("ended", "2026-01-01")]
    invoices = [
        {"invoice_id": n, "customer_id": n, "issued_on": "2025-01-31", "amount": 10} for n in ("renewed", "ended")
    ]
    orders = [order("somebody", "2026-02-01")]
    found = classes(lake, subscriptions=subscriptions, invoices=invoices, orders=orders)
    assert (found["renewed"], found["ended"]) == ("good", "undetermined")
    strict = classes(lake, ClassRule(renewal=False), subscriptions=subscriptions, invoices=invoices, orders=orders)
    assert strict["renewed"] == "undetermined"


def test_contract_is_renewed_over_a_pause_that_is_none(lake: SmallLake) -> None:
    """Ended on the day of renewal and begun again 20 days later: renewed where pauses up to 30 days are none."""
    spans = [("2025-01-01", "2026-01-01"), ("2026-01-21", None)]
    subscriptions = [
        {"subscription_id": "s", "customer_id": "c", "mrr": 10, "valid_from": start, "valid_to": end}
        | {"renewal_on": "2026-01-01" if end else None}
        for start, end in spans
    ]
    invoices = [{"invoice_id": "i", "customer_id": "c", "issued_on": "2025-01-31", "amount": 10}]
    found = [
        classes(
            lake,
            ClassRule(profit=ProfitRule(retention=RetentionRule(gap_days=days))),
            subscriptions=subscriptions,
            invoices=invoices,
            orders=[order("x", "2026-02-10")],
        )["c"]
        for days in (30, 1)
    ]
    assert found == ["good", "undetermined"]


REFERENCE = """
with today as (select max(cast(ordered_at + interval 9 hour as date)) as d from orders),
known as (
    select c.customer_id, churned_on, count(o.order_id) as n, coalesce(sum(amount - cost), 0) as profit,
        max(cast(ordered_at + interval 9 hour as date)) as last_on
    from customers c left join orders o using (customer_id) group by all)
select customer_id, case
    when n >= 2 and profit > 0 then 'good'
    when profit <= 0 and (coalesce(churned_on <= d, false) or coalesce(last_on < d + 1 - 365, false)) then 'bad'
    else 'undetermined' end
from known, today
"""


def test_classes_agree_with_plain_sql(lake: SmallLake) -> None:
    chance = random.Random(5)

    def moment() -> datetime:
        return datetime(2024, 1, 1) + timedelta(hours=chance.randrange(24 * 800))

    names = [f"c{n}" for n in range(60)]
    facts = lake.put(
        customers=[customer(n, "2023-01-01", chance.choice([None, None, "2025-03-01", "2027-01-01"])) for n in names],
        orders=[
            {"order_id": f"o{n}", "customer_id": chance.choice(names), "ordered_at": moment()}
            | {"amount": chance.randrange(100), "cost": chance.randrange(100)}
            for n in range(90)
        ],
    )
    got = lake.rows(customer_classes(facts), "customer_id", "customer_class")
    assert got == lake.sql(REFERENCE)
    assert {judged for _, judged in got} == {"good", "bad", "undetermined"}
