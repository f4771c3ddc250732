"""Aggregates with what is needed to tell zero from unknown: a sum keeps its row count, a mean its two halves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

Where: TypeAlias = ir.BooleanValue | None


@dataclass(frozen=True)
class Aggregate:
    """`way` is `count`, `sum` (total, rows), `mean` (numerator, denominator) or `last`; `values` in that order."""

    way: str
    values: tuple[ir.Scalar, ...]


def count(table: ir.Table, where: Where) -> Aggregate:
    """How many rows."""
    return Aggregate("count", (table.count(where=where),))


def distinct(column: ir.Value, where: Where) -> Aggregate:
    """How many different filled values."""
    return Aggregate("count", (column.nunique(where=where),))


def total(table: ir.Table, column: ir.Value, where: Where) -> Aggregate:
    """The sum; zero when no row matches, unknown when rows match but none has a value."""
    return Aggregate("sum", (column.sum(where=where), table.count(where=where)))


def mean(column: ir.Value, where: Where) -> Aggregate:
    """The mean over filled values."""
    return Aggregate("mean", (column.sum(where=where), column.count(where=where)))


def weighted_mean(column: ir.Value, weight: ir.Value, where: Where) -> Aggregate:
    """The mean weighted by another column, over rows where the value is filled."""
    mass = ibis.ifelse(column.notnull(), weight.cast("float64"), ibis.null("float64"))
    return Aggregate("mean", ((column * mass).sum(where=where), mass.sum(where=where)))
