"""Results as files: CSV that Excel opens in either language, and a workbook with its filters and definitions."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook

Cell = str | int | float | Decimal | bool | date | datetime | None
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, full-width forms too."""
ADDRESS: Final = re.compile(r"[^\s@<>,;:\"'()]+@[^\s@<>,;:\"'()]+\.[^\s@<>,;:\"'()]+")
HIDDEN: Final = "＊＊＊"
GETA: Final = "〓"
"""What stands for a character that an encoding cannot hold."""
FORMATS: Final = {"ratio": "0.00%", "currency": "#,##0.##", "count": "#,##0", "date": "yyyy-mm-dd"}
SHEETS: Final = {
    "ja": ("集計", "明細", "条件", "定義"),
    "en": ("Summary", "Details", "Filters", "Definitions"),
}
CONDITIONS: Final = {"ja": ("条件", "値"), "en": ("Filter", "Value")}
WIDEST: Final = 48


@dataclass(frozen=True)
class Sheet:
    """A head and rows of plain values; `units` says for each column, or for each row, how Excel shows its numbers."""

    head: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    units: tuple[str, ...] = ()
    by_row: bool = False


@dataclass(frozen=True)
class Flow:
    """Rows that are asked for anew whenever somebody goes through them, and that are never all in memory."""

    rows: Callable[[], Iterator[Sequence[Cell]]]

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        return self.rows()


@dataclass(frozen=True)
class Drawn:
    """A native chart of the summary: `line` or `column`, the columns of its points, and the row of each series."""

    kind: str
    first: int
    last: int
    series: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Book:
    """A result for a file: what is on the page, every value of it, what it was asked with, what its words mean.

    `conditions` are the filters in force. `details` are what the CSV holds.
    """

    name: str
    summary: Sheet
    details: Sheet
    conditions: tuple[tuple[str, str], ...]
    definitions: Sheet
    drawn: Drawn | None = None


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("＝cmd"), harmless("12")
    ("'=1+1", "'＝cmd", '12')
    """
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def without_addresses(sheet: Sheet) -> Sheet:
    """The sheet with every e-mail address hidden."""
    return replace(sheet, rows=Flow(lambda: (tuple(_hidden(cell) for cell in row) for row in sheet.rows)))


def _hidden(cell: Cell) -> Cell:
    return ADDRESS.sub(HIDDEN, cell) if isinstance(cell, str) else cell


def csv_lines(sheet: Sheet, encoding: str = "utf-8", *, mark: bool = True) -> Iterator[bytes]:
    """The sheet as CSV, a line at a time; with a `mark` at the start Excel reads UTF-8 as it is meant.

    Numbers keep every digit. A character the encoding cannot hold becomes 〓.
    """
    if mark and encoding == "utf-8":
        yield "\ufeff".encode()
    yield _line(sheet.head, encoding)
    for row in sheet.rows:
        yield _line(row, encoding)


def parcels(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Lines put together for the way: a parcel is sent as soon as it is full.

    >>> list(parcels([b"ab", b"c", b"de"], 3))
    [b'abc', b'de']
    """
    held: list[bytes] = []
    room = size
    for line in lines:
        held.append(line)
        room -= len(line)
        if room <= 0:
            yield b"".join(held)
            held, room = [], size
    if held:
        yield b"".join(held)


def _line(row: Sequence[Cell], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([plain(cell) for cell in row])
    text = out.getvalue()
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(each if _holds(each, encoding) else GETA for each in text).encode(encoding)


def plain(cell: Cell) -> str:
    """A cell as text that reads back as the same value; nothing for None.

    >>> plain(0.1), plain(3.0), plain(None), plain("-5 oclock"), plain(Decimal("-12.50"))
    ('0.1', '3', '', "'-5 oclock", '-12.50')
    """
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
        case Decimal():
            return f"{cell:f}"
        case datetime() | date():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case int():
            return str(cell)
    return harmless(cell)


def unheld(sheet: Sheet, encoding: str) -> tuple[str, ...]:
    """The characters of a sheet that an encoding cannot hold, in order of their first place."""
    found: dict[str, None] = {}
    for row in (sheet.head, *sheet.rows):
        for cell in row:
            if isinstance(cell, str):
                found.update((each, None) for each in cell if not _holds(each, encoding))
    return tuple(found)


def _holds(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def excel(book: Book, language: str) -> bytes:
    """The book as an Excel workbook with a native chart; texts stay texts whatever they begin with."""
    names = SHEETS["ja" if language.startswith("ja") else "en"]
    conditions = Sheet(CONDITIONS["ja" if language.startswith("ja") else "en"], book.conditions)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with Workbook(out, options) as workbook:
        formats = {unit: workbook.add_format({"num_format": shown}) for unit, shown in FORMATS.items()}
        bold = workbook.add_format({"bold": True, "bottom": 1})
        for name, sheet in zip(names, (book.summary, book.details, conditions, book.definitions), strict=True):
            _fill(workbook.add_worksheet(name), sheet, formats, bold)
        if book.drawn is not None:
            _draw(workbook, names[0], book)
    return out.getvalue()


def _fill(page: Any, sheet: Sheet, formats: dict[str, Any], bold: Any) -> None:
    widths = [len(word) for word in sheet.head]
    page.write_row(0, 0, sheet.head, bold)
    page.freeze_panes(1, 0)
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            place = number - 1 if sheet.by_row else column
            unit = sheet.units[place] if place < len(sheet.units) else ""
            _write(page, number, column, cell, formats, unit)
            if number <= 200:
                widths[column] = max(widths[column], len(plain(cell)))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width * 1.6 + 2, WIDEST))


def _write(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any], unit: str) -> None:
    match cell:
        case None:
            return
        case bool():
            page.write_boolean(row, column, cell)
        case int() | float() | Decimal():
            page.write_number(row, column, float(cell), formats.get(unit))
        case datetime():
            page.write_string(row, column, cell.isoformat(" "))
        case date():
            page.write_datetime(row, column, cell, formats["date"])
        case _:
            page.write_string(row, column, cell)


def _draw(workbook: Any, name: str, book: Book) -> None:
    drawn = book.drawn
    assert drawn is not None
    chart = workbook.add_chart({"type": drawn.kind})
    for row in drawn.series:
        chart.add_series(
            {
                "name": [name, row + 1, 0],
                "categories": [name, 0, drawn.first, 0, drawn.last],
                "values": [name, row + 1, drawn.first, row + 1, drawn.last],
            }
        )
    chart.set_title({"name": book.name, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    page = workbook.get_worksheet_by_name(name)
    rows = len(book.summary.rows) if isinstance(book.summary.rows, Sequence) else 0
    page.insert_chart(rows + 3, 0, chart, {"x_scale": 1.5})
