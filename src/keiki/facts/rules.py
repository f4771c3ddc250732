"""What each transform of a rule does to its source columns, once they have the target's type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

import ibis

from keiki.facts.casts import LAKE_TYPES, Reading, as_text, cast, is_empty
from keiki.facts.contract import Kind
from keiki.facts.functions import sha256
from keiki.facts.mapping import Rule

MONEY_WIDE = "decimal(38, 4)"

# Transforms whose source columns are first read as the target's kind; the others take the columns as they are.
ARITHMETIC = ("copy", "sum", "difference", "product", "net_of_tax")


def raw_inputs(rule: Rule, table: Any) -> tuple[Any, ...]:
    """The raw columns whose cells must be readable as the target's kind."""
    if rule.transform == "first" and len(rule.sources) > 1:
        texts = [_filled(table[name]) for name in rule.sources]
        return (ibis.coalesce(*texts),)
    if rule.transform in (*ARITHMETIC, "first"):
        return tuple(table[name] for name in rule.sources)
    return ()


def made_value(rule: Rule, table: Any, kind: Kind, reading: Reading) -> Any:
    """The target of a rule that reads no cell as a number or date: constants, texts, hashes, yes and no."""
    if rule.transform == "row_number":
        number = table["_row"] if "_row" in table.columns else ibis.row_number() + 1
        return ibis.literal("" if rule.value is None else str(rule.value)) + number.cast("string")
    columns = [table[name] for name in rule.sources]
    return MAKERS[rule.transform](columns, rule, kind, reading)


def combined(rule: Rule, values: Sequence[Any], kind: Kind, reading: Reading) -> Any:
    """The target from source columns that already have its type."""
    if len(values) == 1 and rule.transform in ("copy", "first", "sum"):
        return values[0]
    if rule.transform == "product":
        return reduce(lambda a, b: _product(a, b, kind), values)
    wide = [v.cast(MONEY_WIDE) for v in values] if kind is Kind.MONEY else list(values)
    return _combine(rule, wide, reading).try_cast(LAKE_TYPES[kind])


def _product(first: Any, second: Any, kind: Kind) -> Any:
    # DECIMAL(18,4) times DECIMAL(18,4) is exact in 36 digits; one more factor would outgrow them.
    return (first * second).try_cast(LAKE_TYPES[kind])


def _combine(rule: Rule, values: Sequence[Any], reading: Reading) -> Any:
    if rule.transform == "net_of_tax":
        return _net_of_tax(rule, values, reading)
    zero = Decimal(0) if values[0].type().is_decimal() else 0
    known = [ibis.coalesce(v, zero) for v in values]
    joined = reduce(lambda a, b: a - b, known) if rule.transform == "difference" else reduce(lambda a, b: a + b, known)
    every_empty = reduce(lambda a, b: a & b, (v.isnull() for v in values))
    return ibis.cases((every_empty, ibis.null(joined.type())), else_=joined)


def _net_of_tax(rule: Rule, values: Sequence[Any], reading: Reading) -> Any:
    gross = values[0]
    if len(values) > 1:
        return gross - ibis.coalesce(values[1], Decimal(0))
    rate = Decimal(str(rule.value if rule.value is not None else reading.tax_rate))
    return (gross.cast("float64") / float(1 + rate)).round(4)


def _filled(raw: Any) -> Any:
    """The cell as text, NULL where it is blank."""
    return as_text(raw).strip().nullif("")


def _constant(columns: Sequence[Any], rule: Rule, kind: Kind, reading: Reading) -> Any:
    literal = ibis.literal(rule.value, "string") if isinstance(rule.value, str) else ibis.literal(rule.value)
    return cast(literal, kind, reading)


def _hash(columns: Sequence[Any], rule: Rule, kind: Kind, reading: Reading) -> Any:
    joined = ibis.literal("\n").join([_filled(c).lower() for c in columns]) if len(columns) > 1 else _filled(columns[0])
    prefix = "" if rule.value is None else str(rule.value)
    return ibis.literal(prefix) + sha256(joined.lower()).substr(0, 24)


def _id_or_hash(columns: Sequence[Any], rule: Rule, kind: Kind, reading: Reading) -> Any:
    return ibis.coalesce(_filled(columns[0]), _hash(columns[1:], rule, kind, reading))


def _join(columns: Sequence[Any], rule: Rule, kind: Kind, reading: Reading) -> Any:
    between = " " if rule.value is None else str(rule.value)
    texts = [_filled(c) for c in columns]
    # Empty parts leave no separator behind.
    whole = reduce(lambda a, b: ibis.coalesce(a + between + b, a, b), texts)
    return cast(whole, kind, reading)


def _is_empty(columns: Sequence[Any], rule: Rule, kind: Kind, reading: Reading) -> Any:
    return reduce(lambda a, b: a & b, (is_empty(c, Kind.TEXT) for c in columns))


def _is_filled(columns: Sequence[Any], rule: Rule, kind: Kind, reading: Reading) -> Any:
    return ~_is_empty(columns, rule, kind, reading)


Maker = Callable[[Sequence[Any], Rule, Kind, Reading], Any]
MAKERS: dict[str, Maker] = {
    "constant": _constant,
    "hash": _hash,
    "id_or_hash": _id_or_hash,
    "join": _join,
    "is_empty": _is_empty,
    "is_filled": _is_filled,
}
