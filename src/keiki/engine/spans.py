"""Periods handed to a model that is asked for several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from keiki.engine.business import Business
from keiki.engine.each_row import each_row
from keiki.measures.buckets import Span, fill, span_table
from keiki.periods import Period


def rows_over(
    business: Business, periods: Sequence[Period], build: Callable[[ir.Table], ir.Table]
) -> list[dict[str, Any]]:
    """The rows of a model over periods (`build` is given the table of spans); `period` is the place in the sequence.

    A period that is not over is cut after the last day of the data.
    """
    if not periods:
        return []
    table, sql = _asked_over(business, periods, build)
    rows: list[dict[str, Any]] = business.engine.run(sql).cast(table.schema().to_pyarrow()).to_pylist()
    return rows


def each_row_over(
    business: Business, periods: Sequence[Period], build: Callable[[ir.Table], ir.Table]
) -> Iterator[dict[str, Any]]:
    """The rows of `rows_over` one after the other, however many there are; at least one period."""
    return each_row(business.engine, _asked_over(business, periods, build)[1])


def _asked_over(
    business: Business, periods: Sequence[Period], build: Callable[[ir.Table], ir.Table]
) -> tuple[ir.Table, str]:
    """A model over periods, and the SQL that asks for its rows."""
    past = business.today + timedelta(days=1)
    cut = [Period(p.start, max(p.start, min(p.end, past))) for p in periods]
    spans = [Span(p.start, p.end, *business.settings.calendar.instants(p)) for p in cut]
    table = build(span_table(len(spans)))
    return table, fill(business.engine.compile(table), spans)
