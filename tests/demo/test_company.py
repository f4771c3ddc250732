"""The demo company: whole facts, the same for the same seed, adding up, and reaching the models."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from tests.rows import TYPES, span_rows

from keiki.customers.movements import AMOUNTS, movements
from keiki.customers.repeat import purchases
from keiki.customers.retention import status_changes
from keiki.customers.revenue_quality import cost_postings, revenue_postings
from keiki.demo import make_demo
from keiki.facts import FACTS, Kind, vocabulary
from keiki.journeys.sessions import sessions

UNTIL = date(2026, 10, 20)
MONTHS = [f"{2024 + month // 12}-{month % 12 + 1:02}-01" for month in range(9, 33)] + ["2026-10-01"]
Columns = dict[str, Any]


@pytest.fixture(scope="module")
def demo() -> dict[str, Columns]:
    return make_demo(until=UNTIL)


def written(columns: Columns) -> dict[str, Any]:
    return {name: c.tolist() if c.dtype == object else (str(c.dtype), c.tobytes()) for name, c in columns.items()}


def test_the_same_seed_gives_the_same_bytes(demo: dict[str, Columns]) -> None:
    again = make_demo(until=UNTIL)
    assert list(again) == list(demo)
    for name in demo:
        assert written(again[name]) == written(demo[name])


def test_another_seed_gives_another_company(demo: dict[str, Columns]) -> None:
    assert written(make_demo(seed=1, until=UNTIL)["orders"]) != written(demo["orders"])


OWN = {"surveys": {"team"}}
"""Columns of the company's own beside the declared ones: satisfaction is read by them."""


def test_every_column_is_declared_filled_and_of_one_length(demo: dict[str, Columns]) -> None:
    for name, columns in demo.items():
        declared = {column.name: column for column in FACTS[name].loadable}
        assert set(columns) - set(declared) == OWN.get(name, set())
        assert {c.name for c in declared.values() if c.required} <= set(columns)
        assert len({len(column) for column in columns.values()}) == 1
        for column in (c for c in declared.values() if c.required):
            assert not _missing(columns[column.name]).any()


def _missing(column: Any) -> Any:
    return (
        np.array([v is None for v in column.tolist()]) if column.dtype == object else np.isnat(column.astype("M8[s]"))
    )


def test_every_word_is_known(demo: dict[str, Columns]) -> None:
    for name, columns in demo.items():
        for column in FACTS[name].loadable:
            if column.vocabulary and column.name in columns:
                assert set(columns[column.name].tolist()) - {None} <= set(vocabulary(column.vocabulary))


def test_keys_are_unique(demo: dict[str, Columns]) -> None:
    for name, columns in demo.items():
        key = [columns[k].tolist() for k in FACTS[name].key if k in columns]
        if key:
            assert len(set(zip(*key, strict=True))) == len(key[0])


def test_every_row_lies_between_the_opening_and_the_last_day(demo: dict[str, Columns]) -> None:
    for name, columns in demo.items():
        time = columns.get(FACTS[name].time)
        if time is not None:
            assert time.min() >= np.datetime64("2024-10-01")
            assert time.max() < np.datetime64("2026-10-21")


def test_rows_belong_to_customers_who_exist(demo: dict[str, Columns]) -> None:
    known = set(demo["customers"]["customer_id"].tolist())
    for name in ("orders", "subscriptions", "invoices", "tickets", "surveys"):
        assert set(demo[name]["customer_id"].tolist()) <= known


def test_an_order_is_the_sum_of_its_lines(demo: dict[str, Columns]) -> None:
    orders, lines = demo["orders"], demo["order_lines"]
    place = {order: number for number, order in enumerate(orders["order_id"].tolist())}
    owner = np.array([place[order] for order in lines["order_id"].tolist()])
    for name in ("amount", "cost", "quantity"):
        assert np.array_equal(np.bincount(owner, lines[name], len(place)), orders[name])


