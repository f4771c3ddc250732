"""Which rows a condition keeps: as an Ibis expression for tables, as a plain answer for one row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from numbers import Real
from typing import Any, ClassVar, cast

import ibis
import ibis.expr.types as ir

from keiki.errors import FormulaError, UnknownName
from keiki.formula.columns import COLUMNS
from keiki.formula.evaluate import Numbers, column_names, evaluate
from keiki.formula.nodes import (
    AsOf,
    Boolean,
    Both,
    Compare,
    Condition,
    Either,
    IsNull,
    Negate,
    Number,
    OneOf,
    Operand,
    Text,
    ThisKpi,
)
from keiki.formula.show import show_condition, show_operand

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CONSTANTS = (Text, Boolean, Number, ThisKpi)


@dataclass(frozen=True)
class Moment:
    """What `as_of` is beside a date (`day`, a date or a date column) and beside a timestamp (`instant`, UTC)."""

    day: Any
    instant: Any


def condition(
    clause: Condition, resolve_column: Callable[[str], ir.Value], as_of: Any = None, this_kpi: str | None = None
) -> ir.BooleanValue:
    """The condition over a table's columns, for a filter: NULL, like false, keeps no row.

    `<>` is true when a side is empty, every other comparison is not. A text beside a date is read as a date.
    `as_of` is a Moment, a date, or a date or timestamp expression. Raises FormulaError for values of different kinds.
    """
    return cast(ir.BooleanValue, _Judge(_Expressions(resolve_column), as_of, this_kpi).truth(clause))


def holds(clause: Condition, row: Mapping[str, Any], as_of: Any = None, this_kpi: str | None = None) -> bool:
    """Whether one row, column names to plain values, meets the condition; the same rules as `condition`."""
    return bool(_Judge(_Plain(row), as_of, this_kpi).truth(clause))


def condition_columns(clause: Condition) -> tuple[str, ...]:
    """The names of the columns that a condition reads, each once, in order."""
    return tuple(dict.fromkeys(name for operand in _operands(clause) for name in _names(operand)))


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    TRUTH = "true or false"
    TIME = "date"
    OTHER = "other"


KINDS_JA = {Kind.NUMBER: "数値", Kind.TEXT: "文字", Kind.TRUTH: "真偽", Kind.TIME: "日付", Kind.OTHER: "その他"}


@dataclass(frozen=True)
class _Side:
    """One side of a comparison; `kind` None is an empty value that fits any kind."""

    operand: Operand
    value: Any
    kind: Kind | None
    is_day: bool = False


class _Judge:
    """One condition asked of one kind of rows."""

    def __init__(self, rows: _Expressions | _Plain, as_of: Any, this_kpi: str | None) -> None:
        self.rows = rows
        self.as_of = as_of
        self.this_kpi = this_kpi

    def truth(self, clause: Condition) -> Any:
        match clause:
            case Both(left=left, right=right):
                return self.truth(left) & self.truth(right)
            case Either(left=left, right=right):
                return self.truth(left) | self.truth(right)
            case IsNull(operand=operand, negated=negated):
                return self.rows.empty(self.side(operand).value, negated)
            case OneOf(operand=operand, options=options):
                pairs = [self.pair(clause, operand, option) for option in options]
                return self.rows.among(pairs)
            case Compare():
                return self.compared(clause)

    def compared(self, clause: Compare) -> Any:
        first, second = self.pair(clause, clause.left, clause.right)
        if Kind.TRUTH in (first.kind, second.kind) and clause.op not in ("=", "<>"):
            raise _wrong("order", clause, clause.left)
        return self.rows.compare(clause.op, first, second)

    def pair(self, clause: Condition, left: Operand, right: Operand) -> tuple[_Side, _Side]:
        """Two operands as they read next to each other; raises FormulaError when they are of different kinds."""
        first, second = self.side(left), self.side(right)
        first, second = self.beside(first, second, clause), self.beside(second, first, clause)
        if first.kind and second.kind and (first.kind is not second.kind or first.kind is Kind.OTHER):
            raise _mismatch(clause, first, second)
        return first, second

    def side(self, operand: Operand) -> _Side:
        match operand:
            case Text(value=value):
                return _Side(operand, self.rows.constant(value), Kind.TEXT)
            case Boolean(value=value):
                return _Side(operand, self.rows.constant(value), Kind.TRUTH)
            case AsOf():
                if self.as_of is None:
                    raise FormulaError(reason="no_moment", text="as_of", place=0)
                day = self.as_of.day if isinstance(self.as_of, Moment) else self.as_of
                return _Side(operand, self.rows.constant(day), Kind.TIME)
            case ThisKpi():
                if self.this_kpi is None:
                    raise FormulaError(reason="no_kpi", text="this_kpi", place=0)
                return _Side(operand, self.rows.constant(self.this_kpi), Kind.TEXT)
            case Number(value=number) | Negate(operand=Number(value=number)):
                signed = number if isinstance(operand, Number) else -number
                whole = signed.is_integer() and abs(signed) < 2**53
                return _Side(operand, self.rows.constant(int(signed) if whole else signed), Kind.NUMBER)
        value = self.rows.computed(operand)
        return _Side(operand, value, *self.rows.kind(value))

    def beside(self, side: _Side, other: _Side, clause: Condition) -> _Side:
        """The side as it reads next to the other: `as_of` as day or instant, a text next to a date as a date."""
        if isinstance(side.operand, AsOf) and isinstance(self.as_of, Moment) and other.kind is Kind.TIME:
            exact = not other.is_day and not isinstance(other.operand, AsOf)
            return _Side(side.operand, self.rows.constant(self.as_of.instant if exact else self.as_of.day), Kind.TIME)
        if isinstance(side.operand, Text) and other.is_day:
            return _Side(side.operand, self.rows.constant(_day(side.operand, clause)), Kind.TIME, is_day=True)
        return side


class _Expressions:
    """Rows of a table, as expressions."""

    def __init__(self, resolve_column: Callable[[str], ir.Value]) -> None:
        self.resolve_column = resolve_column

    def computed(self, operand: Any) -> Any:
        return evaluate(operand, lambda reference, back: self.resolve_column(reference.id), COLUMNS)

    def constant(self, value: Any) -> ir.Value:
        return value if isinstance(value, ir.Value) else ibis.literal(value)

    def kind(self, value: ir.Value) -> tuple[Kind | None, bool]:
        kind = value.type()
        if kind.is_null():
            return None, False
        for test, name in (
            (kind.is_boolean(), Kind.TRUTH),
            (kind.is_numeric(), Kind.NUMBER),
            (kind.is_string(), Kind.TEXT),
            (kind.is_date() or kind.is_timestamp(), Kind.TIME),
        ):
            if test:
                return name, kind.is_date()
        return Kind.OTHER, False

    def empty(self, value: ir.Value, negated: bool) -> ir.BooleanValue:
        return value.notnull() if negated else value.isnull()

    def compare(self, op: str, left: _Side, right: _Side) -> ir.BooleanValue:
        answer = COMPARE[op](left.value, right.value)
        if op == "<>":
            for side in (left, right):
                if not isinstance(side.operand, CONSTANTS):
                    answer = answer | side.value.isnull()
        return cast(ir.BooleanValue, answer)

    def among(self, pairs: list[tuple[_Side, _Side]]) -> ir.BooleanValue:
        first = pairs[0][0]
        if all(isinstance(option.operand, CONSTANTS) for _, option in pairs):
            return cast(ir.BooleanValue, first.value.isin([option.value for _, option in pairs]))
        return reduce(operator.or_, (self.compare("=", left, right) for left, right in pairs))


class _ExactNumbers(Numbers):
    """Numbers as they are in the row: Decimals stay Decimals, so that comparing them is exact."""

    def bare(self, given: Any) -> Any:
        return given

    def whole(self, value: Any, formula: Any) -> Any:
        return value if isinstance(value, Decimal) and value.is_finite() else super().whole(value, formula)


class _Plain:
    """One row of plain values."""

    EXACT: ClassVar[Numbers] = _ExactNumbers()

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row

    def computed(self, operand: Any) -> Any:
        return evaluate(operand, lambda reference, back: self.column(reference.id), self.EXACT)

    def column(self, name: str) -> Any:
        if name not in self.row:
            raise UnknownName(kind="column", name=name, known=self.row)
        return self.row[name]

    def constant(self, value: Any) -> Any:
        return value

    def kind(self, value: Any) -> tuple[Kind | None, bool]:
        match value:
            case None:
                return None, False
            case bool():
                return Kind.TRUTH, False
            case Real() | Decimal():
                return Kind.NUMBER, False
            case str():
                return Kind.TEXT, False
            case date():
                return Kind.TIME, not isinstance(value, datetime)
        return Kind.OTHER, False

    def empty(self, value: Any, negated: bool) -> bool:
        return (value is None) is not negated

    def compare(self, op: str, left: _Side, right: _Side) -> bool:
        if left.value is None or right.value is None:
            return op == "<>"
        return bool(COMPARE[op](*_alike(left, right)))

    def among(self, pairs: list[tuple[_Side, _Side]]) -> bool:
        return any(self.compare("=", left, right) for left, right in pairs)


def _alike(left: _Side, right: _Side) -> tuple[Any, Any]:
    """Two values of one kind made comparable as a database does: money beside a float is a float, a day is midnight."""
    first, second = left.value, right.value
    if isinstance(first, date) and isinstance(first, datetime) is not isinstance(second, datetime):
        return _midnight(first), _midnight(second)
    if isinstance(first, Decimal) and isinstance(second, float):
        return (first, Decimal(repr(second))) if _written(right) else (float(first), second)
    if isinstance(first, float) and isinstance(second, Decimal):
        return (Decimal(repr(first)), second) if _written(left) else (first, float(second))
    return first, second


def _written(side: _Side) -> bool:
    """Whether it is a number written in the condition: 0.1 beside money means exactly 0.1."""
    operand = side.operand.operand if isinstance(side.operand, Negate) else side.operand
    return isinstance(operand, Number)


def _midnight(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _day(text: Text, clause: Condition) -> date:
    try:
        return date.fromisoformat(text.value)
    except ValueError:
        raise _wrong("date", clause, text) from None


def _wrong(reason: str, clause: Condition, operand: Operand) -> FormulaError:
    text = show_condition(clause)
    found = show_operand(operand)
    return FormulaError(reason=reason, text=text, place=max(0, text.find(found)), found=found)


def _mismatch(clause: Condition, left: _Side, right: _Side) -> FormulaError:
    kinds = [side.kind or Kind.OTHER for side in (left, right)]
    return FormulaError(
        reason="mismatch",
        text=show_condition(clause),
        place=0,
        left=show_operand(left.operand),
        right=show_operand(right.operand),
        left_kind=kinds[0].value,
        right_kind=kinds[1].value,
        left_kind_ja=KINDS_JA[kinds[0]],
        right_kind_ja=KINDS_JA[kinds[1]],
    )


def _operands(clause: Condition) -> tuple[Operand, ...]:
    match clause:
        case Both(left=first, right=second) | Either(left=first, right=second):
            return _operands(first) + _operands(second)
        case Compare(left=left, right=right):
            return (left, right)
        case OneOf(operand=operand, options=options):
            return (operand, *options)
        case IsNull(operand=operand):
            return (operand,)


def _names(operand: Operand) -> tuple[str, ...]:
    return () if isinstance(operand, Text | Boolean | AsOf | ThisKpi) else column_names(operand)
