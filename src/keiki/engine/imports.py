"""The history of imports: what came when, what it did to each fact, and what was undone."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from keiki.engine.connect import LAKE, quoted
from keiki.engine.refresh import Run
from keiki.facts.conform import Conformed
from keiki.facts.mapping import Mapping as Reading

IMPORTS = f"{LAKE}.keiki.imports"
REJECTED = f"{LAKE}.keiki.rejected"
Fetch = Callable[[str], list[tuple[Any, ...]]]
COLUMNS = "id, happened_at, kind, source, mode, fingerprint, before, undoes, parts"


@dataclass(frozen=True)
class Ready:
    """Rows ready to be loaded into one fact. `mapping` is how they were read, as plain data, kept in the history.

    `assumed` are columns that the source did not bring and that hold a default: they fill rows that are new and
    leave rows that are there as they are.
    """

    fact: str
    rows: Conformed
    mapping: Mapping[str, Any] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, conformed: Conformed, mapping: Reading) -> Ready:
        """What `conform` gave, ready to be loaded."""
        brought = {*mapping.rules, *conformed.dimensions, "_row", "_problems"}
        if "cost" in brought:
            # The profit of an order follows from its cost, so it came with it.
            brought.add("gross_profit")
        assumed = frozenset(conformed.unnumbered.columns) - brought
        return cls(conformed.fact.name, conformed, mapping.as_dict(), assumed)


@dataclass(frozen=True)
class Loaded:
    """What an import did to one fact, in rows. For an undo: `removed` went, `changed` came back."""

    fact: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    mapping: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Import:
    """One entry of the history. `at` is a naive UTC instant.

    `kind` is `import` or `undo` (then `undoes` names the import). `before` and `snapshot` are the lake's states
    before and after. `already` is true when the very same file had been imported: then this is that import and
    nothing was done.
    """

    id: str
    at: datetime
    kind: str
    source: str
    mode: str
    fingerprint: str | None
    before: int
    undoes: str | None
    parts: tuple[Loaded, ...]
    snapshot: int | None = None
    undone: bool = False
    already: bool = False

    @property
    def added(self) -> int:
        return sum(part.added for part in self.parts)

    @property
    def changed(self) -> int:
        return sum(part.changed for part in self.parts)

    @property
    def unchanged(self) -> int:
        return sum(part.unchanged for part in self.parts)

    @property
    def removed(self) -> int:
        return sum(part.removed for part in self.parts)

    @property
    def rejected(self) -> int:
        return sum(part.rejected for part in self.parts)


def begin(kind: str, source: str, mode: str, fingerprint: str | None, before: int, undoes: str | None = None) -> Import:
    """An import that has just begun. Ids sort by time."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return Import(
        f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}", now, kind, source, mode, fingerprint, before, undoes, ()
    )


def fingerprint_of(source: str | None, parts: Iterable[Ready], mode: str) -> str | None:
    """The fingerprint of a file's bytes together with how it is read; None when the source has none."""
    if source is None:
        return None
    reading = json.dumps([[p.fact, p.mapping] for p in parts], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{source}\n{mode}\n{reading}".encode()).hexdigest()


def same_before(history: Iterable[Import], fingerprint: str | None, mode: str, source: str) -> Import | None:
    """The import that already brought the same file and whose rows still stand; newest first in `history`."""
    for one in history:
        if one.undone or one.kind != "import":
            continue
        if fingerprint is not None and one.fingerprint == fingerprint:
            return one
        if one.mode == "replace" or (mode == "replace" and one.source == source):
            # Everything older may have been replaced since.
            return None
    return None


def write(run: Run, one: Import) -> None:
    """Add an import to the history, inside the running transaction.

    The whole (small) table is written anew: it stays one file, and two writers on two hosts can never both commit,
    because both would replace the same file.
    """
    parts = json.dumps([asdict(part) for part in one.parts], ensure_ascii=False, default=str)
    moment = one.at.isoformat()
    values = (one.id, moment, one.kind, one.source, one.mode, one.fingerprint, one.before, one.undoes, parts)
    row = ", ".join("NULL" if v is None else str(v) if isinstance(v, int) else quoted(v) for v in values)
    run(f"CREATE OR REPLACE TEMP TABLE history AS SELECT {COLUMNS} FROM {IMPORTS}")
    run(f"DELETE FROM {IMPORTS}")
    run(f"INSERT INTO {IMPORTS} ({COLUMNS}) SELECT * FROM history UNION ALL SELECT {row}")
    message = f"CALL {LAKE}.set_commit_message('keiki', {quoted(one.kind)}, extra_info => {quoted(one.id)})"
    run(message)


def read(fetch: Fetch) -> tuple[Import, ...]:
    """The history, newest first."""
    rows = fetch(f"SELECT {COLUMNS} FROM {IMPORTS} WHERE kind <> 'start' ORDER BY before DESC, id DESC")
    commits = f"SELECT commit_extra_info, snapshot_id FROM {LAKE}.snapshots() WHERE commit_extra_info IS NOT NULL"
    snapshots: dict[str, int] = dict(fetch(commits))
    undone = {row[7] for row in rows}
    return tuple(_import(row, snapshots.get(row[0]), row[0] in undone) for row in rows)


def _import(row: tuple[Any, ...], snapshot: int | None, undone: bool) -> Import:
    id_, at, kind, source, mode, fingerprint, before, undoes, written = row
    parts = tuple(Loaded(**part) for part in json.loads(written))
    return Import(id_, at, kind, source, mode, fingerprint, before, undoes, parts, snapshot, undone)
