"""The rows of a list one after the other: however many there are, few of them are in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import ibis.expr.types as ir

from keiki.engine.engine import Engine

AT_ONCE: Final = 2_000
"""Rows that are in memory while all of them go through."""


def each_row(engine: Engine, query: ir.Table | str) -> Iterator[dict[str, Any]]:
    """The rows of an expression, or of SQL that the engine compiled. Who stops asking ends the query."""
    for part in engine.batches(query if isinstance(query, str) else engine.compile(query), AT_ONCE):
        yield from part
