"""Tables in memory, compressed, beside the lake: what is worked out once for many questions, and facts read often."""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from keiki.engine.connect import HELD, LAKE, name
from keiki.errors import UnknownSnapshot
from keiki.facts import FACTS

LARGEST = 128 * 1024**2
"""Bytes of all facts together, as they lie on the disk, up to which what is made of them is held."""
MOST = 32
"""Shared tables held at once; the one that nobody asked for the longest makes room."""
OFTEN = 6
"""Questions to a fact after which its rows are held, and one more for every megabyte that has to be copied."""
READ: Final = re.compile(rf'"({"|".join(FACTS)})__([0-9]+)"')
"""How the SQL of a question names a fact at a snapshot."""
NAMED: Final = re.compile(rf'"{HELD}"\."main"\."([^"]+)"')
"""How it names a shared table."""


@dataclass(frozen=True)
class SharedTable:
    """What is worked out from the facts of a snapshot for many questions: the name of its rows, the SQL of them, the
    shared tables that this SQL reads, and whether a question reads few of its many columns.
    """

    name: str
    snapshot: int
    sql: str
    made_of: tuple[SharedTable, ...] = ()
    wide: bool = False


class Held:
    """The tables held for one lake by its measuring connection.

    `view` makes the view through which a fact at a snapshot is read from the lake; while its rows are held, the view
    of that name reads them instead: planning a question takes a tenth of the time.
    """

    def __init__(self, backend: Backend, view: Callable[[str, int], object]) -> None:
        self._backend = backend
        self._view = view
        self._tables: OrderedDict[str, ir.Table] = OrderedDict()
        self._wide: dict[str, SharedTable] = {}
        self._asked_once: set[str] = set()
        self._sizes: dict[int, dict[str, int]] = {}
        self._asked: Counter[tuple[str, int]] = Counter()
        self._facts: set[tuple[str, int]] = set()
        self._guard = threading.RLock()

    def has_room(self, snapshot: int) -> bool:
        """Whether the facts are few enough to hold what is made of them; looked up once for a snapshot."""
        with self._guard:
            return sum(self._size(snapshot).values()) <= LARGEST

    def table(self, one: SharedTable) -> ir.Table:
        """A shared table, its rows worked out when they are not there yet or no longer.

        One that is wide is a view at first: a single question works out only the columns it reads.
        """
        with self._guard:
            if one.name not in self._tables:
                for each in one.made_of:
                    self.table(each)
                if one.wide:
                    self._run(f"CREATE OR REPLACE VIEW {HELD}.main.{name(one.name)} AS {one.sql}")
                    self._wide[one.name] = one
                else:
                    self._make(one.name, one.sql)
                self._tables[one.name] = self._described(one.name)
            self._tables.move_to_end(one.name)
            while len(self._tables) > MOST:
                self._drop(self._tables.popitem(last=False)[0])
            return self._tables[one.name]

    def asked(self, sql: str) -> None:
        """Count the facts that a question reads; rows of one that is asked for often are held from now on, and those
        of a wide table that is asked for again.

        Facts at an older snapshot are read from the lake again: the newest state is what people look at.
        """
        with self._guard:
            for wide in set(NAMED.findall(sql)) & self._wide.keys():
                if wide in self._asked_once:
                    self._make(wide, self._wide[wide].sql, of_view=True)
                    del self._wide[wide]
                self._asked_once ^= {wide}
            for fact, version in set(READ.findall(sql)):
                snapshot = int(version)
                self._asked[fact, snapshot] += 1
                for old in [each for each in self._facts if each[1] < snapshot]:
                    self._let_go(*old)
                often = OFTEN + self._size(snapshot).get(fact, 0) // 1024**2
                if self._asked[fact, snapshot] == often and self.has_room(snapshot):
                    self._take(fact, snapshot)

    def _described(self, table: str) -> ir.Table:
        """A table as Ibis knows it, asked for by a cursor of its own: threads share the connection."""
        with closing(self._backend.con.cursor()) as cursor:
            columns = cursor.execute(f"DESCRIBE {HELD}.main.{name(table)}").fetchall()
        schema = ibis.schema({each[0]: self._backend.compiler.type_mapper.from_string(each[1]) for each in columns})
        where = ops.Namespace(catalog=HELD, database="main")
        return ops.DatabaseTable(table, schema=schema, source=self._backend, namespace=where).to_expr()

    def _drop(self, table: str) -> None:
        self._asked_once.discard(table)
        kind = "TABLE" if self._wide.pop(table, None) is None else "VIEW"
        self._run(f"DROP {kind} IF EXISTS {HELD}.main.{name(table)}")

    def _take(self, fact: str, snapshot: int) -> None:
        if not self._size(snapshot).get(fact):  # no rows are read fastest from nowhere
            return
        view = name(f"{fact}__{snapshot}")
        self._make(f"{fact}__{snapshot}", f"SELECT * FROM {view}")
        self._run(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {HELD}.main.{view}")
        self._facts.add((fact, snapshot))

    def _let_go(self, fact: str, snapshot: int) -> None:
        self._facts.discard((fact, snapshot))
        with suppress(UnknownSnapshot):  # forgotten for good: nobody can ask for it any more
            self._view(fact, snapshot)
        self._run(f"DROP TABLE IF EXISTS {HELD}.main.{name(f'{fact}__{snapshot}')}")

    def _make(self, table: str, sql: str, *, of_view: bool = False) -> None:
        """Work rows out; in place of a view at one moment for whoever asks meanwhile."""
        with closing(self._backend.con.cursor()) as cursor:
            cursor.begin()
            if of_view:
                cursor.execute(f"DROP VIEW {HELD}.main.{name(table)}")
            cursor.execute(f"CREATE OR REPLACE TABLE {HELD}.main.{name(table)} AS {sql}")
            cursor.commit()
        with suppress(duckdb.Error):  # without it the table is only larger
            self._run(f"CHECKPOINT {HELD}")

    def _size(self, snapshot: int) -> dict[str, int]:
        """Bytes of every table on the disk, looked up once for a snapshot."""
        if snapshot not in self._sizes:
            with closing(self._backend.con.cursor()) as cursor:
                rows = cursor.execute(
                    f"SELECT table_name, file_size_bytes FROM ducklake_table_info('{LAKE}')"
                ).fetchall()
            self._sizes[snapshot] = {table: size or 0 for table, size in rows}
        return self._sizes[snapshot]

    def _run(self, sql: str) -> Any:
        with closing(self._backend.con.cursor()) as cursor:
            row = cursor.execute(sql).fetchone()
            return row[0] if row else None
