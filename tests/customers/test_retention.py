"""Status of customers at both ends of a period: worked examples, the partition, and the same from plain SQL."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.retention import RetentionRule, status_changes

MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(customer: str | None, at: str | datetime, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{customer}{at}", "customer_id": customer, "ordered_at": at, "amount": 100} | more


def contract(customer: str, begin: Any, end: Any = None, mrr: float = 10, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{customer}/1", "customer_id": customer, "mrr": mrr}
    return row | {"valid_from": begin, "valid_to": end} | more


def statuses(lake: SmallLake, rule: RetentionRule | None = None, **facts: Any) -> dict[Any, tuple[str, str]]:
    table = status_changes(lake.put(**facts), lake.spans(*MONTHS), rule)
    rows = lake.rows(table, "period", "customer_id", "status_start", "status_end")
    assert len({row[:2] for row in rows}) == len(rows)
    return {(period, customer): (start, end) for period, customer, start, end in rows}


def test_status_of_buyers_follows_their_last_purchase(lake: SmallLake) -> None:
    orders = [
        order("fresh", "2026-01-10 03:00"),
        order("old", "2025-01-20 03:00"),
        order("back", "2024-06-01 03:00"),
        order("back", "2026-02-10 03:00"),
        order("cancelled", "2025-12-10 03:00", status="cancelled"),
        order(None, "2025-12-10 03:00"),
    ]
    assert statuses(lake, orders=orders) == {
        (0, "fresh"): ("prospect", "active"),
        (1, "fresh"): ("active", "active"),
        (0, "old"): ("active", "dormant"),
        (1, "old"): ("dormant", "dormant"),
        (0, "back"): ("dormant", "dormant"),
        (1, "back"): ("dormant", "active"),
    }


def test_an_order_after_200_days_wakes_a_customer_dormant_by_a_limit_of_180(lake: SmallLake) -> None:
    orders = [order("a", "2025-07-10 03:00"), order("a", "2026-01-26 03:00")]
    facts = lake.put(orders=orders)
    table = status_changes(facts, lake.spans(*MONTHS), RetentionRule(dormancy_days=170))
    assert lake.rows(table, "period", "status_start", "status_end", "purchased") == [
        (0, "dormant", "active", True),
        (1, "active", "active", False),
    ]


def test_status_of_holders_follows_their_contracts(lake: SmallLake) -> None:
    spans = [
        contract("runs", "2025-01-01"),
        contract("ends", "2025-01-01", "2026-01-15"),
        contract("returns", "2025-01-01", "2025-06-01"),
        contract("returns", "2026-02-10", subscription_id="returns/2"),
        contract("free", "2025-01-01", "2026-02-10", mrr=0, reason="holding"),
        contract("tries", "2025-12-01", "2025-12-20", mrr=0, reason="trial"),
        contract("falls to free", "2025-01-01", "2026-01-15"),
        contract("falls to free", "2026-01-15", mrr=0, reason="holding"),
    ]
    assert statuses(lake, subscriptions=spans) == {
        (0, "runs"): ("active", "active"),
        (1, "runs"): ("active", "active"),
        (0, "ends"): ("active", "churned"),
        (1, "ends"): ("churned", "churned"),
        (0, "returns"): ("churned", "churned"),
        (1, "returns"): ("churned", "active"),
        (0, "free"): ("active", "active"),
        (1, "free"): ("active", "churned"),
        (0, "falls to free"): ("active", "churned"),
        (1, "falls to free"): ("churned", "churned"),
    }


def test_status_of_listed_customers_follows_their_dates(lake: SmallLake) -> None:
    customers = [
        {"customer_id": "prospect"},
        {"customer_id": "joins", "acquired_on": "2026-01-01", "segment": "home"},
        {"customer_id": "leaves", "acquired_on": "2025-01-01", "churned_on": "2026-01-31"},
        {"customer_id": "leaves next", "acquired_on": "2025-01-01", "churned_on": "2026-02-01"},
    ]
    assert statuses(lake, customers=customers) == {
        (0, "joins"): ("prospect", "active"),
        (1, "joins"): ("active", "active"),
        (0, "leaves"): ("active", "churned"),
        (1, "leaves"): ("churned", "churned"),
        (0, "leaves next"): ("active", "active"),
        (1, "leaves next"): ("active", "churned"),
    }
    table = status_changes(lake.put(customers=customers), lake.spans("2026-01-01", "2026-02-01"))
    assert lake.rows(table, "customer_id", "segment")[0] == ("joins", "home")


REFERENCE = """
with known as (
    select customer_id from customers union select customer_id from orders where status = 'completed'
    union select customer_id from subscriptions),
