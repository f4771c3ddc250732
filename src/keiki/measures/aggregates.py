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
    return Aggregate("count", (_rows(table, where),))


def distinct(column: ir.Value, where: Where) -> Aggregate:
    """How many different filled values; filtered, because Spark reads its rows once more for each other column."""
    return Aggregate("count", (column.nunique(where=where),))


def total(table: ir.Table, column: ir.Value, where: Where) -> Aggregate:
    """The sum; zero when no row matches, unknown when rows match but none has a value."""
    return Aggregate("sum", (only(column, where).sum(), _rows(table, where)))


def mean(column: ir.Value, where: Where) -> Aggregate:
    """The mean over filled values."""
    counted = only(column, where)
    return Aggregate("mean", (counted.sum(), counted.count()))


def weighted_mean(column: ir.Value, weight: ir.Value, where: Where) -> Aggregate:
    """The mean weighted by another column, over rows where the value is filled."""
    mass = only(ibis.ifelse(column.notnull(), weight.cast("float64"), ibis.null("float64")), where)
    return Aggregate("mean", ((column * mass).sum(), mass.sum()))


def only(column: ir.Value, where: Where) -> ir.Value:
    """The column with nothing in rows that do not count: an engine aggregates it a dozen times faster than it filters
    rows for each aggregate (`FILTER`), and there are hundreds of them in one query.
    """
    return column if where is None else ibis.ifelse(where, column, ibis.null())


def rows_where(condition: ir.BooleanValue) -> ir.IntegerScalar:
    """How many rows meet a condition."""
    return condition.nullif(ibis.literal(value=False)).count()


def _rows(table: ir.Table, where: Where) -> ir.IntegerScalar:
    return table.count() if where is None else rows_where(where)
