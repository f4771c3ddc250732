"""The algebra of columns: the arithmetic of `evaluate` as Ibis expressions, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import ibis
import ibis.expr.types as ir

from keiki.errors import FormulaError
from keiki.formula.evaluate import not_a_number, not_a_time
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number
from keiki.formula.show import show

MAX_REPEATS = 8
"""How deep parts may stand that SQL has to write twice (divisors, sums); each level doubles the query."""

MICROSECONDS_AN_HOUR = 3_600_000_000.0


class Columns:
    """Numeric Ibis values. Decimals stay exact in sums, differences, min and max; all else is float64.

    NULL in, NULL out; division by zero, infinity and NaN are NULL; integers never truncate or overflow.
    """

    def literal(self, number: float) -> ir.NumericValue:
        return cast(ir.NumericValue, ibis.literal(float(number), "float64"))

    def operand(self, given: Any, formula: Formula) -> ir.NumericValue:
        if given is None:
            return cast(ir.NumericValue, ibis.null("float64"))
        if not isinstance(given, ir.NumericValue) or isinstance(given, ir.BooleanValue):
            raise not_a_number(formula)
        return given if isinstance(given, ir.DecimalValue) else _float(given)

    def negate(self, value: ir.NumericValue) -> ir.NumericValue:
        return -value

    def binary(self, op: str, left: ir.NumericValue, right: ir.NumericValue) -> ir.NumericValue:
        if op in "*/" or not _exact([left, right]):
            left, right = _float(left), _float(right)
        match op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
        return left / cast(ir.NumericValue, right.nullif(0.0))

    def gather(self, name: str, values: Sequence[ir.NumericValue]) -> ir.NumericValue:
        if not _exact(values):
            values = [_float(value) for value in values]
        match name:
            case "min":
                return cast(ir.NumericValue, ibis.least(*values))
            case "max":
                return cast(ir.NumericValue, ibis.greatest(*values))
            case "coalesce":
                return cast(ir.NumericValue, ibis.coalesce(*values))
        total = values[0].fill_null(0)
        for value in values[1:]:
            total = total + value.fill_null(0)
        anything = ibis.or_(*(value.notnull() for value in values))
        return cast(ir.NumericValue, ibis.ifelse(anything, total, ibis.null(total.type())))

    def hours(self, start: Any, end: Any, formula: Formula) -> ir.NumericValue:
        if not isinstance(start, _Times) or not isinstance(end, _Times):
            raise not_a_time(formula)
        first, last = (cast(ir.TimestampValue, moment.cast("timestamp")) for moment in (start, end))
        return _float(last.delta(first, unit="microsecond")) / MICROSECONDS_AN_HOUR

    def bare(self, given: Any) -> Any:
        return given

    def whole(self, value: ir.NumericValue, formula: Formula) -> ir.NumericValue:
        if _repeats(formula) > MAX_REPEATS:
            raise FormulaError(reason="too_heavy", text=show(formula), place=0, limit=MAX_REPEATS)
        if isinstance(formula, Number) or not isinstance(value, ir.FloatingValue):
            return value
        nothing = ibis.null("float64")
        return cast(ir.NumericValue, ibis.ifelse(value.isinf() | value.isnan(), nothing, value))


COLUMNS = Columns()
_Times = (ir.DateValue, ir.TimestampValue)


def _float(value: ir.NumericValue) -> ir.NumericValue:
    return value if value.type().is_float64() else cast(ir.NumericValue, value.cast("float64"))


def _exact(values: Sequence[ir.NumericValue]) -> bool:
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
