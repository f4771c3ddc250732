"""How new rows meet the rows that are there: append, replace, upsert by key, without ever leaving a delete file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from keiki.engine.connect import name, quoted
from keiki.engine.imports import REJECTED, Loaded
from keiki.engine.refresh import LISTING, READING, WRITING, Run
from keiki.engine.tables import Target, listing

OWN = ("_row", "_problems", "_import")
SMALL = 8 * 2**20
"""Files below this many bytes are folded together …"""
MANY = 8
"""… as soon as there are this many of them."""


class KeysRepeatError(Exception):
    """Rows written straight through turned out to share keys: they must be staged, so that the last one wins."""


class Views(NamedTuple):
    """The rows in SQL, to stand behind FROM: every row, the good ones with `_row`, the problems one by one."""

    incoming: str
    good: str
    rejected: str


@dataclass(frozen=True)
class Arrival:
    """Rows on their way into a fact, and how they come. `columns` are what they bring, with the types they have."""

    views: Views
    columns: Mapping[str, str]
    assumed: frozenset[str]
    import_id: str
    mode: str
    replaced: Sequence[str] = ()
    """Ids of the imports whose rows a `replace` replaces."""
    staged: bool = False


def load(run: Run, arrival: Arrival, target: Target, until: float) -> Loaded:
    """Bring the rows into the fact and list those that were not taken. Must run inside a transaction."""
    start, reach = run.done, until - run.done
    known = {column.lower(): column for column in target.columns}
    arrival = replace(arrival, columns={known.get(c.lower(), c): kind for c, kind in arrival.columns.items()})
    target = _widened(run, arrival, target)
    mend = _Mending(arrival, target)
    empty = not run(f"SELECT 1 FROM {target.table} LIMIT 1")
    way = _merge if target.fact.key and (arrival.staged or not empty) else _append
    loaded = way(run, mend, start + 0.9 * reach)
    if loaded.rejected:
        _list_unread(run, mend)
    run.done = until
    return loaded


@dataclass(frozen=True)
class _Mending:
    """The arriving rows in the table's types. A dimension that was numeric before may now hold text: then the row
    is not taken.
    """

    arrival: Arrival
    target: Target

    @property
    def clashing(self) -> dict[str, str]:
        """Columns that come in another type than they have: name → the table's type."""
        return {c: self.target.columns[c] for c, kind in self.arrival.columns.items() if self.target.columns[c] != kind}

    @property
    def misfits(self) -> list[tuple[str, str, str]]:
        """Columns that may clash, the condition that they do, and the reason given for it."""
        reasons = {"BIGINT": "not_a_whole_number"}
        return [(c, self.misfit(c), reasons.get(kind, "not_a_number")) for c, kind in self.clashing.items()]

    @property
    def shaped(self) -> str:
        casts = (
            f"TRY_CAST({name(c)} AS {self.target.columns[c]}) AS {name(c)}" if c in self.clashing else name(c)
            for c in self.arrival.columns
        )
        return ", ".join(casts)

    @property
    def fitting(self) -> str:
        return " AND ".join(f"NOT ({self.misfit(c)})" for c in self.clashing) or "true"

    def misfit(self, column: str) -> str:
        kind, raw = self.clashing[column], name(column)
        if kind == "VARCHAR":
            return "false"
        # A cast to whole numbers rounds: a fraction must not get lost silently.
        number = f"TRY_CAST(TRY_CAST({raw} AS {kind}) AS DOUBLE)"
        return f"{raw} IS NOT NULL AND ({number} IS NULL OR {number} <> TRY_CAST({raw} AS DOUBLE))"


def _widened(run: Run, arrival: Arrival, target: Target) -> Target:
    """The target with a column for every dimension the rows bring for the first time."""
    fresh = {c: kind for c, kind in arrival.columns.items() if c not in target.columns}
    for column, kind in fresh.items():
        run(f"ALTER TABLE {target.table} ADD COLUMN {name(column)} {kind}")
    return Target(target.fact, {**target.columns, **fresh})


