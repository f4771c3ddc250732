"""Values from totals: where a fact has no rows for a period, observations of the measure take its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.engine.engine import Engine
from keiki.formula import condition, condition_columns
from keiki.formula.nodes import Condition
from keiki.lens import Lens
from keiki.measures.buckets import Edges, Span, fill, layers
from keiki.measures.measure import Asked, Measure, Timing
from keiki.periods import Grain, Period

DIMENSIONS = ("segment", "channel", "platform", "project", "market", "product", "team")
COARSEST_FIRST = (Grain.YEAR, Grain.QUARTER, Grain.MONTH, Grain.WEEK, Grain.DAY)

Found = dict[tuple[Asked, Period, tuple[()]], float]


@dataclass(frozen=True)
class Totals:
    """Reads observations whose `metric` is the id of a measure that has no value of its own."""

    engine: Engine
    facts: Mapping[str, ir.Table]
    measures: Mapping[str, Measure]
    metrics: Callable[[], frozenset[str]]
    """What observations speak of; only asked where a value is missing."""

    def read(self, asked: Iterable[Asked], lens: Lens, periods: Iterable[Period], values: Mapping[Any, Any]) -> Found:
        """Observed totals for every measure and period without a value: sums of flows, last values of stocks."""
        missing = {
            (one, period)
            for one in asked
            for period in periods
            if values.get((one, period, ())) is None and self.measures[one.measure].fact != "observations"
        }
        found: Found = {}
        if not missing or lens.where is not None or self.metrics().isdisjoint(one.measure for one, _ in missing):
            return found
        for where in {one.where for one, _ in missing}:
            wanted = {(one, period) for one, period in missing if one.where == where}
            if where is None or set(condition_columns(where)) <= set(DIMENSIONS):
                found |= self._observed(wanted, where, lens)
        return found

    def _observed(self, wanted: set[tuple[Asked, Period]], where: Condition | None, lens: Lens) -> Found:
        spans = {_span(period, lens): period for _, period in wanted}
        ids = sorted({one.measure for one, _ in wanted})
        found: Found = {}
        for layer in layers(tuple(spans)):
            sql = self.engine.compile(_totals(self.facts["observations"], ids, layer, where))
            rows = self.engine.run(fill(sql, layer)).to_pylist()
            for one, period in wanted:
                if _span(period, lens) in layer:
                    number = layer.index(_span(period, lens))
                    best = _best([r for r in rows if r["metric"] == one.measure and r["period"] == number], period)
                    if best is not None:
                        timing = self.measures[one.measure].timing
                        found[one, period, ()] = best["last" if timing is Timing.STOCK else "sum"]
        return found


def _span(period: Period, lens: Lens) -> Span:
    return Span(period.start, period.end, *lens.calendar.instants(period))


def _totals(table: ir.Table, ids: list[str], layer: tuple[Span, ...], where: Condition | None) -> ir.Table:
    edges = Edges.of(layer)
    table = table.filter(table.metric.isin(ids), edges.inside(table.date, dates=True))
    if where is not None:
        table = table.filter(condition(where, lambda name: table[name]))
    table = table.mutate(period=edges.bucket(table.date, dates=True))
    whole = ibis.and_(*(table[name].isnull() for name in DIMENSIONS))
    table = table.mutate(whole=whole)
    each = table.group_by("period", "metric", "grain", "whole", *DIMENSIONS).aggregate(
        sum=table.value.sum(), last=table.value.argmax(table.date)
    )
    return each.group_by("period", "metric", "grain", "whole").aggregate(sum=each["sum"].sum(), last=each["last"].sum())


def _best(rows: list[dict[str, Any]], period: Period) -> dict[str, Any] | None:
    """The rows to believe: of the period's own grain, else the coarsest finer one; undivided before divided."""
    own = [period.grain, *COARSEST_FIRST] if period.grain else list(COARSEST_FIRST)
    ranked = sorted(rows, key=lambda r: (own.index(r["grain"]) if r["grain"] in own else len(own), not r["whole"]))
    return ranked[0] if ranked else None
