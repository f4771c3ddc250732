"""A child's part in its parent's formula: taken out, put in, turned round, renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keiki.formula.evaluate import references
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference

OPERATORS = {"+": "+", "-": "-", "−": "-", "－": "-", "＋": "+", "*": "*", "×": "*", "/": "/", "÷": "/"}
"""How an operator may be written, and how the formula language writes it."""

SUMS, PRODUCTS = "+-", "*/"


class Inseparable(Exception):
    """A part that cannot go without giving the rest another meaning; never leaves this package."""


def named(formula: Formula | None) -> tuple[str, ...]:
    """The ids a formula names, each once, in order."""
    return tuple(dict.fromkeys(r.id for r in references(formula))) if formula is not None else ()


def joined(formula: Formula | None, child: str, operator: str) -> Formula:
    """The formula with a child added, subtracted, multiplied or divided by at its end."""
    part = Reference(child)
    if formula is not None:
        return Binary(operator, formula, part)
    if operator == "/":
        return Binary("/", Number(1.0), part)
    return Negate(part) if operator == "-" else part


def without(formula: Formula, child: str, *, factors: bool = False) -> Formula | None:
    """The formula without a child, None when nothing is left of it.

    A term may leave a sum. A factor may leave a product only with `factors`; else, and out of the inside of a
    function, raises `Inseparable`.

    >>> from keiki.formula import parse, show
    >>> show(without(parse("(a + b) * c"), "a")), show(without(parse("a - 2 * b"), "a"))
    ('b * c', '-(2 * b)')
    """
    if child not in named(formula):
        return formula
    match formula:
        case Reference():
            return None
        case Negate(operand=operand):
            rest = without(operand, child, factors=factors)
            return Negate(rest) if rest is not None else None
        case Binary(op=op, left=left, right=right) if op in SUMS:
            return _sum(op, without(left, child, factors=factors), without(right, child, factors=factors))
        case Binary(op=op, left=left, right=right):
            return _product(op, left, right, child, factors)
        case Call(name="sum", arguments=arguments):
            kept = tuple(part for a in arguments if (part := without(a, child, factors=factors)) is not None)
            return replace(formula, arguments=kept) if kept else None
    if set(named(formula)) == {child}:
        return None
    raise Inseparable


def _sum(op: str, left: Formula | None, right: Formula | None) -> Formula | None:
    if left is None or right is None:
        return left if right is None else Negate(right) if op == "-" else right
    return Binary(op, left, right)


def _product(op: str, left: Formula, right: Formula, child: str, factors: bool) -> Formula | None:
    if not set(named(left) + named(right)) - {child}:
        return None  # what is left is a bare number
    first, second = without(left, child, factors=factors), without(right, child, factors=factors)
    if first is not None and second is not None:
        return Binary(op, first, second)
    if not factors:
        raise Inseparable
    if second is None:
        return first
    return second if op == "*" else Binary("/", Number(1.0), second)


def turned(formula: Formula, child: str, operator: str) -> Formula | None:
    """The formula in which a child has another operator of its family (+ and −, × and ÷), where it stands.

    None when the child stands in no such place once, as inside a function.
    """
    if named(formula) == (child,) and isinstance(formula, Reference):
        return joined(None, child, operator)
    if [r.id for r in references(formula)].count(child) != 1:
        return None
    return _turned(formula, child, operator)


def _turned(formula: Formula, child: str, operator: str) -> Formula | None:
    if not isinstance(formula, Binary):
        return None
    family = SUMS if operator in SUMS else PRODUCTS
    in_family = formula.op in family
    if in_family and _is(formula.right, child):
        return replace(formula, op=operator)
    if in_family and _is(formula.left, child):
        return formula if operator == family[0] else replace(formula, left=joined(None, child, operator))
    if child in named(formula.left):
        left = _turned(formula.left, child, operator)
        return replace(formula, left=left) if left is not None else None
    if in_family and formula.op == family[1] and _same_family(formula.right, family):
        return None  # behind a minus or a division signs turn round; the person writes it
    right = _turned(formula.right, child, operator)
    return replace(formula, right=right) if right is not None else None


def _is(formula: Formula, child: str) -> bool:
    return isinstance(formula, Reference) and formula.id == child


def _same_family(formula: Formula, family: str) -> bool:
    return isinstance(formula, Binary) and formula.op in family


def renamed(formula: Formula, names: Mapping[str, str]) -> Formula:
    """The formula with other ids for some of its references."""
    match formula:
        case Reference(id=name):
            return replace(formula, id=names.get(name, name))
        case Negate(operand=operand):
            return replace(formula, operand=renamed(operand, names))
        case Binary(left=left, right=right):
            return replace(formula, left=renamed(left, names), right=renamed(right, names))
        case Call(arguments=arguments):
            return replace(formula, arguments=tuple(renamed(argument, names) for argument in arguments))
    return formula
