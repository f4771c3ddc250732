"""What an engine is, and the one in this process: DuckDB over a business's lake."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from keiki.engine.held import Held, SharedTable

MOST_TOGETHER = 4


class Facts(Protocol):
    """What an engine needs of a lake: its facts as tables, or as a list of Parquet files."""

    @property
    def backend(self) -> Backend: ...

    def snapshot(self) -> int: ...

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table: ...

    def columns(self, snapshot: int) -> tuple[tuple[str, str, str], ...]: ...

    def files(self, fact: str, snapshot: int | None = None) -> tuple[str, ...]: ...

    @property
    def held(self) -> Held: ...


class Engine(Protocol):
    """Where a query runs. The same Ibis expressions give the same rows on every engine."""

    @property
    def together(self) -> int:
        """How many queries are worth asking at once, from threads."""

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table:
        """A fact as of a snapshot (None: the newest), with 0 rows when nothing was loaded."""

    def columns(self, snapshot: int) -> tuple[tuple[str, str, str], ...]:
        """Fact, column and type of every column in a snapshot, in order; opens no table."""

    def compile(self, expression: ir.Expr) -> str:
        """The expression as this engine's SQL."""

    def run(self, query: ir.Expr | str) -> pa.Table:
        """The rows of an expression or of SQL that `compile` made."""

    def batches(self, sql: str, size: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of SQL that `compile` made, so many at a time: memory does not grow with them. Who stops asking ends
        the query.
        """

    def holds(self, snapshot: int) -> bool:
        """Whether tables made of the facts of a snapshot are worth holding."""

    def hold(self, one: SharedTable) -> ir.Table:
        """A table to be asked again, worked out at the first time (a wide one when its rows are asked for again); only
        where the engine `holds` any.
        """

    def close(self) -> None:
        """Give back what the engine holds."""


@dataclass
class DuckDBEngine:
    """Answers from the lake by DuckDB, in this process."""

    facts: Facts
    _guard: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def together(self) -> int:
        """Small queries keep one core busy each; more of them than this only wait for each other."""
        return min(os.cpu_count() or 1, MOST_TOGETHER)

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table:
        return self.facts.table(fact, snapshot)

    def columns(self, snapshot: int) -> tuple[tuple[str, str, str], ...]:
        return self.facts.columns(snapshot)

    def compile(self, expression: ir.Expr) -> str:
        return str(self.facts.backend.compile(expression.as_table()))

    def run(self, query: ir.Expr | str) -> pa.Table:
        backend = self.facts.backend
        if isinstance(query, str):
            return self._answer(query)
        if query.op().find(ops.InMemoryTable):
            # Rows handed over from Python are known to the main connection only: one such query at a time.
            with self._guard:
                return query.as_table().to_pyarrow()
        return self._answer(backend.compile(query)).cast(query.as_table().schema().to_pyarrow())

    def _answer(self, sql: str) -> pa.Table:
        """Rows by a cursor of its own, so that threads do not wait for each other."""
        self.facts.held.asked(sql)
        cursor = self.facts.backend.con.cursor()
        try:
            return cursor.execute(sql).to_arrow_table()
        finally:
            cursor.close()

    def batches(self, sql: str, size: int) -> Iterator[list[dict[str, Any]]]:
        cursor = self.facts.backend.con.cursor()
        try:
            for batch in cursor.execute(sql).to_arrow_reader(size):
                yield batch.to_pylist()
        finally:
            cursor.close()

    def holds(self, snapshot: int) -> bool:
        return self.facts.held.has_room(snapshot)

    def hold(self, one: SharedTable) -> ir.Table:
        return self.facts.held.table(one)

    def close(self) -> None:
        """Nothing to give back: the connection belongs to the lake."""