def test_spans_of_a_contract_follow_each_other(demo: dict[str, Columns]) -> None:
    spans = demo["subscriptions"]
    same = spans["subscription_id"][1:] == spans["subscription_id"][:-1]
    assert (spans["valid_from"][1:] >= spans["valid_to"][:-1])[same].all()
    assert (np.isnat(spans["valid_to"]) | (spans["valid_to"] > spans["valid_from"])).all()
    assert set(spans["reason"].tolist()) == {"new", "upsell", "downgrade", "reactivation", "cross_sell"}


@pytest.fixture(scope="module")
def lake(demo: dict[str, Columns]) -> Any:
    """The demo in DuckDB, moments as the UTC instants that an import would store."""
    connection = ibis.duckdb.connect()
    for name, fact in FACTS.items():
        columns = demo.get(name, {})
        rows = len(next(iter(columns.values()), ()))
        table = {c.name: _column(columns.get(c.name), c.kind, rows) for c in fact.loadable}
        connection.create_table(name, pa.table(table))
    connection.create_table("spans", span_rows(*MONTHS))
    return connection


def _column(column: Any, kind: Kind, rows: int) -> Any:
    if column is None:
        return pa.nulls(rows, TYPES[kind])
    if kind is Kind.TIMESTAMP:
        column = column.astype("datetime64[us]") - np.timedelta64(9, "h")
    if kind is Kind.MONEY:
        return pa.array(column).cast(pa.decimal128(23, 4)).cast(TYPES[kind])
    return pa.array(column).cast(TYPES[kind])


@pytest.fixture(scope="module")
def facts(lake: Any) -> Any:
    return {name: lake.table(name) for name in FACTS}


def total(lake: Any, query: str) -> Any:
    return lake.raw_sql(query).fetchall()[0][0]


def test_revenue_is_orders_and_invoices_once(lake: Any, facts: Any) -> None:
    posted = lake.to_pyarrow(revenue_postings(facts).amount.sum()).as_py()
    ordered = total(lake, "select sum(amount) from orders where status = 'completed'")
    assert posted == ordered + total(lake, "select sum(amount) from invoices")


def test_booked_advertising_is_not_posted_twice(lake: Any, facts: Any) -> None:
    costs = cost_postings(facts)
    assert lake.to_pyarrow(costs.amount.sum()).as_py() == total(lake, "select sum(amount) from costs")


def test_every_completed_order_is_a_purchase(lake: Any, facts: Any) -> None:
    bought = lake.to_pyarrow(purchases(facts).count()).as_py()
    assert bought == total(lake, "select count(*) from orders where status = 'completed'")


def test_every_order_has_its_visit(lake: Any, facts: Any) -> None:
    visits = sessions(facts)
    assert lake.to_pyarrow(visits.converted.sum()).as_py() == total(lake, "select count(*) from orders")
    assert lake.to_pyarrow(visits.count()).as_py() == total(lake, "select count(distinct session_id) from events")


def test_recurring_revenue_moves_from_month_to_month_without_a_gap(lake: Any, facts: Any) -> None:
    moved = movements(facts, lake.table("spans"))
    sums = moved.aggregate([moved[name].sum().name(name) for name in AMOUNTS])
    row = lake.to_pyarrow(sums).to_pylist()[0]
    gained = row["new"] + row["reactivation"] + row["upsell"] + row["cross_sell"]
    at_end = total(
        lake,
        "select sum(mrr) from subscriptions where valid_from < '2026-10-01' "
        "and (valid_to is null or valid_to >= '2026-10-01')",
    )
    assert at_end == gained - row["contraction"] - row["churned"]


def test_statuses_count_every_customer_once(lake: Any, facts: Any) -> None:
    statuses = status_changes(facts, lake.table("spans"))
    last = statuses.filter(statuses.period == len(MONTHS) - 2)
    counted = lake.to_pyarrow(last.count()).as_py()
    assert counted == total(lake, "select count(*) from customers where acquired_on < '2026-10-01'")
