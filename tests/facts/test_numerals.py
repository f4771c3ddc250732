"""Numbers as people write them are read exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiki.facts.numerals import amount, number

Read = Callable[..., list[Any]]
WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


WRITTEN = {
    "1,234": Decimal("1234"),
    "１，２３４．５": Decimal("1234.5"),
    "△1,234": Decimal("-1234"),
    "▲１２３": Decimal("-123"),
    "−5": Decimal("-5"),
    "(1,234)": Decimal("-1234"),
    "（1,234）": Decimal("-1234"),
    "1,234-": Decimal("-1234"),
    "¥1,234": Decimal("1234"),
    "￥１，２３４円": Decimal("1234"),
    "\\1,200": Decimal("1200"),
    "-¥5": Decimal("-5"),
    "¥-5": Decimal("-5"),
    "$1,234.50": Decimal("1234.5"),
    "US$ 10": Decimal("10"),
    "1,200 円": Decimal("1200"),
    "12万円": Decimal("120000"),
    "1.2万円": Decimal("12000"),
    "５００千円": Decimal("500000"),
    "5百万円": Decimal("5000000"),
    "3億円": Decimal("300000000"),
    "+5": Decimal("5"),
    ".5": Decimal("0.5"),
    "\u30001,000\u00a0": Decimal("1000"),
}


def test_amount_reads_what_people_write(read: Read) -> None:
    assert dict(zip(WRITTEN, read(amount, WRITTEN), strict=True)) == WRITTEN


UNCLEAR = ["", "abc", "1 234", "1,23", "1,000,00", "1.234,56", "--5", "(-5)", "¥", "円", "1億2000万", "12.5%", "1.2.3",
     "5個", "1/2", "NaN", "Infinity", "12K", "千"]  # fmt: skip


def test_amount_refuses_what_could_be_another_number(read: Read) -> None:
    assert dict(zip(UNCLEAR, read(amount, UNCLEAR), strict=True)) == dict.fromkeys(UNCLEAR)


def test_number_reads_percent_as_share(read: Read) -> None:
    assert read(number, ["12.5%", "１００％", "△5%", "3"]) == [0.125, 1.0, -0.05, 3.0]


@pytest.fixture(scope="module")
def amount_of(prepare: Callable[..., Any]) -> Callable[[list[str]], list[Any]]:
    return prepare(amount)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.decimals(-(10**13), 10**13, places=4), min_size=1, max_size=40))
def test_amount_reads_back_every_writing(amount_of: Callable[..., list[Any]], numbers: list[Decimal]) -> None:
    for written in (
        [f"{n:,}" for n in numbers],
        [f"{n:,}".translate(WIDE) for n in numbers],
        [f"△{abs(n):,}" if n < 0 else f"￥{n:,}円" for n in numbers],
        [f"({abs(n)})" if n < 0 else f"${n}" for n in numbers],
    ):
        assert amount_of(written) == [n.quantize(Decimal("1e-10")) for n in numbers]
