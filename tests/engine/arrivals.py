"""Rows made ready for the lake, as an import of a file would make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ibis
import pyarrow as pa

from keiki.engine.imports import Import, Ready
from keiki.engine.store import DuckLake
from keiki.facts import FACTS
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping

DEFAULTS = {
    "orders": {"customer_id": "c1", "ordered_at": "2026-01-05 10:00", "amount": "100"},
    "costs": {"spent_on": "2026-01-05"},
}


def ready(fact: str, rows: Sequence[dict[str, Any]]) -> Ready:
    """Rows as text cells, conformed; what a row does not say comes from `DEFAULTS`."""
    filled = [DEFAULTS.get(fact, {}) | row for row in rows]
    return of_table(fact, ibis.memtable(pa.Table.from_pylist(filled)))


def of_table(fact: str, table: ibis.Table) -> Ready:
    """A table whose columns have the fact's own names."""
    declared = {column.name for column in FACTS[fact].loadable}
    mapping = Mapping.of(fact, **{c: c for c in table.columns if c in declared})
    return Ready.of(conform(table, mapping, Reading()), mapping)


def orders(**amounts: str | int) -> Ready:
    """Orders by id and amount: `orders(a=1, b=2)`."""
    return ready("orders", [{"order_id": id_, "amount": str(amount)} for id_, amount in amounts.items()])


def load(lake: DuckLake, *parts: Ready, source: str = "shop.csv", **options: Any) -> Import:
    return lake.import_parts(parts, source=source, **options)


def amounts(lake: DuckLake, snapshot: int | None = None) -> dict[str, int]:
    """The orders of the lake: id → amount."""
    table = lake.table("orders", snapshot).select("order_id", "amount").to_pyarrow()
    assert table.num_rows == len(set(table["order_id"].to_pylist()))
    return {row["order_id"]: int(row["amount"]) for row in table.to_pylist()}


def counts(one: Import) -> dict[str, int]:
    """What an import did, without the zeros."""
    names: Iterable[str] = ("added", "changed", "unchanged", "removed", "rejected")
    return {name: getattr(one, name) for name in names if getattr(one, name)}
