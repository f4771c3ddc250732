"""The lake's own tables: made for the contract, described, listed as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keiki.engine import connect, imports
from keiki.engine.connect import LAKE, LakeSettings, name, quoted
from keiki.engine.refresh import Run, refresh, writing
from keiki.facts import FACTS, fact
from keiki.facts.contract import Fact, Kind

TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.MONEY: "DECIMAL(18,4)",
    Kind.INTEGER: "BIGINT",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.BOOLEAN: "BOOLEAN",
}


@dataclass(frozen=True)
class Target:
    """A fact's table in the lake: its columns and their types, without `_import`."""

    fact: Fact
    columns: Mapping[str, str]

    @property
    def table(self) -> str:
        return f"{LAKE}.facts.{name(self.fact.name)}"

    @property
    def all(self) -> str:
        """Every column, in order, as SQL."""
        return ", ".join(map(name, [*self.columns, "_import"]))

    def match(self, left: str, right: str) -> str:
        """The condition that two rows have the same key; an empty part of a key equals an empty one."""
        pairs = (f"{left}.{name(c)} IS NOT DISTINCT FROM {right}.{name(c)}" for c in self.fact.key)
        return " AND ".join(pairs)

    @property
    def keys(self) -> str:
        return ", ".join(map(name, self.fact.key))


def listing(fact_name: str, snapshot: int | None = None) -> str:
    """SQL that lists a fact's Parquet files."""
    version = "" if snapshot is None else f", snapshot_version => {snapshot}"
    listed = f"ducklake_list_files('{LAKE}', {quoted(fact_name)}, schema => 'facts'{version})"
    return f"SELECT data_file, delete_file FROM {listed}"


def current_snapshot(run: Run) -> int:
    return int(run(f"SELECT id FROM {LAKE}.current_snapshot()")[0][0])


def target_of(run: Run, fact_name: str) -> Target:
    described = run(f"DESCRIBE {LAKE}.facts.{name(fact(fact_name).name)}")
    return Target(fact(fact_name), {row[0]: row[1] for row in described if row[0] != "_import"})


def columns_at(run: Run, fact_name: str, version: int) -> tuple[str, ...]:
    rows = run(f"DESCRIBE SELECT * FROM {LAKE}.facts.{name(fact_name)} AT (VERSION => {version})")
    return tuple(row[0] for row in rows)


COLUMNS = """SELECT table_name, column_name FROM {0}ducklake_column AS c JOIN {0}ducklake_table AS t USING (table_id)
    JOIN {0}ducklake_schema AS s USING (schema_id) WHERE schema_name = 'facts' AND parent_column IS NULL
    AND c.end_snapshot IS NULL AND t.end_snapshot IS NULL AND s.end_snapshot IS NULL"""
"""Every fact and column of the newest snapshot, as the catalogue's own tables have them."""


def lacking(columns: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """What a lake of these facts and columns lacks of the contract: fact → missing columns and their types."""
    there: dict[str, set[str]] = {}
    for table, column in columns:
        there.setdefault(table, set()).add(column)
    found = {}
    for one in FACTS.values():
        wanted = {column.name: TYPES[column.kind] for column in one.loadable} | {"_import": "VARCHAR"}
        found[one.name] = {c: kind for c, kind in wanted.items() if c not in there.get(one.name, ())}
    return {fact_name: missing for fact_name, missing in found.items() if missing}


def make(settings: LakeSettings) -> None:
    """Make the tables of the contract, or the ones it gained, in one transaction.

    One at a time: the first connection to a new lake makes its catalogue, which two at once cannot.
    """
    connect.make_schema(settings)
    with writing(settings.making_file):
        if not connect.has_catalogue(settings):
            connect.make_catalogue(settings)
        with connect.importing(settings, ()) as backend:
            run = Run(backend.con)
            refresh(settings, run, lambda: _complete(run))


def _complete(run: Run) -> None:
    run(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.facts")
    run(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.keiki")
    there = "SELECT table_name, column_name FROM duckdb_columns()"
    listed = run(f"{there} WHERE database_name = '{LAKE}' AND schema_name = 'facts'")
    for fact_name, missing in lacking(listed).items():
        columns = {name(c): kind for c, kind in missing.items()}
        if "_import" in missing:
            run(f"CREATE TABLE {LAKE}.facts.{name(fact_name)} ({', '.join(f'{c} {k}' for c, k in columns.items())})")
            continue
        for column, kind in columns.items():
            run(f"ALTER TABLE {LAKE}.facts.{name(fact_name)} ADD COLUMN {column} {kind}")
    run(
        f"""CREATE TABLE IF NOT EXISTS {imports.REJECTED}
        (_import VARCHAR, fact VARCHAR, row BIGINT, "column" VARCHAR, value VARCHAR, reason VARCHAR)"""
    )
    run(
        f"""CREATE TABLE IF NOT EXISTS {imports.IMPORTS}
        (id VARCHAR, happened_at TIMESTAMP, kind VARCHAR, source VARCHAR, mode VARCHAR, fingerprint VARCHAR,
        before BIGINT, undoes VARCHAR, parts VARCHAR)"""
    )
    if not run(f"SELECT 1 FROM {imports.IMPORTS} LIMIT 1"):
        # The first entry gives the table a file, which two first imports on two hosts then both want to replace.
        imports.write(run, imports.begin("start", "", "", None, -1))
