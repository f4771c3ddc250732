"""Where a table begins in a file that people made: title lines, the header row, and names for every column."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

DELIMITERS = (",", "\t", ";", "|")
RESERVED = ("_row", "_import", "_problems", "_source_problem", "_source_text")
VALUE = re.compile(r"[-+△▲(]?[¥￥$]?[\d０-９][\d０-９,，.．/年月日:\-TZ ]*[%％円)]?")


@dataclass(frozen=True)
class Header:
    """The names of the columns, the lines above them, and whether the file says the names itself."""

    names: tuple[str, ...]
    skip: int
    stated: bool = True


def sniff_delimiter(text: str) -> str:
    """The sign between cells: the one under which most lines have the same number of cells, more than one."""
    return max(DELIMITERS, key=lambda sign: _agreement(records(text, sign)))


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    widths = Counter(len(row) for row in rows if row)
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
    return (count / max(len(rows), 1) if width > 1 else 0.0, width)


def records(text: str, delimiter: str, most: int = 200) -> list[list[str]]:
    """The first records of delimited text; the last one is left out, since the text may end in the middle of it."""
    csv.field_size_limit(2**24)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= most:
                break
    except csv.Error:
        return rows
    return rows


def find_header(rows: Sequence[Sequence[str]], header: int | None = None) -> Header:
    """The header among the first rows: the first as wide as the table and without values.

    Rows above it with one or two cells are titles. `header` (1-based) settles it by hand.
    """
    if header is not None:
        return Header(column_names(rows[header - 1]), header - 1)
    widths = Counter(_filled(row) for row in rows if _filled(row))
    width = max(widths, key=lambda w: (widths[w], w), default=0)
    first = next((at for at, row in enumerate(rows) if _filled(row) >= max(1, width * 0.6)), 0)
    if any(_filled(row) > 2 for row in rows[:first]):
        first = 0
    row = rows[first] if rows else []
    values = sum(bool(VALUE.fullmatch(cell.strip())) for cell in row)
    if row and values * 2 >= _filled(row):
        return Header(column_names([""] * max(len(r) for r in rows[first:])), first, stated=False)
    return Header(column_names(row), first)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """A name for every column: blank ones are numbered, repeated ones get a number behind.

    >>> column_names(["ID", "", "id", " 金額\\n(税込) "])
    ('ID', 'column_2', 'id_2', '金額 (税込)')
    """
    names: list[str] = []
    taken = set(RESERVED)
    for place, cell in enumerate(cells, start=1):
        plain = " ".join(cell.replace("\ufeff", "").split()) or f"column_{place}"
        name, number = plain, 2
        # DuckDB does not tell names apart by the size of their letters.
        while name.lower() in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name.lower())
        names.append(name)
    return tuple(names)
