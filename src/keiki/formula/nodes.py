"""The pieces of a parsed formula: numbers, references, arithmetic, calls, and the conditions inside [ ]."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = int
"""Offset of the first character in the source text; not part of a node's equality."""


@dataclass(frozen=True)
class Number:
    value: float
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class Reference:
    """`id[condition; by column; param: value]`: a measure, a KPI, a tree node, or (in a condition) a column."""

    id: str
    where: Condition | None = None
    by: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class Binary:
    """`left op right` with op one of + - * /."""

    op: str
    left: Formula
    right: Formula
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class Negate:
    operand: Formula
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """`name(argument, …)`: prev, growth, min, max, coalesce, sum; over columns also hours."""

    name: str
    arguments: tuple[Formula, ...]
    at: Place = field(default=0, compare=False)


Formula = Number | Reference | Binary | Negate | Call


@dataclass(frozen=True)
class Text:
    value: str
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class Boolean:
    value: bool
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class AsOf:
    """`as_of`: the end of the period."""

    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class ThisKpi:
    """`this_kpi`: the id of the KPI in whose formula the condition stands."""

    at: Place = field(default=0, compare=False)


Operand = Formula | Text | Boolean | AsOf | ThisKpi


@dataclass(frozen=True)
class Compare:
    """`left op right` with op one of = <> < <= > >=. `<>` is true for empty values."""

    op: str
    left: Operand
    right: Operand
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class OneOf:
    """`operand in (value, …)`."""

    operand: Operand
    options: tuple[Operand, ...]
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class IsNull:
    """`operand is null` or, negated, `operand is not null`."""

    operand: Operand
    negated: bool = False
    at: Place = field(default=0, compare=False)


@dataclass(frozen=True)
class Both:
    """`left and right`."""

    left: Condition
    right: Condition


@dataclass(frozen=True)
class Either:
    """`left or right`."""

    left: Condition
    right: Condition


Condition = Compare | OneOf | IsNull | Both | Either
