"""Excel workbooks: one sheet as a table, titles above the header left out."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import python_calamine as calamine
from ibis.expr import types as ir

from keiki.errors import SourceEmpty, SourceLocked, SourceTooLarge, SourceUnreadable, UnknownName
from keiki.sources.layout import find_header
from keiki.sources.limits import Limits, check_size

OLE = b"\xd0\xcf\x11\xe0"
HEAD = 200


def open_workbook(
    path: Path, limits: Limits, *, sheet: str | None = None, header: int | None = None
) -> tuple[ir.Table, str, int]:
    """A sheet as a table with `_row`; its name and its number of rows. Without `sheet`: the visible one with most rows.

    Numbers stay numbers and dates dates; a column that mixes kinds becomes text as it would have been typed.
    """
    _check_size(path, limits)
    try:
        with calamine.load_workbook(str(path)) as book:
            chosen = _sheet(book, path.name, sheet)
            rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=True)
    except calamine.PasswordError as error:
        raise SourceLocked(name=path.name) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if path.read_bytes()[:4] == OLE and path.suffix.lower() in (".xlsx", ".xlsm"):
            raise SourceLocked(name=path.name) from error
        raise SourceUnreadable(name=path.name, detail=str(error)) from error
    table, count = _table(rows, path.name, header, limits)
    return ibis.memtable(table), chosen, count


def _check_size(path: Path, limits: Limits) -> None:
    check_size(path.name, path.stat().st_size, limits.workbook)
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        entries = packed.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise SourceLocked(name=path.name)
    unpacked = sum(entry.file_size for entry in entries)
    check_size(path.name, unpacked, limits.workbook_unpacked)
    check_size(path.name, unpacked, max(path.stat().st_size, 2**20) * limits.ratio)


def _sheet(book: Any, shown: str, wanted: str | None) -> str:
    names = [str(name) for name in book.sheet_names]
    if wanted is not None:
        if wanted not in names:
            raise UnknownName(kind="sheet", name=wanted, known=names)
        return wanted
    visible = [m.name for m in book.sheets_metadata if m.visible == calamine.SheetVisibleEnum.Visible] or names
    if not visible:
        raise SourceEmpty(name=shown)
    return max(visible, key=lambda name: (book.get_sheet_by_name(name).height, -visible.index(name)))


def _table(rows: Sequence[Sequence[Any]], shown: str, header: int | None, limits: Limits) -> tuple[pa.Table, int]:
    if not any(cell != "" for row in rows for cell in row):
        raise SourceEmpty(name=shown)
    found = find_header([[_typed(cell) for cell in row] for row in rows[:HEAD]], header)
    if len(found.names) > limits.columns:
        raise SourceTooLarge(name=shown, size=len(found.names), most=limits.columns)
    body = rows[found.skip + found.stated :]
    numbers = np.array([at for at, row in enumerate(body, start=1) if any(cell != "" for cell in row)], dtype="int64")
    if not len(numbers):
        raise SourceEmpty(name=shown)
    columns = {"_row": pa.array(numbers)}
    for place, heading in enumerate(found.names):
        columns[heading] = _column([body[at - 1][place] if place < len(body[at - 1]) else "" for at in numbers])
    return pa.table(columns), len(numbers)


def _column(cells: Sequence[Any]) -> pa.Array:
    filled = [cell for cell in cells if cell != ""]
    kinds = {type(cell) for cell in filled}
    values = [None if cell == "" else cell for cell in cells]
    if kinds and kinds <= {int, float}:
        return pa.array(values, pa.float64())
    if kinds and kinds <= {datetime, date}:
        return pa.array([_moment(value) for value in values], pa.timestamp("us"))
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    return pa.array([None if value is None else _typed(value) for value in values], pa.string())


def _moment(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)


def _typed(cell: Any) -> str:
    """A cell as a person would have typed it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return str(cell)
