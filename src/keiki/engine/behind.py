"""The rows behind a number: what was counted, newest first, so that anybody can look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from keiki.engine.each_row import each_row
from keiki.engine.engine import Engine
from keiki.engine.measure import Measurer, span_of
from keiki.lens import Lens
from keiki.measures.buckets import Span, fill
from keiki.measures.compile import counted_rows
from keiki.measures.measure import Asked
from keiki.periods import Period

SHOWN = 100


@dataclass(frozen=True)
class Behind:
    """Rows that one measure counts in a period.

    `source` is the fact (or model) they are of, `count` how many there are, `rows` the newest of them with the
    columns that hold anything. `rows` is None where a model decides over all its rows at once and none can be shown.
    """

    asked: Asked
    source: str
    count: int
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...] | None


@dataclass(frozen=True)
class EveryRow:
    """All rows that one measure counts in a period, newest first, with the columns that hold anything.

    Going through it asks the engine, anew each time; `count` says how many there are.
    """

    source: str
    count: int
    columns: tuple[str, ...]
    engine: Engine
    sql: str

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in each_row(self.engine, self.sql):
            yield tuple(row[name] for name in self.columns)


def every_row(measurer: Measurer, asked: Asked, period: Period, lens: Lens) -> EveryRow | None:
    """Every row of one measure in one period; None where a model decides over all its rows at once, or has none."""
    found = _found(measurer, asked, period, lens)
    if found is None:
        return None
    source, table, span = found
    run, compile_ = measurer.engine.run, measurer.engine.compile
    held = {f"n{place}": table[name].count() for place, name in enumerate(table.columns)}
    counts = run(fill(compile_(table.aggregate(rows=table.count(), **held)), (span,))).to_pylist()[0]
    filled = tuple(name for place, name in enumerate(table.columns) if counts[f"n{place}"])
    if not counts["rows"]:
        return None
    sql = fill(compile_(table.select(*filled)), (span,))
    return EveryRow(source, int(counts["rows"]), filled, measurer.engine, sql)


def _found(measurer: Measurer, asked: Asked, period: Period, lens: Lens) -> tuple[str, ir.Table, Span] | None:
    """The fact or model of a measure, the rows it counts, and the days that stand for its placeholders."""
    params = dict(measurer.measures[asked.measure].params) | dict(asked.params)
    span = span_of(period, params.get("window"), lens)
    found = counted_rows(asked, measurer.measures, measurer.facts, span, rules=measurer.rules, where=lens.where)
    return None if found is None else (*found, span)


def behind(measurer: Measurer, asked: Asked, period: Period, lens: Lens, limit: int = SHOWN) -> Behind:
    """The rows of one measure in one period, narrowed by the lens; at most `limit` of them are fetched."""
    found = _found(measurer, asked, period, lens)
    if found is None:
        return Behind(asked, measurer.measures[asked.measure].facts[0], 0, (), None)
    source, table, span = found
    run = measurer.engine.run
    count = run(fill(measurer.engine.compile(table.count().as_table()), (span,))).to_pylist()[0]
    rows = run(fill(measurer.engine.compile(table.limit(limit)), (span,))).to_pylist()
    filled = tuple(name for name in table.columns if any(row[name] is not None for row in rows))
    shown = tuple({name: row[name] for name in filled} for row in rows)
    return Behind(asked, source, int(next(iter(count.values()))), filled, shown)
