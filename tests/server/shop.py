"""A shop with four months of orders, small enough to check by hand: 2026-07 to 2026-10 and ten days of November."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from keiki.engine.business import open_business
from keiki.engine.imports import Ready
from keiki.engine.settings import Settings
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping

# month → (orders, amount of each): 10 × 1,000 … in October fewer and cheaper
MONTHS = {
    (2026, 7): (10, 1_000),
    (2026, 8): (12, 1_000),
    (2026, 9): (20, 1_000),
    (2026, 10): (16, 900),
    (2026, 11): (8, 1_000),
}


def orders() -> list[dict[str, Any]]:
    """The orders: one per day from the first of each month on, by channel in turn, ten customers in turn."""
    rows = []
    for (year, month), (count, amount) in MONTHS.items():
        for place in range(count):
            rows.append(
                {
                    "order_id": f"{year}{month:02d}-{place}",
                    "customer_id": f"C{place % 10}",
                    "ordered_at": f"{date(year, month, 1 + place % 10)} 12:00:00",
                    "amount": amount,
                    "channel": ("organic", "email")[place % 2],
                }
            )
    return rows


def make_shop(folder: Path) -> None:
    """A business folder that holds those orders."""
    rows = orders()
    mapping = Mapping.of("orders", **{name: name for name in rows[0]})
    with open_business(folder, Settings(name="Tea shop")) as business:
        conformed = conform(ibis.memtable(pa.Table.from_pylist(rows)), mapping, business.reading)
        business.lake.import_parts([Ready.of(conformed, mapping)], source="orders.csv")
