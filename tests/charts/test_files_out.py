"""Files that leave the product: no digit lost, no cell a formula, no character lost in silence."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from keiki.charts.files_out import DANGEROUS, Book, Drawn, Sheet, csv_lines, excel, plain, unheld, without_addresses

ROWS = [
    ("売上", date(2026, 10, 1), 0.1, None),
    ("髙島屋😀", date(2026, 11, 1), Decimal("-12.50"), "=1+1"),
    ("＝cmd|' /C calc'!A0", None, 3.0, True),
]
SHEET = Sheet(("name", "day", "value", "note"), ROWS)


def text_of(sheet: Sheet, encoding: str = "utf-8") -> str:
    return b"".join(csv_lines(sheet, encoding)).decode("utf-8-sig" if encoding == "utf-8" else encoding)


def test_csv_opens_in_excel_and_reads_back_every_digit() -> None:
    whole = b"".join(csv_lines(SHEET))
    assert whole.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text_of(SHEET))))
    assert rows[1] == ["売上", "2026-10-01", "0.1", ""]
    assert rows[2] == ["髙島屋😀", "2026-11-01", "-12.50", "'=1+1"]
    assert rows[3] == ["'＝cmd|' /C calc'!A0", "", "3", "true"]
    assert not b"".join(csv_lines(SHEET, mark=False)).startswith(b"\xef\xbb\xbf")


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_a_number_in_a_csv_reads_back_as_the_same_number(value: float) -> None:
    assert float(plain(value)) == value


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not plain(text).startswith(DANGEROUS)


def test_shift_jis_says_which_characters_it_cannot_hold_and_marks_their_places() -> None:
    assert unheld(SHEET, "cp932") == ("😀",)
    assert "髙島屋〓" in text_of(SHEET, "cp932")
    assert unheld(SHEET, "utf-8") == ()


def test_workbook_has_its_filters_definitions_and_a_native_chart(tmp_path: Path) -> None:
    summary = Sheet(
        ("name", "Sep", "Oct"), [("=SUM(A1)", 1.5, 2.5), ("b", None, 3)], ("currency", "ratio"), by_row=True
    )
    filters = (("事業", "港コーヒー"), ("期間", "2026年10月"))
    words = Sheet(("id", "meaning"), [("revenue", "売上です")])
    book = Book("売上", summary, SHEET, filters, words, Drawn("line", 1, 2))
    path = tmp_path / "book.xlsx"
    path.write_bytes(excel(book, "ja"))
    found = CalamineWorkbook.from_path(path)
    assert found.sheet_names == ["集計", "明細", "条件", "定義"]
    assert found.get_sheet_by_name("集計").to_python() == [["name", "Sep", "Oct"], ["=SUM(A1)", 1.5, 2.5], ["b", "", 3]]
    assert [row[:2] for row in found.get_sheet_by_name("条件").to_python()][1:] == [list(each) for each in filters]
    with ZipFile(path) as parts:
        assert "xl/charts/chart1.xml" in parts.namelist()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet, "no cell is a formula"


@pytest.mark.parametrize("text", ["hanako@example.jp", "ask <h.sato+x@mail.example.co.jp> now"])
def test_addresses_are_hidden(text: str) -> None:
    ((found,),) = without_addresses(Sheet(("a",), [(text,)])).rows
    assert "@" not in str(found)
    assert "＊＊＊" in str(found)
