"""Rows made ready for the lake: conformed from text as a file's would be, or already typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa

from keiki.engine.imports import Import, Ready
from keiki.engine.store import DuckLake
from keiki.facts import FACTS
from keiki.facts.casts import Reading
from keiki.facts.conform import Conformed, conform
from keiki.facts.contract import Kind
from keiki.facts.mapping import Mapping

ARROW = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.INTEGER: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}
PROBLEMS = pa.list_(pa.struct([("column", pa.string()), ("value", pa.string()), ("reason", pa.string())]))
WHEN = {"ordered_at": datetime(2026, 1, 5, 1), "spent_on": date(2026, 1, 5)}


def conformed(fact: str, rows: Sequence[dict[str, Any]]) -> Ready:
    """Rows of text, read as a file's would be; every column has the fact's own name."""
    table = ibis.memtable(pa.Table.from_pylist(list(rows)))
    declared = {column.name for column in FACTS[fact].loadable}
    mapping = Mapping.of(fact, **{c: c for c in table.columns if c in declared})
    return Ready.of(conform(table, mapping, Reading()), mapping)


def typed(fact: str, rows: Sequence[dict[str, Any]], **dimensions: pa.DataType) -> Ready:
    """Good rows that have the lake's types already, so that a test does not wait for `conform`."""
    kinds = {c.name: ARROW[c.kind] for c in FACTS[fact].loadable} | dimensions
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: pa.array([row.get(name) for row in rows], kinds[name]) for name in names}
    columns |= {"_row": pa.array(range(1, len(rows) + 1), pa.int64()), "_problems": pa.nulls(len(rows), PROBLEMS)}
    return Ready(fact, Conformed(FACTS[fact], ibis.memtable(pa.table(columns)), True, tuple(dimensions)))


def orders(*pairs: tuple[str, int], **amounts: int) -> Ready:
    """Orders by id and amount: `orders(a=1, b=2)`, or pairs where an id comes twice."""
    common = {"customer_id": "c1", "ordered_at": WHEN["ordered_at"]}
    rows = [{"order_id": id_, "amount": Decimal(amount)} | common for id_, amount in (*pairs, *amounts.items())]
    return typed("orders", rows)


def costs(*amounts: int) -> Ready:
    """Cost entries, which have no key."""
    return typed("costs", [{"spent_on": WHEN["spent_on"], "amount": Decimal(amount)} for amount in amounts])


def load(lake: DuckLake, *parts: Ready, source: str = "shop.csv", **options: Any) -> Import:
    return lake.import_parts(parts, source=source, **options)


def amounts(lake: DuckLake, snapshot: int | None = None) -> dict[str, int]:
    """The orders of the lake: id → amount."""
    rows = lake.table("orders", snapshot).select("order_id", "amount").to_pyarrow().to_pylist()
    found = {row["order_id"]: int(row["amount"]) for row in rows}
    assert len(found) == len(rows)
    return found


def spent(lake: DuckLake, snapshot: int | None = None) -> list[int]:
    """The cost entries of the lake, by amount."""
    return sorted(int(amount) for amount in lake.table("costs", snapshot).amount.to_pyarrow().to_pylist())


def counts(one: Import) -> dict[str, int]:
    """What an import did, without the zeros."""
    names = ("added", "changed", "unchanged", "removed", "rejected")
    return {name: getattr(one, name) for name in names if getattr(one, name)}
