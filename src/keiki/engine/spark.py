"""Spark as an engine: the same expressions over the very Parquet files of the lake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from keiki.errors import SparkMissing

if TYPE_CHECKING:
    from ibis.backends.pyspark import Backend
    from pyspark.sql import SparkSession

    from keiki.engine.connect import Facts, SharedTable

TYPES = {
    "string": "STRING",
    "float64": "DOUBLE",
    "int64": "BIGINT",
    "date": "DATE",
    "boolean": "BOOLEAN",
}


@dataclass
class SparkEngine:
    """Answers by Spark from the Parquet files that the lake lists for a snapshot."""

    facts: Facts
    backend: Backend
    session: SparkSession
    _known: dict[tuple[str, int], ir.Table] = field(default_factory=dict, repr=False)
    _guard: threading.RLock = field(default_factory=threading.RLock, repr=False)

    together: ClassVar[int] = 1
    """Spark shares out one query by itself."""

    @classmethod
    def connect(cls, facts: Facts, address: str) -> SparkEngine:
        """Spark in this process for `spark://local[2]`, else the cluster at `spark://host:port`."""
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise SparkMissing() from error
        rest = address.removeprefix("spark://")
        local = rest.startswith("local")
        builder: Any = SparkSession.builder.appName("keiki").master(rest if local else address)
        if local:
            # A session in this process needs neither its web page nor hundreds of tiny tasks.
            builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.sql.shuffle.partitions", "4")
        session = (
            builder.config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.debug.maxToStringFields", "1000")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .getOrCreate()
        )
        return cls(facts, ibis.pyspark.connect(session), session)

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table:
        """A fact as of a snapshot (None: the newest)."""
        version = self.facts.snapshot() if snapshot is None else snapshot
        with self._guard:
            if (fact, version) not in self._known:
                self._known[fact, version] = self._view(fact, version)
            return self._known[fact, version]

    def columns(self, snapshot: int) -> tuple[tuple[str, str, str], ...]:
        """Fact, column and type of every column in a snapshot, in order."""
        return self.facts.columns(snapshot)

    def compile(self, expression: ir.Expr) -> str:
        """The expression as Spark SQL."""
        return str(ibis.to_sql(expression, dialect="pyspark"))

    def run(self, query: ir.Expr | str) -> pa.Table:
        """The rows of an expression or of SQL that `compile` made."""
        if isinstance(query, str):
            return self.session.sql(query).toArrow()
        return query.as_table().to_pyarrow()

    def batches(self, sql: str, size: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of SQL that `compile` made, so many at a time; a partition is in memory, never all of them."""
        rows = self.session.sql(sql).toLocalIterator()
        while part := [row.asDict() for row in islice(rows, size)]:
            yield part

    def holds(self, snapshot: int) -> bool:
        """None: what Spark is asked is too large for the memory of one process."""
        return False

    def hold(self, one: SharedTable) -> ir.Table:
        raise NotImplementedError(one.name)

    def close(self) -> None:
        """Forget the views; the session is shared by everyone in this process and stays."""
        for fact, version in self._known:
            self.session.catalog.dropTempView(f"{fact}__{version}")
        self._known.clear()

    def _view(self, fact: str, version: int) -> ir.Table:
        schema = self.facts.table(fact, version).schema()
        # Columns that came later are missing in older files: the declared schema reads them as empty.
        columns = ", ".join(f"`{column.replace('`', '``')}` {_type(kind)}" for column, kind in schema.items())
        files = self.facts.files(fact, version)
        frame = (
            self.session.read.schema(columns).parquet(*files) if files else self.session.createDataFrame([], columns)
        )
        view = f"{fact}__{version}"
        frame.createOrReplaceTempView(view)
        return self.backend.table(view)


def _type(kind: Any) -> str:
    if kind.is_decimal():
        return f"DECIMAL({kind.precision},{kind.scale})"
    return "TIMESTAMP_NTZ" if kind.is_timestamp() else TYPES[str(kind.copy(nullable=True))]
