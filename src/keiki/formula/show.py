"""A formula or a condition as text: `parse(show(formula))` is the same formula again."""

from __future__ import annotations

from decimal import Decimal

from keiki.formula.nodes import (
    AsOf,
    Binary,
    Boolean,
    Both,
    Call,
    Compare,
    Condition,
    Either,
    Formula,
    IsNull,
    Negate,
    Number,
    OneOf,
    Operand,
    Reference,
    Text,
    ThisKpi,
)
from keiki.formula.tokens import is_plain_value

BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
NEGATION, ATOM = 3, 4


def show(formula: Formula) -> str:
    """The formula as a person writes it, with no more parentheses than it needs.

    >>> from keiki.formula import parse
    >>> show(parse("(a*(b))/( c+１ )"))
    'a * b / (c + 1)'
    """
    match formula:
        case Number(value=value):
            return show_number(value)
        case Reference():
            return formula.id + show_brackets(formula)
        case Negate(operand=operand):
            return f"-{_within(operand, NEGATION)}"
        case Binary(op=op, left=left, right=right):
            return f"{_within(left, BINDING[op])} {op} {_within(right, BINDING[op] + 1)}"
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(show(argument) for argument in arguments)})"


def show_condition(condition: Condition) -> str:
    """The condition as a person writes it.

    >>> from keiki.formula import parse_condition
    >>> show_condition(parse_condition("a=1 and(b in('x','it''s')or c is null)"))
    "a = 1 and (b in ('x', 'it''s') or c is null)"
    """
    match condition:
        case Compare(op=op, left=left, right=right):
            return f"{show_operand(left)} {op} {show_operand(right)}"
        case OneOf(operand=operand, options=options):
            return f"{show_operand(operand)} in ({', '.join(show_operand(option) for option in options)})"
        case IsNull(operand=operand, negated=negated):
            return f"{show_operand(operand)} is {'not null' if negated else 'null'}"
        case Both(left=left, right=right):
            return f"{_grouped(left, Either)} and {_grouped(right, Either, Both)}"
        case Either(left=left, right=right):
            return f"{show_condition(left)} or {_grouped(right, Either)}"


def show_operand(operand: Operand) -> str:
    """A column, a constant or arithmetic, as it stands in a condition."""
    match operand:
        case Text(value=value):
            return show_text(value)
        case Boolean(value=value):
            return "true" if value else "false"
        case AsOf():
            return "as_of"
        case ThisKpi():
            return "this_kpi"
    return show(operand)


def show_number(value: float) -> str:
    """A number in plain digits, no exponent: 1200, 0.5."""
    plain = format(Decimal(repr(float(value))), "f")
    return plain.removesuffix(".0")


def show_text(value: str) -> str:
    """A text in quotes; a quote inside is doubled."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def show_brackets(reference: Reference) -> str:
    """What a reference says in [ ], or nothing."""
    parts = [show_condition(reference.where)] if reference.where is not None else []
    if reference.by:
        parts.append("by " + ", ".join(reference.by))
    for name, value in reference.params:
        parts.append(f"{name}: {value if is_plain_value(value) else show_text(value)}")
    return f"[{'; '.join(parts)}]" if parts else ""


def _within(formula: Formula, binding: int) -> str:
    match formula:
        case Binary(op=op):
            own = BINDING[op]
        case Negate():
            own = NEGATION
        case _:
            own = ATOM
    return show(formula) if own >= binding else f"({show(formula)})"


def _grouped(condition: Condition, *looser: type) -> str:
    return f"({show_condition(condition)})" if isinstance(condition, looser) else show_condition(condition)
