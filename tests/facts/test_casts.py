"""Raw columns of every type become columns of the lake's types; what cannot be read is empty, never an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from keiki.facts.casts import Reading, as_text, boolean, cast, day, integer, is_empty, moment, money, number, text
from keiki.facts.contract import Kind

Read = Callable[..., list[Any]]
TOKYO = Reading()
NAN, INF = float("nan"), float("inf")


def of(kind: Callable[[Any, Reading], Any]) -> Callable[[Any], Any]:
    return lambda cell: kind(cell, TOKYO)


def test_money_is_exact_and_bounded(read: Read) -> None:
    written = [
        "1200",
        "12.34565",
        "1e3",
        "１，２００円",
        "99999999999999",
        "100000000000000",
        "1e400",
        "NaN",
        "x",
        None,
    ]
    assert read(of(money), written) == [
        Decimal("1200.0000"), Decimal("12.3457"), Decimal("1000.0000"), Decimal("1200.0000"),
        Decimal("99999999999999.0000"), None, None, None, None, None,
    ]  # fmt: skip
    floats = pa.array([0.1, NAN, INF, 1e300, 1e14, None], pa.float64())
    assert read(of(money), floats) == [Decimal("0.1000"), None, None, None, None, None]


def test_number_is_finite(read: Read) -> None:
    assert read(of(number), ["1.5", "12.5%", "1e400", "nan", "inf", "", None]) == [1.5, 0.125, *[None] * 5]
    assert read(of(number), pa.array([1.5, NAN, INF, -INF], pa.float64())) == [1.5, None, None, None]


def test_integer_is_whole(read: Read) -> None:
    written = ["12", "-3", "1,000", "１２", "1.0", "1.5", ".5", "0x10", "1e3", "9223372036854775808", "99999999999999"]
    assert read(of(integer), written) == [12, -3, 1000, 12, 1, None, None, None, None, None, 99999999999999]
    assert read(of(integer), pa.array([1.0, 1.5, NAN, 1e300], pa.float64())) == [1, None, None, None]
    assert read(of(integer), pa.array([1, None, 2**62], pa.int64())) == [1, None, 2**62]


def test_boolean_reads_words_and_signs(read: Read) -> None:
    words = ["はい", "いいえ", "有", "無", "TRUE", "f", "1", "0", "○", "×", "Yes", "maybe", "", None]
    assert read(of(boolean), words) == [
        True, False, True, False, True, False, True, False, True, False, True, None, None, None,
    ]  # fmt: skip
    assert read(of(boolean), pa.array([1, 0, 2, None], pa.int64())) == [True, False, None, None]


def test_text_drops_the_spaces_around_it(read: Read) -> None:
    assert read(of(text), [" a b ", "\u3000あ\u3000", "\tx\r\n", "  ", "", None]) == [
        "a b",
        "あ",
        "x",
        None,
        None,
        None,
    ]


def test_text_of_numbers_is_what_a_person_types(read: Read) -> None:
    assert read(as_text, pa.array([17850.0, 1.5, 1e300, NAN, None])) == ["17850", "1.5", "1e+300", "nan", None]
    decimals = pa.array([Decimal("10.00"), Decimal("10.50"), Decimal("0.00")], pa.decimal128(10, 2))
    assert read(as_text, decimals) == ["10", "10.5", "0"]
    assert read(as_text, pa.array([True, False])) == ["true", "false"]


def test_typed_dates_pass_and_are_bounded(read: Read) -> None:
    days = pa.array([date(2025, 4, 1), date(1, 1, 1), None], pa.date32())
    assert read(of(day), days) == [date(2025, 4, 1), None, None]
    assert read(of(moment), days) == [datetime(2025, 3, 31, 15), None, None]
    local = pa.array([datetime(2025, 4, 1, 10)], pa.timestamp("ns"))
    assert read(of(moment), local) == [datetime(2025, 4, 1, 1)]
    assert read(of(day), local) == [date(2025, 4, 1)]


def test_timestamps_with_a_zone_keep_their_instant(read: Read) -> None:
    instants = pa.array([datetime(2025, 3, 31, 16)], pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    assert read(of(moment), instants) == [datetime(2025, 3, 31, 16)]
    assert read(of(day), instants) == [date(2025, 4, 1)]


def test_numbers_in_date_columns_are_serials_or_compact_days(read: Read) -> None:
    assert read(of(day), pa.array([45748.0, 20250401.0, 2025.0, NAN])) == [date(2025, 4, 1)] * 2 + [None, None]


def test_columns_of_another_kind_are_unreadable(read: Read) -> None:
    days = pa.array([date(2025, 4, 1)], pa.date32())
    for kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.BOOLEAN):
        assert read(lambda cell, kind=kind: cast(cell, kind, TOKYO), days) == [None]
    yes = pa.array([True])
    assert read(lambda cell: cast(cell, Kind.DATE, TOKYO), yes) == [None]


def test_marks_of_nothing_are_empty_but_not_in_text(read: Read) -> None:
    marks = ["-", "N/A", "なし", " ", None, "0"]
    assert read(lambda cell: is_empty(cell, Kind.MONEY), marks) == [True, True, True, True, True, False]
    assert read(lambda cell: is_empty(cell, Kind.TEXT), marks) == [False, False, False, True, True, False]
    assert read(lambda cell: is_empty(cell, Kind.BOOLEAN), ["なし", "-"]) == [False, True]