ends as (
    select period, 's' side, start_date d, start_at t from spans
    union all select period, 'e', end_date, end_at from spans),
state as (
    select period, side, k.customer_id,
        (select max(acquired_on) from customers c where c.customer_id = k.customer_id) acquired,
        (select min(ordered_at) from orders o where o.customer_id = k.customer_id and status = 'completed') bought,
        (select min(valid_from) from subscriptions s where s.customer_id = k.customer_id) held,
        (select max(ordered_at) from orders o where o.customer_id = k.customer_id and status = 'completed'
            and ordered_at < t) last_at,
        exists (select 1 from customers c where c.customer_id = k.customer_id and churned_on < d) departed,
        exists (select 1 from subscriptions s where s.customer_id = k.customer_id and valid_from < d) had,
        exists (select 1 from subscriptions s where s.customer_id = k.customer_id and valid_from < d and mrr > 0) paid,
        exists (select 1 from subscriptions s where s.customer_id = k.customer_id and valid_from < d
            and (valid_to is null or valid_to >= d)) has,
        exists (select 1 from subscriptions s where s.customer_id = k.customer_id and valid_from < d
            and (valid_to is null or valid_to >= d) and mrr > 0) pays, d, t
    from known k cross join ends),
named as (
    select period, side, customer_id, case
        when acquired is not null and acquired >= d then 'prospect'
        when acquired is null and coalesce(bought >= t, true) and coalesce(held >= d, true) then 'prospect'
        when departed or (paid and not pays) or (not paid and had and not has) then 'churned'
        when not has and last_at < t - interval 100 day then 'dormant'
        else 'active' end as status
    from state)
select e.period, e.customer_id, s.status, e.status from named e join named s using (period, customer_id)
where e.side = 'e' and s.side = 's' and e.status <> 'prospect'
"""

DAYS = st.integers(0, 450).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
MOMENTS = st.integers(0, 450 * 24).map(lambda n: datetime(2025, 1, 1) + timedelta(hours=n))
PEOPLE = st.sampled_from(["a", "b", "c", "d"])


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(PEOPLE, MOMENTS), max_size=8, unique=True),
    st.lists(st.tuples(PEOPLE, DAYS, st.none() | st.integers(1, 200), st.integers(0, 1)), max_size=4),
    st.dictionaries(PEOPLE, st.tuples(st.none() | DAYS, st.none() | DAYS), max_size=4),
)
def test_statuses_partition_the_customers_and_agree_with_plain_sql(
    lake: SmallLake, bought: list[Any], held: list[Any], listed: dict[str, Any]
) -> None:
    spans = [
        contract(who, begin, None if days is None else begin + timedelta(days=days), mrr, subscription_id=f"s{n}")
        for n, (who, begin, days, mrr) in enumerate(held)
    ]
    facts = lake.put(
        orders=[order(who, at, status="completed") for who, at in bought],
        subscriptions=spans,
        customers=[{"customer_id": c, "acquired_on": a, "churned_on": b} for c, (a, b) in listed.items()],
    )
    table = status_changes(facts, lake.spans(*MONTHS), RetentionRule(dormancy_days=100, gap_days=0))
    rows = lake.rows(table, "period", "customer_id", "status_start", "status_end")
    assert rows == lake.sql(REFERENCE)
    before = {row[1]: row[3] for row in rows if row[0] == 0}
    assert {row[1]: row[2] for row in rows if row[0] == 1 and row[2] != "prospect"} == before
