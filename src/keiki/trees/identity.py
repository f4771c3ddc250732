"""Whether two formulas over measures are the same number whatever the data: both written as one fraction of sums."""

from __future__ import annotations

import math
from functools import lru_cache

from keiki.catalogue.expand import asked_of
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.formula.show import show, show_condition

Term = tuple[tuple[str, int], ...]
"""A product of names with their powers, sorted by name."""

Sum = dict[Term, float]
"""Terms with their factors; nothing is 0."""

Fraction = tuple[Sum, Sum]
MOST_TERMS = 400
"""Beyond this a formula is not multiplied out, and nothing is proved of it."""

ONE: Sum = {(): 1.0}


def same(left: Formula, right: Formula) -> bool:
    """True when the formulas are equal by arithmetic alone; False when that cannot be proved.

    >>> from keiki.formula.parse import parse
    >>> same(parse("visits * (orders / visits) * (money / orders)"), parse("money"))
    True
    >>> same(parse("visits * rate"), parse("money"))
    False
    """
    first, second = fraction(left), fraction(right)
    if first is None or second is None:
        return False
    one, other = _product(first[0], second[1]), _product(second[0], first[1])
    return one is not None and other is not None and _equal(one, other)


@lru_cache(maxsize=4096)
def fraction(formula: Formula) -> Fraction | None:
    """The formula as one sum of products over another, None when it grows too large.

    What is no arithmetic (min, max, prev, coalesce) counts as a name of its own.
    """
    match formula:
        case Number(value=value):
            return ({(): value} if value else {}), ONE
        case Reference():
            return {((name_of(formula), 1),): 1.0}, ONE
        case Negate(operand=operand):
            inner = fraction(operand)
            return inner and (_scaled(inner[0], -1.0), inner[1])
        case Binary(op=op, left=left, right=right):
            first, second = fraction(left), fraction(right)
            return None if first is None or second is None else _joined(op, first, second)
        case Call(name="sum", arguments=(first_argument, *rest)):
            total: Formula = first_argument
            for argument in rest:
                total = Binary("+", total, argument)
            return fraction(total)
        case _:
            return {((show(formula), 1),): 1.0}, ONE


def name_of(reference: Reference) -> str:
    """A name under which a reference is itself and nothing else, however its filter was written."""
    asked = asked_of(reference)
    where = show_condition(asked.where) if asked.where is not None else ""
    return asked.measure if not where and not asked.params else f"{asked.measure}[{where}; {asked.params}]"


def powers(formula: Formula) -> dict[str, int] | None:
    """The power of every name in a formula that is one product or quotient, None when it is anything else."""
    found = fraction(formula)
    if found is None or len(found[0]) != 1 or len(found[1]) != 1:
        return None
    (above,), (below,) = found
    joined = dict(above)
    for name, power in below:
        joined[name] = joined.get(name, 0) - power
    return {name: power for name, power in joined.items() if power}


def _joined(op: str, first: Fraction, second: Fraction) -> Fraction | None:
    if op in "*/":
        top, bottom = second if op == "*" else (second[1], second[0])
        if not bottom:
            return None
        return _both(_product(first[0], top), _product(first[1], bottom))
    other = second[0] if op == "+" else _scaled(second[0], -1.0)
    if _equal(first[1], second[1]):
        return _added(first[0], other), first[1]
    left, right = _product(first[0], second[1]), _product(other, first[1])
    if left is None or right is None:
        return None
    return _both(_added(left, right), _product(first[1], second[1]))


def _both(top: Sum | None, bottom: Sum | None) -> Fraction | None:
    return None if top is None or bottom is None else (top, bottom)


def _product(left: Sum, right: Sum) -> Sum | None:
    if len(left) * len(right) > MOST_TERMS:
        return None
    found: Sum = {}
    for first, one in left.items():
        for second, other in right.items():
            joined = dict(first)
            for name, power in second:
                joined[name] = joined.get(name, 0) + power
            term = tuple(sorted(joined.items()))
            found[term] = found.get(term, 0.0) + one * other
    return {term: factor for term, factor in found.items() if factor}


def _added(left: Sum, right: Sum) -> Sum:
    found = {term: left.get(term, 0.0) + right.get(term, 0.0) for term in dict.fromkeys([*left, *right])}
    return {term: factor for term, factor in found.items() if factor}


def _scaled(terms: Sum, factor: float) -> Sum:
    return {term: factor * value for term, value in terms.items()}


def _equal(left: Sum, right: Sum) -> bool:
    return left.keys() == right.keys() and all(math.isclose(left[term], right[term], rel_tol=1e-9) for term in left)
