"""Tables worked out once and held in memory, compressed, beside the lake: what many questions are answered from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import closing, suppress
from typing import Any

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from keiki.engine.connect import HELD, LAKE, SharedTable, name

LARGEST = 128 * 1024**2
"""Bytes of all facts together, as they lie on the disk, up to which what is made of them is held."""
MOST = 32
"""Tables held at once; the one that nobody asked for the longest makes room."""


class Held:
    """The tables held for one lake by its measuring connection."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._tables: OrderedDict[str, ir.Table] = OrderedDict()
        self._room: dict[int, bool] = {}
        self._guard = threading.RLock()

    def has_room(self, snapshot: int) -> bool:
        """Whether the facts are few enough to hold what is made of them; looked up once for a snapshot."""
        with self._guard:
            if snapshot not in self._room:
                size = self._run(f"SELECT coalesce(sum(file_size_bytes), 0) FROM ducklake_table_info('{LAKE}')")
                self._room[snapshot] = size <= LARGEST
            return self._room[snapshot]

    def table(self, one: SharedTable) -> ir.Table:
        """The rows of a shared table, worked out when they are not there yet or no longer."""
        with self._guard:
            if one.name not in self._tables:
                for each in one.made_of:
                    self.table(each)
                self._run(f"CREATE OR REPLACE TABLE {HELD}.main.{name(one.name)} AS {one.sql}")
                with suppress(duckdb.Error):  # without it the table is only larger
                    self._run(f"CHECKPOINT {HELD}")
                self._tables[one.name] = self._backend.table(one.name, database=(HELD, "main"))
            self._tables.move_to_end(one.name)
            while len(self._tables) > MOST:
                self._run(f"DROP TABLE IF EXISTS {HELD}.main.{name(self._tables.popitem(last=False)[0])}")
            return self._tables[one.name]

    def _run(self, sql: str) -> Any:
        with closing(self._backend.con.cursor()) as cursor:
            row = cursor.execute(sql).fetchone()
            return row[0] if row else None
