"""Leads, orders, contracts, use and tickets meet by account id, and nothing is counted twice."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.joined import joined, overlap

AT = "2026-05-01 03:00"


@pytest.fixture(scope="module")
def facts() -> Any:
    lake = SmallLake()
    lead = {"pipeline": "lead", "entered_at": AT}
    tables = lake.put(
        stages=[
            lead | {"subject_id": "l1", "stage": "lead"},
            lead | {"subject_id": "l1", "stage": "mql", "customer_id": "a"},
            lead | {"subject_id": "l2", "stage": "lead", "customer_id": "a"},
            lead | {"subject_id": "l3", "stage": "lead", "customer_id": "b"},
            lead | {"subject_id": "l4", "stage": "lead"},
            {"pipeline": "deal", "subject_id": "d1", "stage": "won", "entered_at": AT, "customer_id": "a"},
        ],
        orders=[
            {"order_id": f"o{n}", "customer_id": who, "ordered_at": AT, "amount": 100} for n, who in enumerate("aaac")
        ],
        events=[{"occurred_at": AT, "name": name, "customer_id": who} for name, who in USED],
    )
    return lake, tables


USED = [("login", "a"), ("feature_use", "a"), ("login", "b"), ("page_view", "b"), ("login", None)]


@pytest.mark.feature("F-217")
def test_one_query_joins_leads_orders_and_use_by_account_and_the_counts_are_those_of_the_tables(facts: Any) -> None:
    lake, tables = facts
    found = lake.rows(joined(tables), "customer_id", "leads", "orders", "uses")
    assert found == [("a", 2, 3, 2), ("b", 1, 0, 1), ("c", 0, 1, 0), (None, 1, 0, 1)]
    separate = (
        lake.sql("SELECT count(DISTINCT subject_id) FROM stages WHERE pipeline = 'lead'"),
        lake.sql("SELECT count(*) FROM orders"),
        lake.sql("SELECT count(*) FROM events WHERE name IN ('login', 'feature_use', 'app_install')"),
    )
    sums = [sum(row[place] for row in found) for place in (1, 2, 3)]
    assert sums == [count for ((count,),) in separate] == [4, 4, 4]


def test_overlap_says_how_many_accounts_each_combination_of_departments_knows(facts: Any) -> None:
    lake, tables = facts
    found = lake.rows(overlap(tables), "with_leads", "with_orders", "with_uses", "accounts", "leads", "orders", "uses")
    assert found == [
        (False, True, False, 1, 0, 1, 0),
        (True, False, True, 0, 1, 0, 1),
        (True, False, True, 1, 1, 0, 1),
        (True, True, True, 1, 2, 3, 2),
    ]
