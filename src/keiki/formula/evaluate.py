"""A formula's value: one evaluator over an algebra, and the algebra of plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from numbers import Real
from typing import Any, Protocol, TypeVar, overload

from keiki.errors import FormulaError
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.formula.show import show

Value = TypeVar("Value")
Resolve = Callable[[Reference, int], Any]

EXACT = Context(prec=60, traps=[])
"""Money adds and subtracts exactly; whatever cannot be is infinite and ends as None."""


class Algebra(Protocol[Value]):
    """What the evaluator asks of values. Division by zero gives nothing; overflow is infinite until `whole`."""

    def literal(self, number: float) -> Value: ...

    def operand(self, given: Any, formula: Formula) -> Value:
        """What a reference or a part gave, ready for arithmetic; raises FormulaError when it is no number."""

    def negate(self, value: Value) -> Value: ...

    def binary(self, op: str, left: Value, right: Value) -> Value: ...

    def gather(self, name: str, values: Sequence[Value]) -> Value:
        """`min`, `max`, `sum` of what is there, `coalesce` the first that is there."""

    def hours(self, start: Any, end: Any, formula: Formula) -> Value: ...

    def bare(self, given: Any) -> Any:
        """The value of a formula that is only a reference."""

    def whole(self, value: Value, formula: Formula) -> Any:
        """The value of a computed formula: undefined and not finite become nothing."""


class Numbers:
    """float, int, Decimal and None. The result is a float or None; sums of Decimals are exact on the way."""

    def literal(self, number: float) -> float:
        return float(number)

    def operand(self, given: Any, formula: Formula) -> float | Decimal | None:
        if given is None or isinstance(given, float):
            return given
        if isinstance(given, Decimal):
            return given if given.is_finite() else None
        if isinstance(given, bool) or not isinstance(given, Real):
            raise not_a_number(formula)
        return _float(given)

    def negate(self, value: float | Decimal | None) -> float | Decimal | None:
        return None if value is None else -value

    def binary(self, op: str, left: float | Decimal | None, right: float | Decimal | None) -> float | Decimal | None:
        if left is None or right is None:
            return None
        if isinstance(left, Decimal) and isinstance(right, Decimal) and op in "+-":
            return EXACT.add(left, right) if op == "+" else EXACT.subtract(left, right)
        x, y = float(left), float(right)
        match op:
            case "+":
                return x + y
            case "-":
                return x - y
            case "*":
                return x * y
        return None if y == 0 else x / y

    def gather(self, name: str, values: Sequence[float | Decimal | None]) -> float | Decimal | None:
        there = [value for value in values if value is not None]
        if not there:
            return None
        if not all(isinstance(value, Decimal) for value in values if value is not None):
            there = [float(value) for value in there]
        match name:
            case "coalesce":
                return there[0]
            case "sum":
                total = there[0]
                for value in there[1:]:
                    total = self.binary("+", total, value) or 0.0
                return total
        numbers = [value for value in there if not math.isnan(value)]
        if name == "max":
            return max(numbers) if len(numbers) == len(there) else math.nan
        return min(numbers, default=math.nan)

    def hours(self, start: Any, end: Any, formula: Formula) -> float | None:
        if start is None or end is None:
            return None
        if not isinstance(start, date) or not isinstance(end, date):
            raise not_a_time(formula)
        return (_moment(end) - _moment(start)) / timedelta(hours=1)

    def bare(self, given: Any) -> float | None:
        return self.whole(self.operand(given, Reference("")), Reference(""))

    def whole(self, value: float | Decimal | None, formula: Formula) -> float | None:
        number = None if value is None else float(value)
        return number if number is not None and math.isfinite(number) else None


NUMBERS = Numbers()


@overload
def evaluate(formula: Formula, resolve: Resolve) -> float | None: ...


@overload
def evaluate(formula: Formula, resolve: Resolve, algebra: Algebra[Any]) -> Any: ...


def evaluate(formula: Formula, resolve: Resolve, algebra: Algebra[Any] = NUMBERS) -> Any:
    """What the formula is worth, None (NULL) when undefined: a part is missing, a division by zero, not finite.

    `resolve(reference, back)` gives the value of a reference, `back` comparison periods earlier: the number of
    `prev()` around it. Over `NUMBERS` the result is a float; over `COLUMNS` an Ibis value, where a bare column stays
    as it is. `min`, `max` and `sum` leave missing arguments out and are undefined when all are missing.
    """
    walk = _Walk(resolve, algebra)
    found = walk.value(formula, 0)
    return algebra.bare(found) if _is_bare(formula) else algebra.whole(found, formula)


def references(formula: Formula) -> tuple[Reference, ...]:
    """Every reference of the formula as written, in order, repeated ones too; not the columns of conditions."""
    match formula:
        case Reference():
            return (formula,)
        case Negate(operand=operand):
            return references(operand)
        case Binary(left=left, right=right):
            return references(left) + references(right)
        case Call(arguments=arguments):
            return tuple(found for argument in arguments for found in references(argument))
    return ()


def column_names(formula: Formula) -> tuple[str, ...]:
    """The names of the columns that a column expression reads, each once, in order."""
    return tuple(dict.fromkeys(reference.id for reference in references(formula)))


class _Walk:
    """One evaluation. A part is computed once per step back, so nested growth stays cheap."""

    def __init__(self, resolve: Resolve, algebra: Algebra[Any]) -> None:
        self.resolve = resolve
        self.algebra = algebra
        self.known: dict[tuple[int, int], Any] = {}

    def value(self, formula: Formula, back: int) -> Any:
        key = id(formula), back
        if key not in self.known:
            self.known[key] = self.compute(formula, back)
        return self.known[key]

    def operand(self, formula: Formula, back: int) -> Any:
        return self.algebra.operand(self.value(formula, back), formula)

    def compute(self, formula: Formula, back: int) -> Any:
        match formula:
            case Number(value=number):
                return self.algebra.literal(number)
            case Reference():
                return self.resolve(formula, back)
            case Negate(operand=operand):
                return self.algebra.negate(self.operand(operand, back))
            case Binary(op=op, left=left, right=right):
                return self.algebra.binary(op, self.operand(left, back), self.operand(right, back))
            case Call(name="prev", arguments=(argument,)):
                return self.value(argument, back + 1)
            case Call(name="growth", arguments=(argument,)):
                now, before = self.operand(argument, back), self.operand(argument, back + 1)
                return self.algebra.binary("/", self.algebra.binary("-", now, before), before)
            case Call(name="hours", arguments=(start, end)):
                return self.algebra.hours(self.value(start, back), self.value(end, back), formula)
            case Call(name=name, arguments=arguments):
                return self.algebra.gather(name, [self.operand(argument, back) for argument in arguments])


def not_a_number(formula: Formula) -> FormulaError:
    return FormulaError(reason="not_number", text=show(formula), place=0, found=show(formula))


def not_a_time(formula: Formula) -> FormulaError:
    return FormulaError(reason="not_time", text=show(formula), place=0, found=show(formula))


def _is_bare(formula: Formula) -> bool:
    while isinstance(formula, Call) and formula.name == "prev":
        formula = formula.arguments[0]
    return isinstance(formula, Reference)


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time())


def _float(number: Real) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None
