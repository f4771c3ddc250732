"""A page of ordered rows, cut the same way on every engine."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def page_of(table: ir.Table, order: Sequence[ir.Value], offset: int, limit: int) -> ir.Table:
    """Rows from place `offset` (0 for the first) on, at most `limit`, in an order that leaves no ties.

    Places are numbered in the query: Spark has no offset of its own, and what stands in for it may follow no order.
    """
    placed = table.mutate(place=ibis.row_number().over(ibis.window(order_by=list(order))))
    page = placed.filter((placed.place >= offset) & (placed.place < offset + limit))
    return page.order_by("place").drop("place")
