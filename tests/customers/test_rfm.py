"""RFM: one customer of each segment, both ends of a period, and the same classes from plain SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.rfm import RfmRule, rfm

LIMITS = RfmRule(recency_limits=(30, 60, 120, 240), frequency_limits=(8, 4, 3, 2), amount_limits=(800, 400, 300, 200))


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def orders(customer: str, *days: str, amount: float = 100) -> list[dict[str, Any]]:
    return [
        {"order_id": f"{customer}{n}", "customer_id": customer, "ordered_at": f"{day} 03:00", "amount": amount}
        for n, day in enumerate(days)
    ]


def segments(lake: SmallLake, bought: list[dict[str, Any]], rule: RfmRule, *days: str) -> dict[Any, str]:
    table = rfm(lake.put(orders=bought), lake.spans(*days), rule)
    rows = lake.rows(table, "period", "side", "customer_id", "rfm_segment")
    return {row[:3]: row[3] for row in rows}


OFTEN = tuple(f"2025-{month:02}-10" for month in range(3, 11))


@pytest.mark.feature("F-247")
def test_rfm_has_one_customer_of_each_segment(lake: SmallLake) -> None:
    bought = [
        *orders("buys all the time", *OFTEN, "2025-12-20"),
        *orders("bought a lot, not lately", *(day.replace("-10", "-01") for day in OFTEN[:6])),
        *orders("came once, spent much", "2025-12-30", amount=900),
        *orders("was good long ago", *(day.replace("2025", "2024") for day in OFTEN)),
        *orders("in between", "2025-10-20", "2025-09-20", "2025-08-20"),
    ]
    found = segments(lake, bought, LIMITS, "2025-01-01", "2026-01-01")
    assert {customer: segment for (_, side, customer), segment in found.items() if side == "end"} == {
        "buys all the time": "loyal",
        "bought a lot, not lately": "growth",
        "came once, spent much": "new_promising",
        "was good long ago": "dormant",
        "in between": "other",
    }


def test_rfm_knows_the_segment_at_the_other_end(lake: SmallLake) -> None:
    bought = [*orders("a", *OFTEN), *orders("b", "2025-11-05", amount=900), *orders("c", "2023-11-10")]
    table = rfm(lake.put(orders=bought), lake.spans("2025-11-01", "2026-10-01"), LIMITS)
    assert lake.rows(table, "side", "customer_id", "recency_days", "rfm_segment", "other_segment") == [
        ("end", "a", 355, "dormant", "loyal"),
        ("end", "b", 329, "other", None),
        ("start", "a", 21, "loyal", "dormant"),
        ("start", "c", 721, "dormant", None),
    ]


def test_rfm_cuts_by_quintile_and_never_tells_equal_customers_apart(lake: SmallLake) -> None:
    bought = [order for name in "edcba" for order in orders(name, "2025-12-31")]
    table = rfm(lake.put(orders=bought), lake.spans("2025-01-01", "2026-01-01"))
    assert lake.rows(table, "customer_id", "recency_days", "r", "f", "m") == [(name, 0, 1, 1, 1) for name in "abcde"]


def test_customers_who_bought_once_are_new_and_not_loyal(lake: SmallLake) -> None:
    """Seven of ten bought once, three twice: five classes cannot hold them apart, and an id must not."""
    days = [f"2025-12-{day:02}" for day in range(11, 21)]
    bought = [order for n, day in enumerate(days) for order in orders(f"c{n}", *([day] if n else [day, "2025-06-01"]))]
    bought += [order for n in (8, 9) for order in orders(f"c{n}", "2025-11-01")]
    bought = [order | {"order_id": f"o{n}"} for n, order in enumerate(bought)]
    table = rfm(lake.put(orders=bought), lake.spans("2025-12-01", "2026-01-01"))
    found = lake.rows(table.filter(table.side == "end"), "customer_id", "r", "f", "rfm_segment")
    assert [f for _, _, f, _ in found] == [4, 1, 1, 1, 1, 1, 1, 1, 4, 4]
    assert [segment for _, r, _, segment in found if r > 3] == ["new_promising", "new_promising", "loyal", "loyal"]


def test_rfm_counts_twelve_months_and_looks_back_twenty_four(lake: SmallLake) -> None:
    bought = orders("a", "2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01", amount=7)
    table = rfm(lake.put(orders=bought), lake.spans("2025-12-01", "2026-01-01"))
    (row,) = lake.rows(table.filter(table.side == "end"), "frequency", "amount", "recency_days")
    assert (row[0], float(row[1]), row[2]) == (1, 7.0, 364)
    table = rfm(lake.put(orders=bought[:1]), lake.spans("2025-12-01", "2026-01-01"))
    assert lake.rows(table, "side") == [("start",)]


REFERENCE = """
with ends as (select start_date as d from spans union select end_date from spans),
bought as (select customer_id, cast(ordered_at + interval 9 hour as date) as on_day, amount from orders),
known as (
    select d, customer_id, date_diff('day', max(on_day), d) - 1 as days,
        count(*) filter (on_day >= d - interval 12 month) as f,
        coalesce(sum(amount) filter (on_day >= d - interval 12 month), 0) as m
    from bought join ends on on_day < d and on_day >= d - interval 24 month
    group by d, customer_id),
parts as (
    select *, ntile(5) over (partition by d order by days desc) as rp, ntile(5) over (partition by d order by f) as fp,
        ntile(5) over (partition by d order by m) as mp from known),
classed as (
    select d, customer_id, days, f, m, min(rp) over (partition by d, days) as rc,
        min(fp) over (partition by d, f) as fc, min(mp) over (partition by d, m) as mc from parts),
named as (
    select *, case when rc > 3 and fc > 3 and mc > 3 then 'loyal' when rc < 3 and fc > 3 and mc > 3 then 'growth'
        when rc > 3 and fc < 3 then 'new_promising' when rc < 3 and fc < 3 and mc < 3 then 'dormant'
        else 'other' end as segment from classed),
sides as (select period, 'start' as side, start_date as d, end_date as o from spans
    union all select period, 'end', end_date, start_date from spans)
select period, side, n.customer_id, n.days, n.f, cast(n.m as double), n.segment, other.segment
from sides s join named n on n.d = s.d left join named other on other.d = s.o and other.customer_id = n.customer_id
"""

MOMENTS = st.integers(0, 900 * 24).map(lambda n: datetime(2023, 6, 1) + timedelta(hours=n))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), MOMENTS, st.integers(0, 3)), max_size=40))
def test_rfm_agrees_with_plain_sql(lake: SmallLake, bought: list[Any]) -> None:
    rows = [
        {"order_id": f"o{n}", "customer_id": who, "ordered_at": at, "amount": amount * 10}
        for n, (who, at, amount) in enumerate(bought)
    ]
    table = rfm(lake.put(orders=rows), lake.spans("2025-06-01", "2025-09-01", "2025-12-01"))
    table = table.mutate(amount=table.amount.cast("float64"))
    columns = ("period", "side", "customer_id", "recency_days", "frequency", "amount", "rfm_segment", "other_segment")
    assert lake.rows(table, *columns) == lake.sql(REFERENCE)
