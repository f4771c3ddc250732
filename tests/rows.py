"""Small facts for tests: a few rows become whole tables with the columns and types of the contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from keiki.facts import FACTS, Kind

Rows = Sequence[Mapping[str, Any]]

TYPES = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.INTEGER: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}
SPANS = pa.schema(
    {
        "period": pa.int64(),
        "start_date": pa.date32(),
        "end_date": pa.date32(),
        "start_at": pa.timestamp("us"),
        "end_at": pa.timestamp("us"),
    }
)


def fact_rows(name: str, rows: Rows = ()) -> pa.Table:
    """Rows of a fact with every loadable column; those not given are empty, numbers for money become exact."""
    columns = FACTS[name].loadable
    unknown = {key for row in rows for key in row} - {column.name for column in columns}
    assert not unknown, f"{name} has no columns {sorted(unknown)}"
    return pa.table({c.name: pa.array([_typed(r.get(c.name), c.kind) for r in rows], TYPES[c.kind]) for c in columns})


def _typed(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.MONEY:
        return Decimal(str(value)).quantize(Decimal("0.0001"))
    if kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if kind is Kind.TIMESTAMP and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def span_rows(*days: str, zone: str = "Asia/Tokyo") -> pa.Table:
    """Neighbouring periods between the given days: three days make two periods."""
    dates = [date.fromisoformat(day) for day in days]
    rows = [
        {"period": n, "start_date": a, "end_date": b, "start_at": instant(a, zone), "end_at": instant(b, zone)}
        for n, (a, b) in enumerate(pairwise(dates))
    ]
    return pa.Table.from_pylist(rows, SPANS)


def instant(day: date, zone: str = "Asia/Tokyo") -> datetime:
    """Midnight of a day as a naive UTC instant."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


class SmallLake:
    """All 13 facts in one DuckDB, empty until rows are put in; also asked in plain SQL by the references."""

    def __init__(self) -> None:
        self.connection = ibis.duckdb.connect()
        self.filled: set[str] = set()
        self.compiled: dict[ops.Node, str] = {}
        for name in FACTS:
            self._keep(name, fact_rows(name))

    def put(self, **rows: Rows) -> Mapping[str, ir.Table]:
        """The facts with these rows and nothing else."""
        for name in self.filled - set(rows):
            self._keep(name, fact_rows(name))
        for name, given in rows.items():
            self._keep(name, fact_rows(name, given))
        self.filled = set(rows)
        return {name: self._table(name, fact_rows(name).schema) for name in FACTS}

    def spans(self, *days: str) -> ir.Table:
        """Neighbouring periods as the table `spans`."""
        rows = span_rows(*days)
        self._keep("spans", rows)
        return self._table("spans", rows.schema)

    def rows(self, table: ir.Table, *columns: str) -> list[tuple[Any, ...]]:
        """What a model answers: the named columns (all when none are named), sorted; compiled once."""
        wanted = table.select(*columns) if columns else table
        asked = wanted.op()
        if asked.find(ops.InMemoryTable):
            found = self.connection.to_pyarrow(wanted)
        else:
            if asked not in self.compiled:
                self.compiled[asked] = self.connection.compile(wanted)
            answer = self.connection.raw_sql(self.compiled[asked]).to_arrow_table()
            found = answer.cast(wanted.schema().to_pyarrow())
        return _sorted([tuple(row.values()) for row in found.to_pylist()])

    def _keep(self, name: str, rows: pa.Table) -> None:
        """Make a table anew; Ibis would ask for its columns three times."""
        self.connection.con.register("given", rows)
        self.connection.raw_sql(f"CREATE OR REPLACE TABLE {name} AS FROM given")
        self.connection.con.unregister("given")

    def _table(self, name: str, schema: pa.Schema) -> ir.Table:
        kinds = ibis.Schema.from_pyarrow(schema)
        return ops.DatabaseTable(name, schema=kinds, source=self.connection, namespace=ops.Namespace()).to_expr()

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """What plain SQL answers, sorted."""
        return _sorted(self.connection.raw_sql(query).fetchall())


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: tuple((value is None, str(value)) for value in row))
