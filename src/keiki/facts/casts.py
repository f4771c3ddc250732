"""One raw column becomes one column of a fact: typed values pass through, text is tried fast and then read slowly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from keiki.facts import dates, numerals, zones
from keiki.facts.contract import Kind
from keiki.facts.functions import instant_to_local, matches, one_of, trim

LAKE_TYPES = {
    Kind.TEXT: "string",
    Kind.NUMBER: "float64",
    Kind.MONEY: "decimal(18, 4)",
    Kind.INTEGER: "int64",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamp",
    Kind.BOOLEAN: "boolean",
}
MONEY_LIMIT = Decimal(10) ** 14

WIDE_SPACE = "\u3000"
SPACES = f" \t\r\n\v\f\u00a0{WIDE_SPACE}"

EMPTY_MARKS = ("", "-", "－", "―", "—", "N/A", "#N/A", "NA", "NULL", "null", "None", "(blank)", "なし")
"""Cells that say "nothing here" in a column that is not text."""

TRUE_WORDS = ("true", "t", "1", "1.0", "yes", "y", "on", "はい", "有", "有り", "あり", "○", "◯", "〇", "済", "✓")
FALSE_WORDS = ("false", "f", "0", "0.0", "no", "n", "off", "いいえ", "無", "無し", "なし", "×", "✕", "未")


@dataclass(frozen=True)
class Reading:
    """How the cells of a source are meant.

    `zone`: times without an offset are local there. `tax_rate`: for amounts that include tax. `date_order`: `mdy` or
    `dmy` settles what 1/2/2025 is; with `ymd` such a cell is refused and only clear ones such as 1/13/2025 are read.
    `today` is the business's day, for exports that say what holds now and not since when.
    """

    zone: str = "Asia/Tokyo"
    tax_rate: Decimal | float = Decimal("0.10")
    date_order: str = "ymd"
    today: date | None = None


def cast(raw: Any, kind: Kind, reading: Reading) -> Any:
    """A raw column as the lake type of `kind`; NULL where the cell is empty or cannot be read, never an error."""
    return CASTS[kind](raw, reading)


def is_empty(raw: Any, kind: Kind) -> Any:
    """Whether a cell says that there is nothing: NULL, blank, and marks such as - in columns that are not text."""
    if not raw.type().is_string():
        return raw.isnull()
    blank = raw.isnull() | (numerals.plain(raw) == "")
    marks = [mark for mark in EMPTY_MARKS if kind is not Kind.BOOLEAN or mark != "なし"]
    return blank if kind is Kind.TEXT else blank | one_of(raw.strip(), marks)


def as_text(raw: Any) -> Any:
    """A raw cell as the text a person would have typed: 17850 for 17850.0."""
    kind = raw.type()
    if kind.is_string():
        return raw
    if kind.is_floating():
        # Ibis would turn floor() into a cast that fails on NaN and on 1e300; a cast that is tried does not.
        whole = raw.try_cast("int64")
        exact = (whole == raw) & (raw.abs() < 1e15)
        return ibis.cases((exact, whole.cast("string")), else_=raw.cast("string"))
    if kind.is_decimal():
        trimmed = raw.cast("string").re_replace(r"(\.[0-9]*?)0+$", r"\1").re_replace(r"\.$", "")
        return ibis.cases((raw.cast("string").contains("."), trimmed), else_=raw.cast("string"))
    return raw.cast("string")


def text(raw: Any, reading: Reading) -> Any:
    """Text without the spaces around it; blank is empty."""
    written = as_text(raw)
    # Trimming every cell costs more than reading a clean file: four comparisons say which cells need it.
    spaced = (written < "!") | written.endswith(" ") | written.startswith(WIDE_SPACE) | written.endswith(WIDE_SPACE)
    return ibis.cases((spaced, trim(written, SPACES).nullif("")), else_=written)


def money(raw: Any, reading: Reading) -> Any:
    """An exact amount with 4 decimals, half away from zero; NULL from 10^14 on."""
    target, kind = LAKE_TYPES[Kind.MONEY], raw.type()
    if kind.is_string():
        return _try_then(raw, target, lambda r: numerals.amount(r).try_cast(target))
    return raw.try_cast(target) if kind.is_numeric() else _unreadable(Kind.MONEY)


def number(raw: Any, reading: Reading) -> Any:
    """A finite DOUBLE."""
    kind = raw.type()
    if kind.is_string():
        return _finite(_try_then(raw, "float64", numerals.number))
    return _finite(raw.try_cast("float64")) if kind.is_numeric() else _unreadable(Kind.NUMBER)


def integer(raw: Any, reading: Reading) -> Any:
    """A whole number of 64 bits; 1.0 is whole, 1.5 is not read."""
    kind = raw.type()
    if kind.is_string():
        simple = matches(raw, "-?[0-9]{1,18}")
        stated = numerals.amount(raw)
        slow = ibis.cases((stated.try_cast("int64") == stated, stated.try_cast("int64")))
        return ibis.cases((raw.isnull(), ibis.null("int64")), (simple, raw.try_cast("int64")), else_=slow)
    if kind.is_integer():
        return raw if str(kind) == "int64" else raw.try_cast("int64")
    if kind.is_numeric() and not kind.is_boolean():
        whole = raw.try_cast("int64")
        return ibis.cases((whole == raw, whole))
    return _unreadable(Kind.INTEGER)


def boolean(raw: Any, reading: Reading) -> Any:
    """Yes or no, also はい and いいえ, 有 and 無, 1 and 0."""
    kind = raw.type()
    if kind.is_boolean():
        return raw
    if kind.is_numeric():
        return ibis.cases((raw == 1, True), (raw == 0, False))
    if kind.is_string():
        word = numerals.plain(raw).lower()
        return ibis.cases((one_of(word, TRUE_WORDS), True), (one_of(word, FALSE_WORDS), False))
    return _unreadable(Kind.BOOLEAN)


def day(raw: Any, reading: Reading) -> Any:
    """A calendar day of the business, in the years 1800 to 9999."""
    kind = raw.type()
    if kind.is_date():
        return ibis.cases((zones.plausible_day(raw), raw))
    if kind.is_timestamp():
        local = instant_to_local(reading.zone, raw) if kind.timezone else raw.cast("timestamp")
        return ibis.cases((zones.plausible(local), local.cast("date")))
    if kind.is_string() or (kind.is_numeric() and not kind.is_boolean()):
        written = as_text(raw)
        stated = dates.day(written, reading.zone, reading.date_order)
        return ibis.cases((written.isnull(), ibis.null("date")), else_=stated)
    return _unreadable(Kind.DATE)


def moment(raw: Any, reading: Reading) -> Any:
    """A naive UTC instant; a cell without an offset is local time of the business."""
    kind = raw.type()
    if kind.is_timestamp():
        return zones.from_instant(raw) if kind.timezone else zones.to_utc(raw.cast("timestamp(6)"), reading.zone)
    if kind.is_date():
        return ibis.cases((zones.plausible_day(raw), zones.to_utc(raw.cast("timestamp"), reading.zone)))
    if kind.is_string() or (kind.is_numeric() and not kind.is_boolean()):
        written = as_text(raw)
        stated = dates.moment(written, reading.zone, reading.date_order)
        return ibis.cases((written.isnull(), ibis.null("timestamp")), else_=stated)
    return _unreadable(Kind.TIMESTAMP)


def _try_then(raw: Any, target: str, slow: Callable[[Any], Any]) -> Any:
    """DuckDB's own reading first; the slow one only for the cells it refuses."""
    return ibis.cases((raw.isnull(), ibis.null(target)), else_=ibis.coalesce(raw.try_cast(target), slow(raw)))


def _finite(value: Any) -> Any:
    return ibis.cases((value.isnan() | value.isinf(), ibis.null("float64")), else_=value)


def _unreadable(kind: Kind) -> Any:
    return ibis.null(LAKE_TYPES[kind])


CASTS: dict[Kind, Callable[[Any, Reading], Any]] = {
    Kind.TEXT: text,
    Kind.NUMBER: number,
    Kind.MONEY: money,
    Kind.INTEGER: integer,
    Kind.DATE: day,
    Kind.TIMESTAMP: moment,
    Kind.BOOLEAN: boolean,
}
