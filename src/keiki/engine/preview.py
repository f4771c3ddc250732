"""What a file would become, before it is imported: its parts, examples, doubts, and the rows that would be refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ibis.backends.duckdb import Backend

from keiki.engine.answers import key_of
from keiki.engine.business import WRONG, Business
from keiki.engine.records import NotPlain, read, stated
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping
from keiki.sources import Guess, Part, Source, guess, open_source
from keiki.sources.guess import guess_for
from keiki.sources.limits import Limits

LOOKED_AT = 100_000
"""Rows that are tried; a larger file is judged by its first ones."""
EXAMPLES, SAMPLED = 3, 300
FEW_VALUES = 40
"""A column that no meaning was found for may be a dimension while it holds no more different values."""


@dataclass(frozen=True)
class ColumnPreview:
    """One column of a file with up to three values; `doubtful` when a person should look at its meaning."""

    name: str
    examples: tuple[str, ...]
    doubtful: bool


@dataclass(frozen=True)
class Refusal:
    """How many of the tried rows would be refused for one reason in one column."""

    column: str
    reason: str
    rows: int


@dataclass(frozen=True)
class PartPreview:
    """The rows of one fact as they would be read. `rows` is how many were tried."""

    fact: str
    mapping: Mapping
    columns: tuple[ColumnPreview, ...]
    rows: int
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class Preview:
    """A file before its import; `export` names a vendor's file that is known, `rows` is None where nobody counted."""

    rows: int | None
    encoding: str | None
    delimiter: str | None
    export: str | None
    parts: tuple[PartPreview, ...]


def preview(
    business: Business,
    path: Path,
    *,
    fact: str | None = None,
    mapping: Mapping | None = None,
    limits: Limits | None = None,
    otherwise: str = "orders",
) -> Preview:
    """Look at a file: guessed, or as a fact, or by a mapping. `otherwise` is tried when it looks like no fact."""
    with business.lake.importing([path]) as connection:
        source = open_source(path, connection=connection, limits=limits)
        found = guess(source) if fact is None and mapping is None else None
        if found is None or found.fact is None:
            found = guess_for(source, mapping.fact if mapping else fact or otherwise)
        sample = source.sample(SAMPLED)
        parts = [_part(business, connection, source, part, found, sample, mapping) for part in found.parts]
        return Preview(source.rows_estimate, source.encoding, source.delimiter, found.export, tuple(parts))


def kept_preview(
    business: Business,
    path: Path,
    beside: Path,
    *,
    fact: str | None = None,
    mapping: Mapping | None = None,
    limits: Limits | None = None,
) -> Preview:
    """What `preview` says, kept in the file `beside` and read from there while nothing it depends on changes."""
    state = path.stat()
    key = key_of(state.st_mtime_ns, state.st_size, business.reading, fact, mapping, limits)
    with suppress(OSError, ValueError, LookupError, *WRONG):
        kept = json.loads(beside.read_text(encoding="utf-8"))
        if kept["key"] == key:
            found: Preview = read(kept["look"])
            return found
    seen = preview(business, path, fact=fact, mapping=mapping, limits=limits)
    with suppress(OSError, NotPlain):
        beside.write_text(json.dumps({"key": key, "look": stated(seen)}, ensure_ascii=False), encoding="utf-8")
    return seen


def _part(
    business: Business,
    connection: Backend,
    source: Source,
    part: Part,
    found: Guess,
    sample: Sequence[dict[str, Any]],
    mapping: Mapping | None,
) -> PartPreview:
    columns = tuple(_column(name, part, found, sample) for name in source.columns)
    if mapping is None:
        unused = [c.name for c in columns if not _used(part.mapping, c.name) and not _dimension(c.name, sample)]
        ignored = part.mapping.ignored if found.export else (*part.mapping.ignored, *unused)
        mapping = replace(part.mapping, ignored=ignored)
    if found.missing and set(found.missing) - set(mapping.rules):
        return PartPreview(part.fact, mapping, columns, 0, ())
    tried = conform(part.table.limit(LOOKED_AT), mapping, business.reading)
    counted = tried.rejected.group_by(["column", "reason"]).agg(rows=lambda t: t["row_number"].nunique())
    ordered = counted.order_by([counted["rows"].desc(), counted["column"], counted["reason"]])
    refused = tuple(Refusal(**row) for row in connection.to_pyarrow(ordered).to_pylist())
    rows = connection.to_pyarrow(part.table.limit(LOOKED_AT).count()).as_py()
    return PartPreview(part.fact, mapping, columns, rows, refused)


def _column(name: str, part: Part, found: Guess, sample: Sequence[dict[str, Any]]) -> ColumnPreview:
    examples = tuple(dict.fromkeys(str(row[name])[:60] for row in sample if _filled(row[name])))[:EXAMPLES]
    targets = [target for target, rule in part.mapping.rules.items() if name in rule.sources]
    sure = all(found.confidence[target].sure for target in targets if target in found.confidence)
    doubtful = not found.export and (not sure if targets else _dimension(name, sample))
    return ColumnPreview(name, examples, doubtful)


def _used(mapping: Mapping, name: str) -> bool:
    return any(name in rule.sources for rule in mapping.rules.values())


def _dimension(name: str, sample: Sequence[dict[str, Any]]) -> bool:
    """Whether a column could be something to split numbers by: few different values, none an address of a person."""
    values = {str(row[name]) for row in sample if _filled(row[name])}
    return 0 < len(values) <= FEW_VALUES and not any("@" in value for value in values)


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""
