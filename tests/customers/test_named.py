"""Customers by letters of their id or name, by hand."""

from __future__ import annotations

from tests.rows import SmallLake

from keiki.customers.named import customers_called


def test_customers_are_found_by_id_and_name_and_the_nearest_are_told_apart() -> None:
    lake = SmallLake()
    facts = lake.put(
        customers=[
            {"customer_id": "A1", "name": "佐藤 花子"},
            {"customer_id": "A10", "name": "Sato Trading"},
            {"customer_id": "B7", "name": "Tea for Sato"},
            {"customer_id": "sato", "name": None},
        ],
        subscriptions=[{"subscription_id": "s", "customer_id": each} for each in ("A1", "SATO-2", None)],
        orders=[{"order_id": "o", "customer_id": "C-sato"}],
    )
    columns = ("near", "customer_id", "name")
    assert sorted(lake.rows(customers_called(facts, "Sato"), *columns), key=str) == [
        (0, "sato", None),
        (1, "A10", "Sato Trading"),
        (1, "SATO-2", None),
        (2, "B7", "Tea for Sato"),
    ]
    assert lake.rows(customers_called(facts, "佐藤　花子"), *columns) == [(0, "A1", "佐藤 花子")]
    in_orders = customers_called(facts, "c-s", ("customers", "subscriptions", "orders"))
    assert lake.rows(in_orders, *columns) == [(1, "C-sato", None)]
    assert lake.rows(customers_called(facts, "a%"), *columns) == []
