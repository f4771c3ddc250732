"""Text tables are read whatever their bytes, signs and shape; no line is lost in silence."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from keiki.errors import SourceEmpty, SourceUnreadable
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.sources import guess, open_source

File = Callable[[str, bytes | str], Path]

JAPANESE = """売上データ　2025年
出力日：2025/05/01

注文番号,会員ID,注文日,金額,備考
A1,C1,令和7年4月1日,"１，２００円",良い
A2,C2,R7.4.2,△５００,
A3,C3,2025年4月3日,"￥3,000",
A4,C4,令和7年2月30日,100,存在しない日
A5,C5,2025/4/5,abc,数でない
A6,C6,2025年4月6日,,空
A7,C7,2025-04-07
,C8,2025-04-08,100,番号なし
A9,C9,2025-04-09,"９９９",髙﨑①
"""


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_japanese_file_gives_good_rows_and_five_reasons(connection: Any, rows: Any, file: File, encoding: str) -> None:
    source = open_source(file("売上.csv", JAPANESE.encode(encoding)), connection=connection)
    assert (source.encoding, source.delimiter, source.rows_estimate) == (encoding, ",", 9)
    assert source.columns == ("注文番号", "会員ID", "注文日", "金額", "備考")
    (part,) = source.parts()
    conformed = conform(part.table, part.mapping, Reading())
    good = [(r["_row"], r["order_id"], r["ordered_at"], r["amount"], r["備考"]) for r in rows(conformed.good)]
    assert sorted(good) == [
        (1, "A1", datetime(2025, 3, 31, 15), Decimal(1200), "良い"),
        (2, "A2", datetime(2025, 4, 1, 15), Decimal(-500), None),
        (3, "A3", datetime(2025, 4, 2, 15), Decimal(3000), None),
        (9, "A9", datetime(2025, 4, 8, 15), Decimal(999), "髙﨑①"),
    ]
    assert sorted(tuple(r.values()) for r in rows(conformed.rejected)) == [
        (4, "注文日", "令和7年2月30日", "impossible_date"),
        (5, "金額", "abc", "not_a_number"),
        (6, "金額", None, "required_empty"),
        (7, None, "A7,C7,2025-04-07", "too_few_columns"),
        (8, "注文番号", None, "required_empty"),
    ]


def test_euc_is_told_from_cp932(connection: Any, file: File) -> None:
    text = "注文番号,会員ID\n東京都,カタカナとひらがな\n"
    source = open_source(file("e.csv", text.encode("euc_jp")), connection=connection)
    assert (source.encoding, source.sample(1)) == ("euc_jp", ({"注文番号": "東京都", "会員ID": "カタカナとひらがな"},))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_is_sniffed(connection: Any, file: File, delimiter: str) -> None:
    text = "a,b,c\n1,2,3\n4,5,6\n".replace(",", delimiter)
    source = open_source(file("a.txt", text), connection=connection)
    assert (source.delimiter, source.columns, source.rows_estimate) == (delimiter, ("a", "b", "c"), 2)


def test_gzip_is_unpacked(connection: Any, rows: Any, file: File) -> None:
    source = open_source(file("a.csv.gz", gzip.compress(b"a,b\n1,2\n")), connection=connection)
    assert rows(source.table()) == [{"a": "1", "b": "2"}]


def test_quoted_line_ends_stay_in_their_cell(connection: Any, rows: Any, file: File) -> None:
    source = open_source(file("a.csv", 'a,b\r\n1,"x\r\ny"\r\n2,"say ""hi"""\r\n'), connection=connection)
    assert rows(source.table()) == [{"a": "1", "b": "x\r\ny"}, {"a": "2", "b": 'say "hi"'}]


def test_repeated_and_blank_headings_get_names(connection: Any, file: File) -> None:
    source = open_source(file("a.csv", "a,A,,a\n1,x,3,4\n"), connection=connection)
    assert source.columns == ("a", "A_2", "column_3", "a_3")


def test_a_file_without_header_gets_numbered_columns(connection: Any, file: File) -> None:
    source = open_source(file("a.csv", "1,2025-01-01,5\n2,2025-01-02,6\n"), connection=connection)
    assert (source.columns, source.rows_estimate) == (("column_1", "column_2", "column_3"), 2)


@pytest.mark.parametrize("broken", [3, 60])
def test_row_numbers_count_broken_lines(connection: Any, rows: Any, file: File, broken: int) -> None:
    """Both ways of telling row numbers: few broken lines by comparing, many by a join."""
    lines = [f"{n},x" if n % 7 else f"{n}" for n in range(1, broken * 7 + 1)]
    source = open_source(file("a.csv", "id,b\n" + "\n".join(lines) + "\n"), connection=connection)
    found = sorted((r["_row"], r["id"], r["_source_problem"], r["_source_text"]) for r in rows(source.table()))
    assert found == [
        (n, str(n), None, None) if n % 7 else (n, None, "too_few_columns", str(n)) for n in range(1, broken * 7 + 1)
    ]
    assert source.rows_estimate == broken * 7
    assert len(source.sample(1000)) == broken * 6


def test_broken_characters_refuse_their_row_only(connection: Any, rows: Any, file: File) -> None:
    text = "id,memo\n" + "".join(f"{n},日本語のメモ\n" for n in range(30))
    source = open_source(file("a.csv", text.encode() + b"99,\xff\xfe\n100,x\n"), connection=connection)
    problems = [(r["_row"], r["_source_problem"]) for r in rows(source.table()) if r["_source_problem"]]
    assert (source.encoding, problems, source.rows_estimate) == ("utf-8", [(31, "broken_characters")], 32)


def test_said_options_win_over_sniffing(connection: Any, rows: Any, file: File) -> None:
    content = "x;y\na;b\n1;é\n".encode("latin-1")
    path = file("a.csv", content)
    source = open_source(path, connection=connection, encoding="latin-1", delimiter=";", header=2)
    assert rows(source.table()) == [{"a": "1", "b": "é"}]


@pytest.mark.parametrize("content", ["", "\n\n \n", "a,b,c\n"])
def test_files_without_rows_are_empty(connection: Any, file: File, content: str) -> None:
    with pytest.raises(SourceEmpty, match=r"a\.csv"):
        open_source(file("a.csv", content), connection=connection)


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 50, b"%PDF-1.7 ...", b"\x89PNG\r\n", gzip.compress(b"a,b\n" * 9999)[:-9]],
    ids=["binary", "pdf", "png", "torn gzip"],
)
def test_files_that_are_no_text_name_themselves(connection: Any, file: File, content: bytes) -> None:
    with pytest.raises(SourceUnreadable, match=r"a\.csv"):
        open_source(file("a.csv", content), connection=connection)


def test_cp932_digits_and_eras_are_guessed_as_orders(connection: Any, file: File) -> None:
    found = guess(open_source(file("a.csv", JAPANESE.encode("cp932")), connection=connection))
    assert (found.fact, found.export) == ("orders", None)
    assert {t: r.sources for t, r in (found.mapping.rules if found.mapping else {}).items()} == {
        "order_id": ("注文番号",),
        "customer_id": ("会員ID",),
        "ordered_at": ("注文日",),
        "amount": ("金額",),
        "is_guest": ("会員ID",),
    }