def _append(run: Run, mend: _Mending, until: float) -> Loaded:
    """Straight from the source into Parquet, in one pass."""
    arrival, target = mend.arrival, mend.target
    removed = 0
    run("CREATE OR REPLACE TEMP TABLE gone (_rowid BIGINT, _file VARCHAR)")
    if arrival.mode == "replace" and arrival.replaced:
        run(f"INSERT INTO gone SELECT rowid, filename FROM {target.table} WHERE {_of(arrival.replaced)}")
        removed = int(run("SELECT count(*) FROM gone")[0][0])
    columns = f"{mend.shaped}, {quoted(arrival.import_id)} AS _import"
    # The sequence counts refused rows as they pass by, so that the source need not be read again to count them.
    run("CREATE OR REPLACE TEMP SEQUENCE refused")
    good = f"coalesce(len(_problems), 0) = 0 AND {mend.fitting}"
    taken = f"CASE WHEN {good} THEN true ELSE nextval('refused') IS NULL END"
    added = exchange(run, target, f"SELECT {columns} FROM {arrival.views.incoming} WHERE {taken}", until)
    if target.fact.key and _repeated(run, target.table, target):
        raise KeysRepeatError
    counted = run("SELECT last_value FROM duckdb_sequences() WHERE temporary AND sequence_name = 'refused'")
    return Loaded(target.fact.name, added=added, removed=removed, rejected=counted[0][0] or 0)


def _merge(run: Run, mend: _Mending, until: float) -> Loaded:
    """Staged, so that the last row of a key wins and only what is new or different is written."""
    arrival, target = mend.arrival, mend.target
    lacking = (f"NULL::{target.columns[c]} AS {name(c)}" for c in target.fact.key if c not in arrival.columns)
    columns = ", ".join([mend.shaped, *lacking])
    rows = f"SELECT _row, {columns} FROM {arrival.views.good} WHERE {mend.fitting}"
    run(f"CREATE OR REPLACE TEMP TABLE staged AS {rows}", READING, run.done + (until - run.done) * 0.4)
    good = int(run("SELECT count(*) FROM staged")[0][0])
    refused = _last_wins(run, arrival, target)
    _compare(run, arrival, target)
    if arrival.mode == "append":
        refused += _refuse_known(run, arrival, target)
    added, changed = run("SELECT count(*) FILTER (_rowid IS NULL), count(_rowid) FROM delta")[0]
    removed = _leaving(run, arrival, target)
    if added or changed or removed:
        rows = f"SELECT {', '.join(map(name, target.columns))}, {quoted(arrival.import_id)} AS _import FROM delta"
        exchange(run, target, rows, until)
    unchanged = good - refused - added - changed
    run("DROP TABLE staged; DROP TABLE delta")
    unread = int(run(f"SELECT count(*) FROM {arrival.views.incoming}", LISTING)[0][0]) - good
    return Loaded(target.fact.name, added, changed, unchanged, removed, refused + unread)


def _last_wins(run: Run, arrival: Arrival, target: Target) -> int:
    """Take rows whose key comes again later in the same import out of `staged`; their number."""
    if not _repeated(run, "staged", target):
        return 0
    keys = target.keys
    run(
        f"""CREATE OR REPLACE TEMP TABLE earlier AS SELECT rowid AS _id FROM staged
        WHERE hash({keys}) IN (SELECT hash({keys}) FROM staged GROUP BY ALL HAVING count(*) > 1)
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _row DESC, rowid DESC) > 1"""
    )
    repeated = _listed(arrival, target, "duplicate_key", "staged s JOIN earlier e ON s.rowid = e._id")
    run(f"INSERT INTO {REJECTED} {repeated}")
    count = int(run("SELECT count(*) FROM earlier")[0][0])
    run("DELETE FROM staged WHERE rowid IN (SELECT _id FROM earlier)")
    run("DROP TABLE earlier")
    return count


def _compare(run: Run, arrival: Arrival, target: Target) -> None:
    """Make `delta`: whole rows that are new or different, with the place of the row they replace.

    Columns that the source does not bring keep what they hold.
    """
    keys = set(target.fact.key)
    brought = {*arrival.columns, *keys} - arrival.assumed
    whole = ", ".join(_side(c, brought, arrival.assumed) for c in target.columns)
    different = [f"s.{name(c)} IS DISTINCT FROM t.{name(c)}" for c in arrival.columns if c in brought - keys]
    run(
        f"""CREATE OR REPLACE TEMP TABLE delta AS SELECT s._row, {whole}, t._rowid, t._file
        FROM staged s LEFT JOIN (SELECT *, rowid AS _rowid, filename AS _file FROM {target.table}) t
        ON {target.match("s", "t")} WHERE t._rowid IS NULL OR {" OR ".join(different) or "false"}"""
    )


