"""Spark as an engine: the same expressions over the very Parquet files of the lake."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from typing import TYPE_CHECKING, Any, ClassVar, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from keiki.errors import SparkMissing

if TYPE_CHECKING:
    from ibis.backends.pyspark import Backend
    from pyspark.sql import DataFrame, SparkSession

    from keiki.engine.engine import Facts
    from keiki.engine.held import SharedTable

TYPES = {
    "string": "STRING",
    "float64": "DOUBLE",
    "int64": "BIGINT",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
MOST_READ: Final = 40
"""Reads of tables in one statement; beyond them planning takes longer than working out the common tables one by one."""
ONE_PART: Final = 16 * 2**20
"""Bytes of files up to which a fact is one part: its rows are never moved between parts, which takes longer."""
TOKEN: Final = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`|[()]", re.DOTALL)
READ: Final = re.compile(r"\b(?:FROM|JOIN) `([^`]+)`(?!\.)")
WORK: Final = re.compile(r"\b(?:DISTINCT|JOIN|UNION|OVER|LIMIT|(?:GROUP|ORDER) BY)\b")
"""Words of a SELECT that does more than to pick rows or columns."""
_numbers = count(1)


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
            return self._answer(query)
        table = query.as_table()
        self.backend._run_pre_execute_hooks(table)  # rows handed over from Python become views
        return self._answer(self.compile(table)).cast(table.schema().to_pyarrow())

    def batches(self, sql: str, size: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of SQL that `compile` made, so many at a time; a partition is in memory, never all of them."""
        with self._asked(sql) as frame:
            rows = frame.toLocalIterator()
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

    def _answer(self, sql: str) -> pa.Table:
        with self._asked(sql) as frame:
            return frame.toArrow()

    @contextmanager
    def _asked(self, sql: str) -> Iterator[DataFrame]:
        """The rows of a statement, to be read before the end of the block.

        Spark puts a common table wherever it is read: ten that read each other become a thousand. Of a statement
        that would grow so far each common table is worked out once, before those that read it, and forgotten in the
        end; one that only picks rows or columns is not worth that.
        """
        tables, rest = common_tables(sql)
        if not tables or reads(tables, rest) <= MOST_READ:
            yield self.session.sql(sql)
            return
        number = next(_numbers)
        views = {each: f"{each}__{number}" for each in tables}
        with ExitStack() as made:
            for each, body in tables.items():
                kept = self._reading(views, body)
                if WORK.search(body):
                    kept = kept.localCheckpoint()
                    made.callback(_forget, kept)
                kept.createOrReplaceTempView(views[each])
                made.callback(self.session.catalog.dropTempView, views[each])
            yield self._reading(views, rest)

    def _reading(self, views: Mapping[str, str], select: str) -> DataFrame:
        """A SELECT over common tables that are worked out."""
        read = [name for name in dict.fromkeys(READ.findall(select)) if name in views]
        named = ", ".join(f"`{name}` AS (SELECT * FROM `{views[name]}`)" for name in read)
        return self.session.sql(f"WITH {named} {select}" if named else select)

    def _view(self, fact: str, version: int) -> ir.Table:
        schema = self.facts.table(fact, version).schema()
        # Columns that came later are missing in older files: the declared schema reads them as empty.
        columns = ", ".join(f"`{column.replace('`', '``')}` {_type(kind)}" for column, kind in schema.items())
        files = self.facts.files(fact, version)
        frame = (
            self.session.read.schema(columns).parquet(*files) if files else self.session.createDataFrame([], columns)
        )
        if files and _bytes(frame) <= ONE_PART:
            frame = frame.coalesce(1)
        view = f"{fact}__{version}"
        frame.createOrReplaceTempView(view)
        return self.backend.table(view)


def _bytes(frame: DataFrame) -> int:
    """How many bytes the files of a table have, wherever they are."""
    plan: Any = frame._jdf
    return int(plan.queryExecution().analyzed().stats().sizeInBytes())


def _forget(kept: DataFrame) -> None:
    """Free the blocks of a checkpoint now: Spark itself does when Python and the JVM have both collected garbage."""
    plan: Any = kept._jdf
    plan.queryExecution().logical().rdd().unpersist(False)


def common_tables(sql: str) -> tuple[dict[str, str], str]:
    """The common tables of a statement that `compile` made, in order, and the SELECT after them.

    >>> common_tables("WITH `a` AS (SELECT ')' AS x), `b` AS (SELECT (1) AS y FROM `a`) SELECT * FROM `b`")
    ({'a': "SELECT ')' AS x", 'b': 'SELECT (1) AS y FROM `a`'}, ' SELECT * FROM `b`')
    """
    tables: dict[str, str] = {}
    name, depth, start = "", 0, 0
    for token in TOKEN.finditer(sql) if sql.startswith("WITH ") else ():
        sign = token[0]
        if sign == "(":
            depth += 1
            start = token.end() if depth == 1 else start
        elif sign == ")":
            depth -= 1
            if depth == 0:
                tables[name] = sql[start : token.start()]
                if sql[token.end()] != ",":
                    return tables, sql[token.end() :]
        elif depth == 0:
            name = sign[1:-1]
    return {}, sql


def reads(tables: Mapping[str, str], rest: str) -> int:
    """How many tables a statement reads once its common tables stand wherever they are read.

    >>> reads({"a": "SELECT * FROM `x` JOIN `y`", "b": "SELECT * FROM `a` JOIN `a`"}, "SELECT * FROM `b` JOIN `a`")
    6
    """
    read: dict[str, int] = {}
    for name, body in tables.items():
        read[name] = sum(read.get(each, 1) for each in READ.findall(body))
    return sum(read.get(each, 1) for each in READ.findall(rest))


def _type(kind: Any) -> str:
    if kind.is_decimal():
        return f"DECIMAL({kind.precision},{kind.scale})"
    return "TIMESTAMP_NTZ" if kind.is_timestamp() else TYPES[str(kind.copy(nullable=True))]
