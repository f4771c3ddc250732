"""A business's lake: its facts as tables at any snapshot, its imports, and the way back."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from keiki.engine import connect, imports
from keiki.engine.answers import FILE as ANSWERS_FILE
from keiki.engine.answers import Answers
from keiki.engine.connect import LAKE, LakeSettings, make_compact, name, quoted
from keiki.engine.erased import is_marked, make_key
from keiki.engine.erasing import Erased, Erasing, Words, clear_statistics, is_known, words_of
from keiki.engine.held import Held
from keiki.engine.importing import Importing
from keiki.engine.imports import Import, Ready
from keiki.engine.refresh import Progress, Run, refresh, silent, taken, writing
from keiki.engine.tables import COLUMNS, TYPES, lacking, listing, make
from keiki.engine.undo import take_back
from keiki.errors import LakeUnreachable, NoSuchCustomer, UnknownSnapshot
from keiki.facts import FACTS
from keiki.facts import fact as fact_named

DAY = 86_400.0
PARQUET = re.compile(r"ducklake-[0-9a-f-]+\.parquet")


def open_lake(settings: LakeSettings) -> DuckLake:
    """Open a business's lake; made when it is not there, mended when the last writer was killed."""
    connect.prepare(settings)
    lake = DuckLake(settings)
    try:
        if not connect.has_catalogue(settings) or not lake.is_complete():
            lake.close()
            make(settings)
    except LakeUnreachable:
        make(settings)
    lake.sweep()
    return lake


