"""CSV, TSV and other delimited text: every line becomes a row or a refused line, none stops the import."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from ibis.expr import types as ir

from keiki.errors import SourceEmpty, SourceTooLarge, SourceUnreadable
from keiki.sources.encoding import bytes_of, is_gzip, sniff_encoding, to_utf8
from keiki.sources.layout import Header, find_header, records, sniff_delimiter
from keiki.sources.limits import Limits
from keiki.sources.sql import name, quoted

HEAD = 2**18
MOST_BROKEN = 100_000
FEW = 32
"""So many broken lines are told by comparing; more by a join."""

CODES = {
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "broken_quotes",
    "LINE SIZE OVER MAXIMUM": "row_too_long",
    "INVALID ENCODING": "broken_characters",
    "INVALID STATE": "broken_quotes",
}
_numbers = count()


@dataclass(frozen=True)
class Delimited:
    """An opened text table: its expression, how it was read, and its number of rows, broken ones included."""

    table: ir.Table
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    rows: int
    header: Header


def open_delimited(
    path: Path,
    connection: Any,
    limits: Limits,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: int | None = None,
) -> Delimited:
    """A text file as a table of text columns. What is not said is sniffed; `header` is the line of the names."""
    encoding, whole = (encoding, False) if encoding else sniff_encoding(path, limits)
    readable = _readable(path, encoding, connection, limits)
    text = _head(readable, limits)
    delimiter = delimiter or sniff_delimiter(text)
    rows = records(text, delimiter)
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise SourceEmpty(name=path.name)
    found = find_header(rows, header)
    if len(found.names) > limits.columns:
        raise SourceTooLarge(name=path.name, size=len(found.names), most=limits.columns)
    reading = _Reading(readable, path.name, connection, delimiter, found, whole or readable != path)
    table, total = reading.table()
    return Delimited(table, found.names, encoding, delimiter, total, found)


def _readable(path: Path, encoding: str, connection: Any, limits: Limits) -> Path:
    """The file itself when DuckDB can read it, else its text as UTF-8 in a file beside DuckDB's temporary ones."""
    if encoding in ("utf-8", "utf-8-sig") and not is_gzip(path):
        return path
    folder = temporary_folder(connection)
    target = folder / f"{next(_numbers)}-{path.stem}.txt"
    to_utf8(path, encoding, target, limits)
    return target


def temporary_folder(connection: Any) -> Path:
    """A folder that the connection may read and that goes away with it.

    It lies in the connection's temporary folder, unless that is DuckDB's default below the current folder.
    """
    stated = connection.con.execute("SELECT current_setting('temp_directory')").fetchone()[0]
    own = Path(stated) if stated and Path(stated).is_absolute() else None
    if own is not None:
        own.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="source-", dir=own))
    weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    return folder


def _head(path: Path, limits: Limits) -> str:
    head = next(bytes_of(path, limits), b"")[:HEAD]
    return head.decode("utf-8-sig", errors="replace")


@dataclass(frozen=True)
class _Reading:
    path: Path
    shown: str
    connection: Any
    delimiter: str
    header: Header
    clean: bool
    """Whether every byte is known to be UTF-8. Otherwise counting must look into every cell."""

    def table(self) -> tuple[ir.Table, int]:
        """The rows as an expression and their number: one quick pass counts them and finds the broken lines."""
        strict = True
        try:
            broken, good = self._count(strict)
        except duckdb.Error:
            strict = False
            try:
                broken, good = self._count(strict)
            except duckdb.Error as error:
                raise SourceUnreadable(name=self.shown, detail=str(error).split("\n")[0]) from error
        if not good:
            raise (SourceUnreadable(name=self.shown, detail="no row") if broken else SourceEmpty(name=self.shown))
        plain = f"SELECT * FROM {self._scan(strict, ', ignore_errors = true' if broken else '')}"
        sql = self._with_broken(plain, broken) if broken else plain
        return self.connection.sql(sql), good + len(broken)

    def _scan(self, strict: bool, more: str) -> str:
        columns = ", ".join(f"{quoted(heading)}: 'VARCHAR'" for heading in self.header.names)
        return (
            f"read_csv({quoted(str(self.path))}, auto_detect = false, columns = {{{columns}}}, "
            f"delim = {quoted(self.delimiter)}, quote = '\"', escape = '\"', skip = {self.header.skip}, "
            f"header = {str(self.header.stated).lower()}, strict_mode = {str(strict).lower()}{more})"
        )

    def _count(self, strict: bool) -> tuple[list[tuple[int, str, str]], int]:
        """Broken lines as (data row, code, text), and the number of good rows."""
        run, tag = self.connection.con.execute, f"broken_{next(_numbers)}"
        options = f", store_rejects = true, rejects_table = '{tag}', rejects_scan = '{tag}_scan', rejects_limit = 0"
        cells = ", ".join(f"count({name(heading)})" for heading in self.header.names)
        counted = "count(*)" if self.clean else f"count(*), {cells}"
        # fetchall runs the query to its end; only then DuckDB writes the list of broken lines.
        good = int(run(f"SELECT {counted} FROM {self._scan(strict, options)}").fetchall()[0][0])
        before = self.header.skip + self.header.stated
        listed = run(
            f"""SELECT line - {before}, min(error_type), any_value(csv_line)[:1000] FROM {tag}
            GROUP BY line ORDER BY line LIMIT {MOST_BROKEN + 1}"""
        ).fetchall()
        run(f"DROP TABLE {tag}; DROP TABLE {tag}_scan")
        if len(listed) > MOST_BROKEN:
            raise SourceUnreadable(name=self.shown, detail=f"more than {MOST_BROKEN} broken lines")
        return [(line, CODES.get(kind, "broken_row"), text or "") for line, kind, text in listed], good

    def _with_broken(self, plain: str, broken: Sequence[tuple[int, str, str]]) -> str:
        """Good rows with the numbers they have in the file, and the broken lines as rows that carry their reason."""
        names = ", ".join(map(name, self.header.names))
        nothing = ", ".join(f"NULL::VARCHAR AS {name(heading)}" for heading in self.header.names)
        shifts = [(line - place - 1, place + 1) for place, (line, _, _) in enumerate(broken)]
        counted = f"SELECT row_number() OVER () AS _at, * FROM ({plain})"
        if len(broken) <= FEW:
            ahead = " + ".join(f"(_at > {after})::BIGINT" for after, _ in shifts)
            good = f"SELECT _at + {ahead} AS _row, {names} FROM ({counted})"
        else:
            table = f"(VALUES {', '.join(f'({after}, {number})' for after, number in shifts)}) AS s(_after, _ahead)"
            highest = f"SELECT _after, max(_ahead) AS _ahead FROM {table} GROUP BY _after"
            good = (
                f"SELECT g._at + coalesce(s._ahead, 0) AS _row, {names} FROM ({counted}) g "
                f"ASOF LEFT JOIN ({highest}) s ON g._at > s._after"
            )
        lines = ", ".join(f"({line}, {quoted(code)}, {quoted(text)})" for line, code, text in broken)
        bad = f"SELECT line AS _row, {nothing}, code, text FROM (VALUES {lines}) AS b(line, code, text)"
        return (
            f"SELECT *, NULL::VARCHAR AS _source_problem, NULL::VARCHAR AS _source_text FROM ({good}) UNION ALL ({bad})"
        )
