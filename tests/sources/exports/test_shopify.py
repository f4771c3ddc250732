"""Shopify orders: lines grouped, order fields filled down, every order's own total says how to read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.sources import guess, open_source

HEADER = (
    *("Name", "Email", "Financial Status", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code"),
    *("Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku"),
    *("Refunded Amount", "Source", "Payment Method", "Billing Name"),
)
LINES = [
    # net of discount, tax on top: 20 + 5 + 2 = 27
    "#1,A@x.jp,paid,20,5,2,27,SPRING,4,2025-01-05 10:00:00 +0900,2,Tea,10,T1,0,web,card,Zoltan",
    "#1,A@x.jp,,,,,,,,2025-01-05 10:00:00 +0900,1,Cup,4,C1,,,,",
    # gross of discount, as older files: 30 - 10 + 0 + 3 = 23
    "#2,b@x.jp,partially_refunded,30,0,3,23,,10,2025-01-06 10:00:00 +0900,3,Tea,10,T1,5,pos,cash,Bob",
    # prices with tax: 1100 + 550 = 1650, of it 150 tax
    "#3,,refunded,1100,550,150,1650,,0,2025-01-07 10:00:00 +0900,1,Pot,1100,,1100,web,card,",
    "#4,a@x.jp,voided,10,0,0,10,,0,2025-01-08 10:00:00 +0900,1,Tea,10,T1,0,web,card,Zoltan",
]


def export(tmp_path: Path) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *(line.split(",") for line in LINES)])
    path = tmp_path / "orders_export.csv"
    path.write_text(text.getvalue())
    return path


def test_orders_and_lines(connection: Any, rows: Callable[..., Any], tmp_path: Path) -> None:
    found = guess(open_source(export(tmp_path), connection=connection))
    assert found.export == "shopify"
    orders, lines = (conform(p.table, p.mapping, Reading()) for p in found.parts)
    good = {r["order_id"]: r for r in rows(orders.good)}
    assert {k: (r["amount"], r["status"], r["is_guest"], r["quantity"], r["channel"]) for k, r in good.items()} == {
        "#1": (Decimal(20), "completed", False, 3.0, "direct"),
        "#2": (Decimal(15), "completed", False, 3.0, "offline"),
        "#3": (Decimal(-100), "returned", True, 1.0, "direct"),
        "#4": (Decimal(10), "cancelled", False, 1.0, "direct"),
    }
    assert good["#1"]["ordered_at"] == datetime(2025, 1, 5, 1)
    assert good["#1"]["customer_id"] == good["#4"]["customer_id"] != good["#2"]["customer_id"]
    assert good["#3"]["customer_id"] is None
    assert rows(orders.rejected) == []
    bought = sorted((r["order_id"], r["product_id"], r["quantity"], r["amount"]) for r in rows(lines.good))
    assert bought == [
        ("#1", "C1", 1.0, Decimal(4)),
        ("#1", "T1", 2.0, Decimal(20)),
        ("#2", "T1", 3.0, Decimal(30)),
        ("#3", "Pot", 1.0, Decimal(1100)),
        ("#4", "T1", 1.0, Decimal(10)),
    ]


def test_no_personal_column_enters(connection: Any, rows: Callable[..., Any], tmp_path: Path) -> None:
    for part in guess(open_source(export(tmp_path), connection=connection)).parts:
        written = str(rows(conform(part.table, part.mapping, Reading()).good)).lower()
        assert "@" not in written
        assert "zoltan" not in written
