"""Whether a measure's columns and filter values exist in the fact it reads."""

from __future__ import annotations

from collections.abc import Iterator

from keiki.errors import KeikiError, UnknownName
from keiki.facts import FACTS, vocabulary
from keiki.facts.contract import Column, Fact, Kind
from keiki.formula.nodes import (
    Binary,
    Both,
    Call,
    Compare,
    Condition,
    Either,
    Formula,
    IsNull,
    Negate,
    OneOf,
    Operand,
    Reference,
    Text,
)
from keiki.measures.measure import Measure
from keiki.measures.workspace import WORKSPACE


def fact_of(name: str) -> Fact:
    """A fact or one of the workspace's own records; `UnknownName` otherwise."""
    known = {**FACTS, **WORKSPACE}
    if name not in known:
        raise UnknownName(kind="fact", name=name, known=known)
    return known[name]


def column_of(fact: Fact, name: str) -> Column | None:
    """A column as filters may name it: the fact's own, its order's, else its customer's; None when there is none."""
    own = fact.column(name)
    if own is not None:
        return own
    table, _, rest = name.rpartition(".")
    if table == "order" and fact.name == "order_lines":
        return FACTS["orders"].column(rest)
    if table == "customer" and _has_customer(fact):
        return FACTS["customers"].column(rest)
    if not table and fact.name == "order_lines" and FACTS["orders"].column(name) is not None:
        return FACTS["orders"].column(name)
    return FACTS["customers"].column(name) if not table and _has_customer(fact) else None


def column_names(fact: Fact) -> tuple[str, ...]:
    """Every name `column_of` knows without a prefix."""
    names = [c.name for c in fact.columns]
    return tuple(names + [c.name for c in FACTS["customers"].columns if _has_customer(fact)])


def problems_of(measure: Measure) -> Iterator[KeikiError]:
    """What is wrong with a measure's fact, columns and filter values; a model's own columns are not looked up."""
    try:
        facts = [fact_of(name) for name in measure.facts]
    except UnknownName as error:
        yield error
        return
    if measure.model is not None:
        return
    yield from _unknown_columns(measure, facts[0])
    if measure.where is not None:
        yield from unknown_values(measure.where, facts[0])


def _unknown_columns(measure: Measure, fact: Fact) -> Iterator[KeikiError]:
    named = [measure.time, *measure.dimensions]
    named += [measure.time_fallback] if measure.time_fallback else []
    named += _columns(measure.column) if measure.column is not None else []
    named += condition_columns(measure.where) if measure.where is not None else []
    for name in dict.fromkeys(named):
        if column_of(fact, name) is None:
            yield UnknownName(kind="column", name=name, known=column_names(fact))


def unknown_values(where: Condition, fact: Fact) -> Iterator[KeikiError]:
    """Texts that a condition compares with a vocabulary column but that its vocabulary does not hold."""
    match where:
        case Both(left=left, right=right) | Either(left=left, right=right):
            yield from unknown_values(left, fact)
            yield from unknown_values(right, fact)
        case Compare(left=Reference(id=name), right=Text(value=value)):
            yield from _not_in_vocabulary(fact, name, (value,))
        case OneOf(operand=Reference(id=name), options=options):
            yield from _not_in_vocabulary(fact, name, tuple(o.value for o in options if isinstance(o, Text)))
        case _:
            return


def _not_in_vocabulary(fact: Fact, name: str, values: tuple[str, ...]) -> Iterator[KeikiError]:
    column = column_of(fact, name)
    if column is None or column.vocabulary is None or column.kind is not Kind.TEXT:
        return
    known = vocabulary(column.vocabulary)
    for value in values:
        if value not in known:
            yield UnknownName(kind="value", name=value, known=known)


def condition_columns(where: Condition) -> list[str]:
    """The columns a condition names, in order."""
    match where:
        case Both(left=left, right=right) | Either(left=left, right=right):
            return condition_columns(left) + condition_columns(right)
        case Compare(left=a, right=b):
            return _operand_columns(a) + _operand_columns(b)
        case OneOf(operand=operand, options=options):
            return [name for o in (operand, *options) for name in _operand_columns(o)]
        case IsNull(operand=operand):
            return _operand_columns(operand)


def _operand_columns(operand: Operand) -> list[str]:
    return _columns(operand) if isinstance(operand, Reference | Binary | Negate | Call) else []


def _columns(formula: Formula) -> list[str]:
    match formula:
        case Reference(id=name):
            return [name]
        case Binary(left=left, right=right):
            return _columns(left) + _columns(right)
        case Negate(operand=operand):
            return _columns(operand)
        case Call(arguments=arguments):
            return [name for a in arguments for name in _columns(a)]
        case _:
            return []


def _has_customer(fact: Fact) -> bool:
    return fact.name in ("customers", "order_lines") or fact.column("customer_id") is not None
