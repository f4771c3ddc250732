"""Values entered for a KPI itself: an observation whose metric is the KPI takes the place of what is calculated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.engine.engine import Engine
from keiki.engine.totals import DIMENSIONS
from keiki.formula import condition, condition_columns
from keiki.formula.nodes import Binary, Call, Condition, Formula, Negate, Reference
from keiki.lens import Lens
from keiki.measures.measure import Aggregation, Asked, Measure, Timing
from keiki.periods import Period

MARK = "@"
"""Begins the id under which a formula asks for the entered value of a KPI; no measure may have it."""
OBSERVED = "observed_value"
AS_DECLARED = "as_declared"
"""The parameters a KPI is declared with, kept beside those it is asked with: with others it is another number."""
PARAMETERS = ("within", "at", "from", "to", "window", "min", "model", "lookback", "goal")


def is_entered(asked: Asked) -> bool:
    """Whether a value entered for a KPI is asked for, not a measure."""
    return asked.measure.startswith(MARK)


def with_entered(catalogue: Catalogue, metrics: Iterable[str]) -> Catalogue:
    """The catalogue in which KPIs among `metrics` are read as entered, and calculated where nothing was.

    So it holds as well for KPIs calculated from them, for trees and for `prev()`.
    """
    found = {
        name: catalogue.kpis[name] for name in metrics if name in catalogue.kpis and not _observed(catalogue, name)
    }
    if not found:
        return catalogue
    measures = {**catalogue.measures, **{f"{MARK}{name}": _measure(kpi) for name, kpi in found.items()}}
    kpis = {**catalogue.kpis, **{name: _entered_first(kpi) for name, kpi in found.items()}}
    return replace(catalogue, kpis=kpis, measures=measures)


def calculated(formula: Formula) -> Formula:
    """A formula without the values that people entered: what is calculated from rows where nothing was."""
    match formula:
        case Call(name="coalesce", arguments=(Reference(id=name), rest)) if name.startswith(MARK):
            return calculated(rest)
        case Call(arguments=arguments):
            return replace(formula, arguments=tuple(calculated(each) for each in arguments))
        case Binary(left=left, right=right):
            return replace(formula, left=calculated(left), right=calculated(right))
        case Negate(operand=operand):
            return replace(formula, operand=calculated(operand))
    return formula


def _observed(catalogue: Catalogue, name: str) -> bool:
    formula = catalogue.kpis[name].formula
    return isinstance(formula, Reference) and formula.id == OBSERVED


def _entered_first(kpi: Kpi) -> Kpi:
    def first(formula: Formula) -> Formula:
        asked = Reference(f"{MARK}{kpi.id}", params=(*kpi.params, (AS_DECLARED, _written(kpi.params))))
        return Call("coalesce", (asked, formula))

    earlier = tuple(replace(one, formula=first(one.formula)) for one in kpi.earlier)
    return replace(kpi, formula=first(kpi.formula), earlier=earlier)


def _written(params: tuple[tuple[str, str], ...]) -> str:
    return ";".join(f"{name}:{value}" for name, value in sorted(params) if name != AS_DECLARED)


def _measure(kpi: Kpi) -> Measure:
    return Measure(
        id=f"{MARK}{kpi.id}",
        ja=kpi.ja,
        en=kpi.en,
        fact="observations",
        aggregation=Aggregation.LAST,
        column=None,
        where=None,
        time="date",
        timing=Timing.FLOW,
        unit=kpi.unit,
        accepts=(*PARAMETERS, AS_DECLARED),
    )


@dataclass(frozen=True)
class Entered:
    """Reads the observations of KPIs."""

    engine: Engine
    table: ir.Table

    def read(
        self, asked: Iterable[Asked], lens: Lens, periods: Iterable[Period]
    ) -> dict[tuple[Asked, Period, tuple[str | None, ...]], float]:
        """What was entered for the lens's own grain, for the whole or for exactly the segment that is asked for."""
        grain = next((period.grain for period in lens.periods), None)
        own = [one for one in asked if dict(one.params).pop(AS_DECLARED, None) == _written(one.params)]
        if not own or grain is None or lens.where is not None:
            return {}
        wanted = tuple(periods)
        found: dict[tuple[Asked, Period, tuple[str | None, ...]], float] = {}
        for where in dict.fromkeys(one.where for one in own):
            of_where = {one.measure.removeprefix(MARK): one for one in own if one.where == where}
            if where is None or set(condition_columns(where)) <= set(DIMENSIONS):
                for row in self._rows(of_where, where, str(grain), wanted):
                    for period in (p for p in wanted if row["date"] in p):
                        found[of_where[row["metric"]], period, ()] = float(row["value"])
        return found

    def _rows(
        self, ids: Iterable[str], where: Condition | None, grain: str, periods: tuple[Period, ...]
    ) -> list[dict[str, Any]]:
        """Metric, date and value, oldest first, of days with a single value."""
        table = self.table
        first, end = min(p.start for p in periods), max(p.end for p in periods)
        kept = [table.metric.isin(sorted(ids)), table.grain == grain, table.value.notnull()]
        kept += [table.date >= ibis.date(first.isoformat()), table.date < ibis.date(end.isoformat())]
        if where is None:
            kept += [table[name].isnull() for name in DIMENSIONS]
        else:
            kept.append(condition(where, lambda name: table[name]))
        table = table.filter(*kept)
        each = table.group_by("metric", "date").aggregate(value=table.value.max(), rows=table.count())
        rows: list[dict[str, Any]] = self.engine.run(each.filter(each.rows == 1).order_by("date")).to_pylist()
        return rows
