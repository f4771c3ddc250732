"""Invoice lines become orders and order lines; totals equal plain SQL over the same file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from keiki.facts.casts import Reading
from keiki.facts.conform import Conformed, conform
from keiki.sources import guess, open_source


@pytest.fixture
def retail(connection: Any, shared_data: Path) -> tuple[dict[str, Conformed], str]:
    path = shared_data / "online_retail" / "online_retail.parquet"
    found = guess(open_source(path, connection=connection))
    assert found.export == "online_retail"
    reading = Reading(zone="Europe/London")
    return {part.fact: conform(part.table, part.mapping, reading) for part in found.parts}, str(path)


def test_totals_equal_plain_sql(connection: Any, rows: Any, retail: tuple[dict[str, Conformed], str]) -> None:
    parts, path = retail
    plain = connection.con.execute(
        f"""SELECT count(DISTINCT InvoiceNo), count(DISTINCT (InvoiceNo, StockCode)),
        sum(Quantity * UnitPrice::DECIMAL(18, 4)), sum(Quantity) FROM '{path}'"""
    ).fetchone()
    orders, lines = parts["orders"].good, parts["order_lines"].good
    (of_orders,) = rows(orders.agg(n=orders.count(), amount=orders.amount.sum(), quantity=orders.quantity.sum()))
    (of_lines,) = rows(lines.agg(n=lines.count(), amount=lines.amount.sum(), quantity=lines.quantity.sum()))
    assert plain == (of_orders["n"], of_lines["n"], of_orders["amount"], of_orders["quantity"])
    assert (of_lines["amount"], of_lines["quantity"]) == plain[2:]
    assert rows(parts["orders"].rejected) == rows(parts["order_lines"].rejected) == []


def test_cancellations_return_and_guests_stay(rows: Any, retail: tuple[dict[str, Conformed], str]) -> None:
    orders = retail[0]["orders"].good
    counted = orders.group_by("status").agg(
        n=lambda t: t.count(), guests=lambda t: t.is_guest.sum(), amount=lambda t: t.amount.sum()
    )
    assert {r["status"]: (r["n"], r["guests"], r["amount"]) for r in rows(counted)} == {
        "completed": (22_061, 3_525, Decimal("10655622.4840")),
        "returned": (3_836, 182, Decimal("-896812.4900")),
        "cancelled": (3, 3, Decimal("-11062.0600")),
    }
    assert rows(orders.filter(orders.is_guest != orders.customer_id.isnull())) == []


def test_a_line_that_cannot_be_read_refuses_its_order(connection: Any, rows: Any) -> None:
    names = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")
    lines = [("1", "a", "2", "2011-01-01", "1.5", "c"), ("1", "b", "x", "2011-01-01", "1", "c"),
             ("2", "a", "１", "2011-01-02", "¥9", "")]  # fmt: skip
    source = open_source([dict(zip(names, line, strict=True)) for line in lines], connection=connection)
    orders, order_lines = (conform(p.table, p.mapping, Reading()) for p in source.parts())
    assert [(r["order_id"], r["amount"], r["is_guest"]) for r in rows(orders.good)] == [("2", Decimal(9), True)]
    assert [(r["row_number"], r["reason"]) for r in rows(orders.rejected)] == [(1, "required_empty")]
    assert len(rows(order_lines.good)) == 3