def _side(column: str, brought: set[str], assumed: frozenset[str]) -> str:
    """Which of the arriving row `s` and the row that is there `t` gives a column."""
    if column in brought:
        return f"s.{name(column)}"
    if column in assumed:
        return f"CASE WHEN t._rowid IS NULL THEN s.{name(column)} ELSE t.{name(column)} END AS {name(column)}"
    return f"t.{name(column)}"


def _refuse_known(run: Run, arrival: Arrival, target: Target) -> int:
    """An append never overwrites: rows that differ from a row with the same key are listed, not taken."""
    known = "delta s WHERE _rowid IS NOT NULL"
    run(f"INSERT INTO {REJECTED} {_listed(arrival, target, 'key_exists', known)}")
    return int(run("DELETE FROM delta WHERE _rowid IS NOT NULL")[0][0])


def _leaving(run: Run, arrival: Arrival, target: Target) -> int:
    """Make `gone`: rows to be overwritten and, in a replace, those of the same source that came no more: how many."""
    run("CREATE OR REPLACE TEMP TABLE gone AS SELECT _rowid, _file FROM delta WHERE _rowid IS NOT NULL")
    if arrival.mode != "replace" or not arrival.replaced:
        return 0
    absent = f"""SELECT rowid AS _rowid, filename AS _file FROM {target.table} t WHERE {_of(arrival.replaced)}
        AND NOT EXISTS (SELECT 1 FROM staged s WHERE {target.match("s", "t")})"""
    return int(run(f"INSERT INTO gone {absent}")[0][0])


def exchange(run: Run, target: Target, rows: str, until: float) -> int:
    """Write `rows` in place of those listed in the table `gone`; the number of rows written.

    Files that hold a row that goes, and crowds of small files, are written anew without it and dropped whole: no
    snapshot ever has delete files, and any engine can read its plain list of Parquet files.
    """
    files = [row[0] for row in run("SELECT DISTINCT _file FROM gone")]
    small = [row[0] for row in run(f"{listing(target.fact.name)} WHERE data_file_size_bytes < {SMALL}")]
    touched = sorted({*files, *(small if len(small) >= MANY else ())})
    if not touched:
        return int(run(f"INSERT INTO {target.table} BY NAME {rows}", WRITING, until)[0][0])
    among = f"filename IN ({', '.join(map(quoted, touched))})"
    staying = f"""SELECT {target.all} FROM {target.table} t WHERE {among}
        AND NOT EXISTS (SELECT 1 FROM gone g WHERE g._rowid = t.rowid)"""
    written = int(run(f"INSERT INTO {target.table} BY NAME {staying} UNION ALL BY NAME {rows}", WRITING, until)[0][0])
    dropped = int(run(f"DELETE FROM {target.table} WHERE {among}")[0][0])
    gone = int(run("SELECT count(*) FROM gone")[0][0])
    return written - (dropped - gone)


def _list_unread(run: Run, mend: _Mending) -> None:
    """List the rows that could not be read. Their source is read once more."""
    arrival, target = mend.arrival, mend.target
    head = f"{quoted(arrival.import_id)} AS _import, {quoted(target.fact.name)} AS fact"
    run(
        f'INSERT INTO {REJECTED} SELECT {head}, row_number, "column", value, reason FROM {arrival.views.rejected}',
        LISTING,
    )
    for column, misfit, reason in mend.misfits:
        run(
            f"""INSERT INTO {REJECTED} SELECT {head}, _row, {quoted(column)}, {name(column)}::VARCHAR, {quoted(reason)}
            FROM {arrival.views.good} WHERE {misfit}"""
        )


def _listed(arrival: Arrival, target: Target, reason: str, source: str) -> str:
    """Rows as entries of the list of rejected rows, with their key as the value."""
    key = ", ".join(target.fact.key)
    value = "concat_ws(', ', " + ", ".join(f"s.{name(c)}" for c in target.fact.key) + ")"
    head = f"{quoted(arrival.import_id)}, {quoted(target.fact.name)}"
    return f"SELECT {head}, s._row, {quoted(key)}, {value}, {quoted(reason)} FROM {source}"


def _repeated(run: Run, table: str, target: Target) -> bool:
    """Whether rows may share a key, by the hash of the key (a false alarm costs time, never rows)."""
    hashes = f"SELECT hash({target.keys}) FROM {table} GROUP BY ALL HAVING count(*) > 1"
    return bool(run(f"SELECT 1 FROM ({hashes}) LIMIT 1"))


def _of(imports: Sequence[str]) -> str:
    return f"_import IN ({', '.join(map(quoted, imports))})"
