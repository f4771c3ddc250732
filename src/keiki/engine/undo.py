"""Undoing an import: its rows go, and what it overwrote or replaced comes back, unless a later import changed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from keiki.engine import imports
from keiki.engine.connect import LAKE, name, quoted
from keiki.engine.imports import Import, Loaded
from keiki.engine.merge import exchange
from keiki.engine.refresh import Run
from keiki.engine.tables import Target, columns_at, current_snapshot, target_of
from keiki.errors import UndoImpossible, UnknownName


@dataclass(frozen=True)
class Past:
    """The history an undo looks back on. `history` is newest first; `columns(fact, snapshot)` what a table then had."""

    history: Sequence[Import]
    columns: Callable[[str, int], Sequence[str]]

    @property
    def undone(self) -> dict[str, Import]:
        return {one.id: one for one in self.history if one.undone}

    def older_of_source(self, one: Import) -> tuple[str, ...]:
        """The imports of the same source that came before."""
        return tuple(o.id for o in self.history if o.source == one.source and o.before < one.before)

    def replaced_later(self, one: Import) -> bool:
        """Whether the source was replaced again since, so that what this import replaced would be gone anyway."""
        return any(
            o.kind == "import"
            and o.mode == "replace"
            and not o.undone
            and o.source == one.source
            and o.before > one.before
            for o in self.history
        )

    def rows(self, target: Target, snapshot: int) -> str:
        """The whole rows of a fact as of a snapshot; columns that came later are empty."""
        had = set(self.columns(target.fact.name, snapshot))
        columns = (
            name(c) if c in had else f"NULL::{kind} AS {name(c)}"
            for c, kind in {**target.columns, "_import": "VARCHAR"}.items()
        )
        return f"SELECT {', '.join(columns)} FROM {target.table} AT (VERSION => {snapshot})"


def take_back(run: Run, import_id: str) -> Import:
    """Take a whole import back and write that into the history. Must run inside a transaction."""
    before = current_snapshot(run)
    history = imports.read(run)
    one = next((o for o in history if o.id == import_id), None)
    if one is None:
        raise UnknownName(kind="import", name=import_id, known=[o.id for o in history])
    if one.kind != "import" or one.undone:
        raise UndoImpossible(import_id=import_id, reason="undone" if one.undone else one.kind)
    kept = {row[0] for row in run(f"SELECT snapshot_id FROM {LAKE}.snapshots()")}
    if one.before not in kept:
        raise UndoImpossible(import_id=import_id, reason="forgotten")
    past = Past(history, lambda fact, version: columns_at(run, fact, version))
    done = [
        _part(run, one, target_of(run, part.fact), past, 0.95 * (place + 1) / len(one.parts))
        for place, part in enumerate(one.parts)
    ]
    entry = imports.begin("undo", one.source, one.mode, None, before, undoes=one.id)
    entry = replace(entry, parts=tuple(done))
    imports.write(run, entry)
    return entry


def _part(run: Run, one: Import, target: Target, past: Past, until: float) -> Loaded:
    """Take one fact's part of an import back."""
    keys = f", {target.keys}" if target.fact.key else ""
    run(
        f"""CREATE OR REPLACE TEMP TABLE gone AS SELECT rowid AS _rowid, filename AS _file{keys}
        FROM {target.table} WHERE _import = {quoted(one.id)}"""
    )
    if target.fact.key:
        _wanted(run, one, target, past)
        _restore_keyed(run, one, target, past)
    else:
        _restore_replaced(run, one, target, past)
    restored = int(run("SELECT count(*) FROM restored")[0][0])
    gone = int(run("SELECT count(*) FROM gone")[0][0])
    if gone or restored:
        exchange(run, target, f"SELECT {target.all} FROM restored", until)
    run.done = until
    return Loaded(target.fact.name, changed=restored, removed=gone)


def _wanted(run: Run, one: Import, target: Target, past: Past) -> None:
    """Make `wanted`: the keys whose earlier rows come back."""
    run(f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT {target.keys} FROM gone")
    older = past.older_of_source(one)
    if one.mode != "replace" or not older or past.replaced_later(one) or one.snapshot is None:
        return
    before, after = (f"({past.rows(target, version)})" for version in (one.before, one.snapshot))
    run(
        f"""INSERT INTO wanted SELECT {target.keys} FROM {before} b WHERE b._import IN ({_listed(older)})
        AND NOT EXISTS (SELECT 1 FROM {after} a WHERE {target.match("a", "b")})
        AND NOT EXISTS (SELECT 1 FROM {target.table} t WHERE {target.match("t", "b")})"""
    )


def _restore_keyed(run: Run, one: Import, target: Target, past: Past) -> None:
    """Make `restored`: for each wanted key the newest earlier row that was not itself undone."""

    def of(import_: Import) -> str:
        return f"SELECT b.* FROM ({past.rows(target, import_.before)}) b SEMI JOIN wanted w ON {target.match('b', 'w')}"

    run(f"CREATE OR REPLACE TEMP TABLE restored AS {of(one)}")
    while (undone := _still_undone(run, past)) is not None:
        mine = f"_import = {quoted(undone.id)}"
        run(f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT {target.keys} FROM restored WHERE {mine}")
        run(f"DELETE FROM restored WHERE {mine}")
        run(f"INSERT INTO restored BY NAME {of(undone)}")


def _restore_replaced(run: Run, one: Import, target: Target, past: Past) -> None:
    """Make `restored` for a fact without key: the rows that a replace took away."""

    def of(import_: Import) -> str:
        older = past.older_of_source(import_) if import_.mode == "replace" else ()
        return f"SELECT * FROM ({past.rows(target, import_.before)}) WHERE _import IN ({_listed(older)})"

    nothing = " AND false" if past.replaced_later(one) else ""
    run(f"CREATE OR REPLACE TEMP TABLE restored AS {of(one)}{nothing}")
    while (undone := _still_undone(run, past)) is not None:
        run(f"DELETE FROM restored WHERE _import = {quoted(undone.id)}")
        run(f"INSERT INTO restored BY NAME {of(undone)}")


def _still_undone(run: Run, past: Past) -> Import | None:
    """The newest import among the restored rows that was itself undone: its rows must not come back."""
    found = [past.undone[row[0]] for row in run("SELECT DISTINCT _import FROM restored") if row[0] in past.undone]
    return max(found, key=lambda one: one.before, default=None)


def _listed(imports: Sequence[str]) -> str:
    return ", ".join(map(quoted, imports)) or "NULL"