class DuckLake:
    """The facts of one business. Readers may be many, in many processes; writers queue."""

    def __init__(self, settings: LakeSettings) -> None:
        self.settings = settings
        self._stack = ExitStack()
        self._backend: Backend | None = None
        self._held: Held | None = None
        self._views: dict[tuple[str, int], ir.Table] = {}
        self._known: set[int] = set()
        self._with_files: dict[int, frozenset[str]] = {}
        self._columns: dict[int, dict[str, dict[str, str]]] = {}
        self._guard = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connection. Using the lake again opens another."""
        with self._guard:
            self._backend = self._held = None
            self._views.clear()
            self._known.clear()
            self._with_files.clear()
            self._columns.clear()
            self._stack.close()

    @property
    def backend(self) -> Backend:
        """The measuring connection: reads this lake and nothing else."""
        with self._guard:
            if self._backend is None:
                self._backend = self._stack.enter_context(connect.measuring(self.settings))
            return self._backend

    @property
    def held(self) -> Held:
        """The tables that the measuring connection has worked out for many questions."""
        with self._guard:
            if self._held is None:
                self._held = Held(self.backend, self._view)
            return self._held

    # --- reading ---

    def snapshot(self) -> int:
        """The id of the newest published snapshot."""
        found = connect.newest_snapshot(self.settings)
        return int(self._fetch(f"SELECT id FROM {LAKE}.current_snapshot()")[0][0]) if found is None else found

    def moment(self, snapshot: int) -> str:
        """When a snapshot was committed: with its id it names one state, even where an older lake was put back."""
        sql = f"SELECT snapshot_time::VARCHAR FROM {LAKE}.snapshots() WHERE snapshot_id = {int(snapshot)}"
        return str(self._fetch(sql)[0][0])

    def snapshot_at(self, moment: datetime) -> int | None:
        """The newest state committed by an instant; None when there was none yet, or it has been forgotten."""
        told = quoted(moment.isoformat())
        sql = f"SELECT max(snapshot_id) FROM {LAKE}.snapshots() WHERE snapshot_time <= TIMESTAMPTZ {told}"
        found = self._fetch(sql)[0][0]
        return None if found is None else int(found)

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table:
        """A fact as of a snapshot (None: the newest): its loadable columns, the business's own, and `_import`."""
        fact_named(fact)
        version = self.snapshot() if snapshot is None else snapshot
        with self._guard:
            if (fact, version) not in self._views:
                self._views[fact, version] = self._view(fact, version)
            return self._views[fact, version]

    def columns(self, snapshot: int) -> tuple[tuple[str, str, str], ...]:
        """Fact, column and type of every column of a snapshot, in order, as the lake has them."""
        if snapshot != self.snapshot():
            return tuple(
                (fact, name, str(kind)) for fact in FACTS for name, kind in self.table(fact, snapshot).schema().items()
            )
        listed = "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        there = f"WHERE database_name = '{LAKE}' AND schema_name = 'facts' ORDER BY table_name, column_index"
        return tuple((fact, name, kind) for fact, name, kind in self._fetch(f"{listed} {there}"))

    def files(self, fact: str, snapshot: int | None = None) -> tuple[str, ...]:
        """The Parquet files that hold exactly the rows of a fact as of a snapshot."""
        version = self.snapshot() if snapshot is None else snapshot
        self._check(version)
        return tuple(sorted(row[0] for row in self._fetch(listing(fact, version))))

    def imports(self) -> tuple[Import, ...]:
        """The history of imports and undos, newest first."""
        return imports.read(self._fetch)

    def rejected(self, import_id: str, offset: int = 0, limit: int | None = None) -> pa.Table:
        """The rows an import did not take: fact, row, column, value, reason; in the order of the file."""
        some = "" if limit is None else f" LIMIT {int(limit)}"
        with closing(self.backend.con.cursor()) as cursor:
            return cursor.execute(
                f"""SELECT fact, row, "column", value, reason FROM {imports.REJECTED} WHERE _import = ?
                ORDER BY fact, row, "column", reason{some} OFFSET {int(offset)}""",
                [import_id],
            ).to_arrow_table()

    def is_complete(self) -> bool:
        """Whether every fact of the contract has its table and columns."""
        return not lacking(self._told(COLUMNS))

    # --- writing ---

    @contextmanager
    def importing(self, reads: Iterable[Path] | None = None) -> Iterator[Backend]:
        """A connection on which a source is opened; hand its rows to `import_parts` before it ends.

        Give the files it `reads` and it can read nothing else.
        """
        with connect.importing(self.settings, reads) as backend:
            yield backend

    def import_parts(
        self,
        parts: Sequence[Ready],
        *,
        source: str,
        mode: str = "upsert",
        fingerprint: str | None = None,
        progress: Progress = silent,
    ) -> Import:
        """Bring conformed rows into the lake as one transaction.

        `upsert` adds and overwrites by key (facts without key: adds); `append` adds and never overwrites; `replace`
        also removes the rows of the same `source` that came no more. The same `fingerprint` again changes nothing.
        Raises a `KeikiError` when nothing could be changed.
        """
        if mode not in ("upsert", "append", "replace"):
            raise ValueError(mode)
        mark = imports.fingerprint_of(fingerprint, parts, mode)
        with self._connection(parts) as backend:
            job = Importing(backend, self.settings, tuple(parts), source, mode, mark, progress)
            one = job()
        return one if one.already else self._entry(one.id)

    def undo(self, import_id: str, progress: Progress = silent) -> Import:
        """Take an import back; the undo is an entry of the history of its own."""
        with connect.importing(self.settings, ()) as backend:
            run = Run(backend.con, progress)
            done = refresh(self.settings, run, lambda: take_back(run, import_id))
        return self._entry(done.id)

    def check_customer(self, customer_id: str) -> None:
        """Raises `NoSuchCustomer` where no row names the customer and none did before they were erased."""
        if not is_known(self._fetch, customer_id) and not is_marked(self._fetch, self.settings, customer_id):
            raise NoSuchCustomer(customer=customer_id)

    def words_of(self, customer_id: str, also: Iterable[str] = ()) -> Words:
        """What a customer is called in the rows that are about them: what erasing them takes out of texts."""
        return words_of(self._fetch, customer_id, also)

    def erase(self, words: Words, new: str, progress: Progress = silent) -> Erased:
        """Take a person out of every fact, of this state and, since the earlier ones are deleted, of all.

        The rows stay with the random id `new` in place of the customer's. Done again for the same customer it deletes
        what an interrupted one left. Raises `NoSuchCustomer`, and changes nothing then.
        """
        make_key(self.settings)
        with connect.importing(self.settings, ()) as backend:
            run = Run(backend.con, progress)
            done = refresh(self.settings, run, lambda: Erasing(run, self.settings, words, new)())
        return replace(done, states=self._forget_for_good())

    def _forget_for_good(self) -> int:
        """Delete every state but the newest from the disk, and what catalogue and kept answers remember of them."""
        states = self.forget_snapshots(datetime.now(UTC))
        with connect.importing(self.settings, ()) as backend, writing(self.settings.lock_file):
            clear_statistics(Run(backend.con), self.settings)
        self.close()
        for file in (self.settings.catalogue_file, self.settings.folder / ANSWERS_FILE):
            if file.exists():
                make_compact(file)
        return states

    def forget_snapshots(self, before: datetime) -> int:
        """Delete the states older than an instant (UTC) for good, with their files and every answer kept from them; the
        number of states.

        Never done by itself: undo and "as reported then" need them. The newest state always stays.
        """
        with connect.importing(self.settings, ()) as backend, writing(self.settings.lock_file):
            moment = quoted(before.isoformat())
            call = f"CALL ducklake_expire_snapshots('{LAKE}', older_than => TIMESTAMPTZ {moment})"
            gone = backend.con.execute(call).fetchall()
            backend.con.execute(f"CALL ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)")
        kept = self.settings.folder / ANSWERS_FILE
        if kept.exists():
            with closing(Answers(kept)) as answers:
                answers.forget()
        self._known.clear()
        self._with_files.clear()
        return len(gone)

    def sweep(self) -> tuple[Path, ...]:
        """Delete Parquet files that no snapshot knows, left by a writer that was killed; those files.

        Only while no writer is at work. With a catalogue on a server also only files a day old: the server may
        still be committing for a writer that has died.
        """
        with self.settings.lock_file.open("w") as handle:
            if not taken(handle):
                return ()
            young = 0.0 if self.settings.catalogue is None else DAY
            there = [p for p in self.settings.data_folder.rglob("*.parquet") if PARQUET.search(p.name)]
            old = [p for p in there if time.time() - p.stat().st_mtime >= young]
            known = self._known_files() if old else set()
            orphans = tuple(p for p in old if p.name not in known)
            for orphan in orphans:
                orphan.unlink(missing_ok=True)
            return orphans

    # --- inside ---

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self.backend.con.cursor()) as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(sql).fetchall()
            return rows

    def _entry(self, import_id: str) -> Import:
        return next(one for one in self.imports() if one.id == import_id)

    def _check(self, version: int) -> None:
        if version in self._known:
            return
        if not self._fetch(f"SELECT 1 FROM {LAKE}.snapshots() WHERE snapshot_id = {int(version)}"):
            raise UnknownSnapshot(snapshot=version, newest=self.snapshot())
        self._known.add(version)

    def _view(self, fact: str, version: int) -> ir.Table:
        """A view in the measuring connection; columns the contract gained later are empty in older snapshots."""
        self._check(version)
        rows = f"SELECT * FROM {LAKE}.facts.{name(fact)} AT (VERSION => {int(version)})"
        had = self._columns_of(fact, version, rows)
        missing = {c.name: TYPES[c.kind] for c in FACTS[fact].loadable if c.name not in had}
        gained = [f", NULL::{kind} AS {name(column)}" for column, kind in missing.items()]
        view = f"{fact}__{version}"
        whole = rows.replace("*", f"*{''.join(gained)}", 1)
        if fact not in self._filled(version) or not self._fetch(f"SELECT 1 FROM ({rows}) LIMIT 1"):
            # Planning a query takes ten times as long over an empty table of the lake as over no rows of its types.
            columns = ", ".join(f"NULL::{kind} AS {name(column)}" for column, kind in had.items())
            whole = f"SELECT {columns}{''.join(gained)} WHERE false"
        backend = self.backend
        with closing(backend.con.cursor()) as cursor:  # threads share the connection, and one statement ends another's
            cursor.execute(f"CREATE OR REPLACE VIEW {name(view)} AS {whole}")
        # What the view has is known; asking the lake for it takes longer than making the view.
        kinds = {c: backend.compiler.type_mapper.from_string(kind) for c, kind in (had | missing).items()}
        return ops.DatabaseTable(view, schema=ibis.schema(kinds), source=backend, namespace=ops.Namespace()).to_expr()

    def _columns_of(self, fact: str, version: int, rows: str) -> dict[str, str]:
        """The columns of a fact and their types in a snapshot; those of the newest are asked once for every fact."""
        if version not in self._columns and version == self.snapshot():
            found: dict[str, dict[str, str]] = {}
            for one, column, kind in self.columns(version):
                found.setdefault(one, {})[column] = kind
            if version == self.snapshot():  # nobody has written in between
                self._columns[version] = found
        if version in self._columns:
            return self._columns[version][fact]
        return {row[0]: row[1] for row in self._fetch(f"DESCRIBE {rows}")}

    def _filled(self, version: int) -> frozenset[str]:
        """The facts that have files as of a snapshot, looked up once: asking the others for a row is slow."""
        if version not in self._with_files:
            there = f"begin_snapshot <= {version} AND (end_snapshot IS NULL OR end_snapshot > {version})"
            rows = self._told(
                f"""SELECT DISTINCT table_name FROM {{0}}ducklake_table WHERE table_id IN
                (SELECT table_id FROM {{0}}ducklake_data_file WHERE {there})"""
            )
            self._with_files[version] = frozenset(row[0] for row in rows)
        return self._with_files[version]

    def _known_files(self) -> set[str]:
        tables = ("ducklake_data_file", "ducklake_delete_file", "ducklake_files_scheduled_for_deletion")
        paths = " UNION ALL ".join(f"SELECT path FROM {{0}}{table}" for table in tables)
        return {row[0].rpartition("/")[2] for row in self._told(paths)}

    def _told(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the catalogue's own tables; in the SQL each has {0} before its name."""
        found = connect.catalogue_rows(self.settings, sql.format(""))
        if found is not None:
            return found
        own = "" if self.settings.catalogue is None else f"{name(self.settings.catalogue_schema)}."
        return self._fetch(sql.format(f"__ducklake_metadata_{LAKE}.{own}"))

    @contextmanager
    def _connection(self, parts: Sequence[Ready]) -> Iterator[Backend]:
        """The importing connection that the rows are bound to; rows from Python get one of their own."""
        tables = [
            node for part in parts for node in part.rows.unnumbered.op().find((ops.DatabaseTable, ops.SQLQueryResult))
        ]
        bound = list({id(node.source): node.source for node in tables}.values())
        if len(bound) > 1 or (bound and LAKE not in bound[0].list_catalogs()):
            raise ValueError("rows must come from one connection made by DuckLake.importing()")
        if bound:
            yield bound[0]
            return
        with connect.importing(self.settings, ()) as backend:
            yield backend
