"""A formula compiled once to run over all periods and segments at the same time.

Inside an array NaN stands for undefined; `plain` turns it into None at the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference

Array = NDArray[np.float64]
Get = Callable[[Hashable, int], Array]
"""The values of a name, `back` comparison periods earlier."""

Program = Callable[[Get, int], Array]
"""A compiled formula: what it is worth, `back` comparison periods earlier."""


def compiled(formula: Formula, name: Callable[[Reference], Hashable] = lambda reference: reference.id) -> Program:
    """The formula as a function over arrays; `name` says, once, under which name a reference is looked up.

    Equal to `keiki.formula.evaluate` on each element, with NaN for None.
    """
    match formula:
        case Number(value=value):
            number = np.float64(value)
            return lambda get, back: np.asarray(number)
        case Reference():
            known = name(formula)
            return lambda get, back: get(known, back)
        case Negate(operand=operand):
            inner = compiled(operand, name)
            return lambda get, back: -inner(get, back)
        case Binary(op=op, left=left, right=right):
            first, second, operate = compiled(left, name), compiled(right, name), OPERATIONS[op]
            return lambda get, back: operate(first(get, back), second(get, back))
        case Call(name="prev", arguments=(argument,)):
            inner = compiled(argument, name)
            return lambda get, back: inner(get, back + 1)
        case Call(name="growth", arguments=(argument,)):
            inner = compiled(argument, name)
            return lambda get, back: _growth(inner(get, back), inner(get, back + 1))
        case Call(name=call, arguments=arguments):
            parts, gather = [compiled(a, name) for a in arguments], GATHERINGS[call]
            return lambda get, back: gather([part(get, back) for part in parts])


def finite(values: Array) -> Array:
    """The values with whatever is not finite made undefined."""
    return np.where(np.isfinite(values), values, np.nan)


def plain(value: float | np.float64) -> float | None:
    """One value as the rest of the house knows it: None when undefined."""
    number = float(value)
    return number if np.isfinite(number) else None


def _divide(left: Array, right: Array) -> Array:
    return np.asarray(left / np.where(right == 0, np.nan, right))


def _growth(now: Array, before: Array) -> Array:
    return _divide(now - before, before)


def _sum(parts: list[Array]) -> Array:
    missing = reduce(np.logical_and, (np.isnan(p) for p in parts))
    total = reduce(np.add, (np.nan_to_num(p, nan=0.0, posinf=np.inf, neginf=-np.inf) for p in parts))
    return np.where(missing, np.nan, total)


def _first(parts: list[Array]) -> Array:
    return reduce(lambda found, following: np.where(np.isnan(found), following, found), parts)


OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
}
GATHERINGS: dict[str, Callable[[list[Array]], Array]] = {
    "min": lambda parts: reduce(np.fmin, parts),
    "max": lambda parts: reduce(np.fmax, parts),
    "sum": _sum,
    "coalesce": _first,
}
