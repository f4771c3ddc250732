"""The algebra of columns: the arithmetic of `evaluate` as Ibis expressions, the same on every engine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import ibis
import ibis.expr.types as ir

from keiki.errors import FormulaError
from keiki.formula.evaluate import NUMBERS, not_a_number, not_a_time
from keiki.formula.nodes import Binary, Call, Formula, Negate
from keiki.formula.show import show

MAX_REPEATS = 8
"""How deep parts may stand that SQL has to write twice (divisors, sums); each level doubles the query."""

MAX_HEIGHT = 100
"""How many operations may stand inside each other: writing SQL is recursive."""

MICROSECONDS_AN_HOUR = 3_600_000_000.0
LARGEST = sys.float_info.max
"""Beyond it lie infinity and, in the order of databases, NaN."""

TIMES = (ir.DateValue, ir.TimestampValue)
Part: TypeAlias = ir.NumericValue | float | None


class Columns:
    """Numeric Ibis values, and plain floats for the constant parts. Decimals stay exact in sums, differences, min
    and max; all else is float64. NULL in, NULL out; division by zero, infinity and NaN are NULL; integers never
    truncate or overflow.
    """

    def literal(self, number: float) -> Part:
        return number

    def operand(self, given: Any, formula: Formula) -> Part:
        if given is None or isinstance(given, float):
            return given
        if not isinstance(given, ir.NumericValue) or isinstance(given, ir.BooleanValue):
            raise not_a_number(formula)
        return given if isinstance(given, ir.DecimalValue) else _float(given)

    def negate(self, value: Part) -> Part:
        return None if value is None else -value

    def binary(self, op: str, left: Part, right: Part) -> Part:
        if _constant(left) and _constant(right):
            return cast("float | None", NUMBERS.binary(op, left, right))
        exact = op in "+-" and _exact([left, right])
        first, second = (_column(value) if exact else _float(_column(value)) for value in (left, right))
        match op:
            case "+":
                return first + second
            case "-":
                return first - second
            case "*":
                return first * second
        return first / second.nullif(0.0)

    def gather(self, name: str, values: Sequence[Part]) -> Part:
        if all(_constant(value) for value in values):
            return cast("float | None", NUMBERS.gather(name, values))
        exact = _exact(values)
        columns = [_column(value) if exact else _float(_column(value)) for value in values]
        match name:
            case "min":
                return ibis.least(*columns)
            case "max":
                return ibis.greatest(*columns)
            case "coalesce":
                return ibis.coalesce(*columns)
        total = columns[0].fill_null(0)
        for column in columns[1:]:
            total = total + column.fill_null(0)
        anything = ibis.or_(*(column.notnull() for column in columns))
        return ibis.ifelse(anything, total, ibis.null(total.type()))

    def hours(self, start: Any, end: Any, formula: Formula) -> Part:
        if not isinstance(start, TIMES) or not isinstance(end, TIMES):
            raise not_a_time(formula)
        first, last = (moment.cast("timestamp") for moment in (start, end))
        return _float(last.delta(first, unit="microsecond")) / MICROSECONDS_AN_HOUR

    def bare(self, given: Any) -> Any:
        return given

    def whole(self, value: Part, formula: Formula) -> ir.NumericValue:
        for size, limit in ((_repeats(formula), MAX_REPEATS), (_height(formula), MAX_HEIGHT)):
            if size > limit:
                raise FormulaError(reason="too_heavy", text=show(formula), place=0)
        if _constant(value):
            return _column(NUMBERS.whole(value, formula))
        if isinstance(value, ir.DecimalValue):
            return value
        column = _column(value)
        return ibis.ifelse(column.abs() > LARGEST, ibis.null("float64"), column)


COLUMNS = Columns()


def _constant(value: Part) -> bool:
    return value is None or isinstance(value, float)


def _column(value: Part) -> ir.NumericValue:
    if value is None:
        return ibis.null("float64")
    return ibis.literal(value, "float64") if isinstance(value, float) else value


def _float(value: ir.NumericValue) -> ir.NumericValue:
    return value if value.type().is_float64() else value.cast("float64")


def _exact(values: Sequence[Part]) -> bool:
    return all(isinstance(value, ir.DecimalValue) for value in values)


def _repeats(formula: Formula) -> int:
    """How many levels deep the formula has parts that its SQL writes more than once."""
    match formula:
        case Negate(operand=operand):
            return _repeats(operand)
        case Binary(op=op, left=left, right=right):
            return max(_repeats(left), _repeats(right) + (op == "/"))
        case Call(name=name, arguments=arguments):
            return max(map(_repeats, arguments)) + {"sum": 1, "growth": 2}.get(name, 0)
    return 0


def _height(formula: Formula) -> int:
    """How many operations stand inside each other; a chain of n terms is n high."""
    match formula:
        case Negate(operand=operand):
            return 1 + _height(operand)
        case Binary(left=left, right=right):
            return 1 + max(_height(left), _height(right))
        case Call(arguments=arguments):
            return 1 + max(map(_height, arguments))
    return 0
