"""Workbooks: the right sheet, titles left out, numbers and dates as they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from keiki.errors import SourceEmpty, SourceLocked, SourceTooLarge, UnknownName
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.sources import open_source
from keiki.sources.limits import Limits

File = Callable[[str, bytes | str], Path]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "売上.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        workbook.add_worksheet("説明").write(0, 0, "読んでください")
        sheet = workbook.add_worksheet("明細")
        sheet.merge_range(0, 0, 0, 3, "売上一覧（2025年）")
        sheet.write_row(2, 0, ["注文番号", "会員ID", "注文日", "金額"])
        sheet.write_row(3, 0, [1001, "C1", date(2025, 4, 1), 1200])
        sheet.write_row(4, 0, [1002, "C2", datetime(2025, 4, 2, 9, 30), 1.5])
        sheet.write_row(6, 0, ["A-3", "C3", "令和7年4月3日", "３００円"])
    return path


def test_the_largest_sheet_is_read_below_its_titles(connection: Any, rows: Any, book: Path) -> None:
    source = open_source(book, connection=connection)
    assert (source.sheet, source.columns, source.rows_estimate) == ("明細", ("注文番号", "会員ID", "注文日", "金額"), 3)
    (part,) = source.parts()
    good = rows(conform(part.table, part.mapping, Reading()).good)
    assert [(r["_row"], r["order_id"], r["ordered_at"], float(r["amount"])) for r in good] == [
        (1, "1001", datetime(2025, 3, 31, 15), 1200.0),
        (2, "1002", datetime(2025, 4, 2, 0, 30), 1.5),
        (4, "A-3", datetime(2025, 4, 2, 15), 300.0),
    ]


def test_a_sheet_can_be_chosen(connection: Any, book: Path) -> None:
    with pytest.raises(SourceEmpty):
        open_source(book, connection=connection, sheet="説明")
    with pytest.raises(UnknownName, match="明細"):
        open_source(book, connection=connection, sheet="明細表")


def test_protected_and_swollen_books_are_refused(connection: Any, book: Path, file: File) -> None:
    with pytest.raises(SourceLocked, match=r"geheim\.xlsx"):
        open_source(file("geheim.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 4000), connection=connection)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 5_000_000)
    with pytest.raises(SourceTooLarge, match=r"bomb\.xlsx"):
        open_source(file("bomb.xlsx", packed.getvalue()), connection=connection, limits=Limits(ratio=3))
