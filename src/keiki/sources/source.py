"""A source: a file, a table of another database or rows from Python, opened for looking and for importing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.expr import types as ir

from keiki.errors import FactNotGuessed, SourceUnreadable
from keiki.facts.conform import SOURCE_PROBLEM
from keiki.facts.mapping import Mapping
from keiki.sources import databases, delimited, excel, fixed_width, tables
from keiki.sources.guess import guess, guess_for
from keiki.sources.limits import Limits, check_file
from keiki.sources.part import Part
from keiki.sources.sql import quoted

OWN = ("_row", "_source_problem", "_source_text")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAGIC = ((b"PAR1", "parquet"), (b"PK\x03\x04", "workbook"), (b"\xd0\xcf\x11\xe0", "workbook"))
NOT_TABLES = ((b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"SQLite format 3", "SQLite"))


@dataclass(frozen=True)
class Source:
    """An opened source. Lazy: `table()` is an expression on the connection; only `sample` reads rows.

    `rows_estimate` counts data rows, None where counting would mean reading. `sheet` is the sheet of a workbook.
    """

    name: str
    expression: ir.Table
    connection: Any
    rows_estimate: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    path: Path | None = None
    options: AnyMapping[str, object] = field(default_factory=dict)

    def table(self) -> ir.Table:
        """The rows, with `_row` where the source knows it."""
        return self.expression

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings, in order."""
        return tuple(column for column in self.expression.columns if column not in OWN)

    @cached_property
    def fingerprint(self) -> str | None:
        """SHA-256 of the file's bytes and of the way it was opened; None for what is no file."""
        if self.path is None:
            return None
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        for option, value in sorted(self.options.items()):
            digest.update(f"\0{option}={value!r}".encode())
        return digest.hexdigest()

    def sample(self, rows: int = 20) -> tuple[dict[str, Any], ...]:
        """The first rows that could be cut into cells, as dicts by heading."""
        looked_at = self.expression
        if SOURCE_PROBLEM in looked_at.columns:
            looked_at = looked_at.filter(looked_at[SOURCE_PROBLEM].isnull())
        found = self.connection.to_pyarrow(looked_at.select(*self.columns).limit(rows))
        return tuple(found.to_pylist())

    def parts(self, fact: str | None = None, mapping: Mapping | None = None) -> tuple[Part, ...]:
        """What to import: by the mapping; for the fact, columns guessed; or all guessed.

        Raises `FactNotGuessed` when nothing is said and the columns look like no fact.
        """
        if mapping is not None:
            return (Part(mapping.fact, self.table(), mapping),)
        if fact is not None:
            return guess_for(self, fact).parts
        found = guess(self)
        if not found.parts:
            raise FactNotGuessed(name=self.name, columns=", ".join(self.columns))
        return found.parts


def open_source(
    source: object,
    *,
    connection: Any,
    limits: Limits | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: int | None = None,
    sheet: str | None = None,
    layout: AnyMapping[str, tuple[int, int]] | None = None,
    skip: int = 0,
) -> Source:
    """Open a file, the address of a database's table, or a table from Python on an `ibis.duckdb` connection.

    Files: CSV, TSV and other delimited text, also gzip; Excel; Parquet (also a folder or `*` of them); fixed width by a
    `layout` (name → first character, the one after its last). Addresses: `postgresql://host/base#schema.table`,
    `sqlite:///file.db#table`, `duckdb:///file.db#table`. Tables: Ibis, pyarrow, pandas, polars, a dict of columns, a
    list of dicts. `encoding`, `delimiter`, `header` (line of the names) and `sheet` override what is sniffed.

    Raises `SourceMissing`, `SourceEmpty`, `SourceTooLarge`, `SourceLocked`, `SourceUnreadable`, `SourceNotTabular`,
    `TableNotNamed`, `DatabaseUnreachable` or `UnknownName` (a sheet).
    """
    limits = limits or Limits()
    if isinstance(source, str) and source.partition("://")[0] in databases.KINDS:
        table, address = databases.open_database(source, connection)
        return Source(address.shown, table, connection)
    if not isinstance(source, str | os.PathLike):
        table = tables.open_table(source)
        return Source(type(source).__name__, table, connection)
    path = Path(source)
    if path.is_dir() or "*" in path.name:
        return _parquet(path, connection)
    check_file(path, limits)
    said = {"encoding": encoding, "delimiter": delimiter, "header": header, "sheet": sheet, "skip": skip}
    options = {option: value for option, value in {**said, "layout": layout}.items() if value}
    kind = _kind(path)
    if kind == "parquet":
        return _parquet(path, connection)
    if kind == "workbook":
        table, chosen, rows = excel.open_workbook(path, limits, sheet=sheet, header=header)
        return Source(path.name, table, connection, rows, sheet=chosen, path=path, options=options)
    if layout is not None:
        table, read_as = fixed_width.open_fixed_width(path, connection, limits, layout, skip=skip, encoding=encoding)
        return Source(path.name, table, connection, encoding=read_as, path=path, options=options)
    text = delimited.open_delimited(path, connection, limits, encoding=encoding, delimiter=delimiter, header=header)
    return Source(
        path.name, text.table, connection, text.rows, text.encoding, text.delimiter, path=path, options=options
    )


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    for magic, what in NOT_TABLES:
        if head.startswith(magic):
            raise SourceUnreadable(name=path.name, detail=what)
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    return "workbook" if path.suffix.lower() in WORKBOOKS else "text"


def _parquet(path: Path, connection: Any) -> Source:
    """Parquet knows its row numbers; in a folder they begin anew in each file."""
    place = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
    try:
        table = connection.sql(f"SELECT *, file_row_number + 1 AS _row FROM read_parquet({quoted(place)})")
        found = f"SELECT sum(num_rows) FROM parquet_file_metadata({quoted(place)})"
        rows = connection.con.execute(found).fetchone()[0]
    except (duckdb.Error, ibis.IbisError) as error:
        raise SourceUnreadable(name=path.name, detail=str(error).split("\n")[0]) from error
    return Source(path.name, table, connection, int(rows), path=path if path.is_file() else None)
