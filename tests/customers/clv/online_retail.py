"""The real orders of Online Retail: invoices of known customers that were not cancelled, 1 December 2010 to 9 December
2011.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from keiki.customers.clv.grouped import History

INVOICES = """
    SELECT InvoiceNo AS order_id, CAST(CAST(min(CustomerID) AS BIGINT) AS VARCHAR) AS customer_id,
        strftime(min(InvoiceDate), '%Y-%m-%d %H:%M:%S') AS ordered_at, round(sum(Quantity * UnitPrice), 2) AS amount
    FROM read_parquet(?)
    WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND Quantity > 0 AND UnitPrice > 0
    GROUP BY InvoiceNo
"""
LAST = date(2011, 12, 9)


def invoices(folder: Path) -> list[dict[str, Any]]:
    """One row per invoice, as the fact `orders` wants it."""
    found = duckdb.execute(INVOICES, [str(folder / "online_retail" / "online_retail.parquet")])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def history(folder: Path) -> History:
    """Its customers in days."""
    days: dict[str, set[date]] = {}
    for row in invoices(folder):
        days.setdefault(row["customer_id"], set()).add(date.fromisoformat(row["ordered_at"][:10]))
    rows = [(len(each) - 1, (max(each) - min(each)).days, (LAST - min(each)).days) for each in days.values()]
    return History.of(*zip(*rows, strict=True))
