"""KPIs as measured: the value of each in every period and segment, and why one is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from keiki.catalogue.expand import asked_of
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.versions import Dated, in_force
from keiki.engine.measure import Readings, Segment, Value
from keiki.errors import UnknownName
from keiki.formula import Formula, Reference, evaluate, references
from keiki.lens import Lens
from keiki.measures.measure import Asked
from keiki.periods import Period
from keiki.trees.build import Node, Tree
from keiki.trees.evaluate import EvaluatedTree
from keiki.trees.evaluate import evaluate as evaluate_tree
from keiki.trees.explain import explain, explain_change
from keiki.trees.explanation import Explanation


@dataclass(frozen=True)
class Measured:
    """KPIs over the periods of a lens, at one snapshot of the lake.

    Each period is calculated as its KPI was defined on the period's first day; `prev()` inside a formula reads the
    comparison period by the same definition, so that a change of definition is no growth.
    """

    kpis: Mapping[str, Kpi]
    formulas: Mapping[str, Dated]
    readings: Readings
    snapshot: int

    @property
    def lens(self) -> Lens:
        return self.readings.lens

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.readings.periods

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments found, without the whole."""
        return tuple(segment for segment in self.readings.segments if segment)

    def value(self, kpi: str, period: int = -1, segment: Segment = (), back: int = 0) -> float | None:
        """A KPI's value in a period (default: the last), or `back` comparison periods before. None: not available."""
        if kpi not in self.formulas:
            raise UnknownName(kind="KPI", name=kpi, known=self.formulas)
        index = range(len(self.periods))[period]

        def resolve(reference: Reference, prior: int) -> float | None:
            return self.readings.value(asked_of(reference), index, segment, back + prior)

        found: float | None = evaluate(self.formula(kpi, index, back), resolve)
        return found

    def formula(self, kpi: str, period: int = -1, back: int = 0) -> Formula:
        """The formula over measures that gave the value of a period."""
        return self.formulas[kpi].on(self._first_day(period, back))

    def version(self, kpi: str, period: int = -1, back: int = 0) -> int | None:
        """The number of the version of its definition that gave the value; None for a formula that is no KPI."""
        known = self.kpis.get(kpi)
        return None if known is None else in_force(known, self._first_day(period, back)).version

    def _first_day(self, period: int, back: int) -> date:
        return self.lens.period(range(len(self.periods))[period], back).start

    def series(self, kpi: str, segment: Segment = ()) -> tuple[float | None, ...]:
        """A KPI's values over all periods, oldest first."""
        return tuple(self.value(kpi, index, segment) for index in range(len(self.periods)))

    def missing(self, kpi: str, language: str = "en") -> tuple[str, ...]:
        """Why a KPI has no value: the names of facts without rows, in words what could not be asked or counted nothing.

        Empty for a KPI that has a value in some period of the lens.
        """
        if any(value is not None for value in self.series(kpi)):
            return ()
        asked = [asked_of(reference) for reference in references(self.formulas[kpi].newest)]
        return self.readings.missing(asked, language) or self.readings.nothing_counted(asked, language)

    def origin(self, kpi: str, period: int = -1) -> str:
        """Where a KPI's value comes from: `rows`, `totals` (totals observed for a measure in it), `entered` by hand."""
        asked = [asked_of(reference) for reference in references(self.formula(kpi, period))]
        return self.readings.origin(asked, self.lens.period(range(len(self.periods))[period]))

    def rows(self) -> list[dict[str, Any]]:
        """One row per KPI, period and segment, for a table, a file or JSON."""
        return [
            {
                "kpi": kpi,
                "start": period.start.isoformat(),
                "end": period.end.isoformat(),
                "complete": self.lens.complete(index),
                "certainty": self.lens.certainty(index),
                **dict(zip(self.lens.by, segment, strict=False)),
                "version": self.version(kpi, index),
                "value": self.value(kpi, index, segment),
                "before": self.value(kpi, index, segment, back=1),
            }
            for kpi in self.formulas
            for index, period in enumerate(self.periods)
            for segment in ((), *self.segments)
        ]


@dataclass(frozen=True)
class Earlier:
    """The same readings seen from the comparison period: what `value` gives is one step before."""

    readings: Readings
    steps: int = 1

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods compared with."""
        lens = self.readings.lens
        return tuple(lens.period(index, self.steps) for index in range(len(lens.periods)))

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self.readings.segments

    def value(self, asked: Asked, period_index: int, segment: Segment = (), back: int = 0) -> Value:
        return self.readings.value(asked, period_index, segment, back + self.steps)


@dataclass(frozen=True)
class TreeReading:
    """A tree measured: `now` over the periods of the lens, `before` over the period each is compared with.

    The n-th period of `before` is like for like with the n-th of `now`.
    """

    tree: Tree
    readings: Readings
    snapshot: int

    @property
    def lens(self) -> Lens:
        return self.readings.lens

    @cached_property
    def now(self) -> EvaluatedTree:
        """Every node over the periods of the lens."""
        return evaluate_tree(self.tree, self.readings)

    @cached_property
    def before(self) -> EvaluatedTree:
        """Every node over the periods compared with."""
        return evaluate_tree(self.tree, Earlier(self.readings))

    def explanation(self, period: int = -1, segment: Segment = (), method: str = "shapley") -> Explanation:
        """Why the goal differs from its comparison period; the parts sum to the change."""
        index = range(len(self.lens.periods))[period]
        told = explain_change(self.tree, self.before.at(index, segment), self.now.at(index, segment), method)
        return replace(told, period_before=self.lens.period(index, back=1), period_after=self.lens.period(index))

    def between(self, before: int, after: int, method: str = "shapley") -> Explanation:
        """Why the goal differs between two periods of the lens, by their places."""
        return explain(self.now, before, after, method=method)

    def missing(self, node_id: str, language: str = "en") -> tuple[str, ...]:
        """Why a node has no value: the names of facts without rows, or in words what could not be asked."""
        return self.readings.missing(self._asked(node_id), language)

    def origin(self, node_id: str, period: int = -1) -> str:
        """Where a node's value comes from: `rows`, `totals` (observed for a measure in it), `entered` by hand."""
        return self.readings.origin(self._asked(node_id), self.lens.period(range(len(self.lens.periods))[period]))

    def as_dict(self) -> dict[str, Any]:
        """Every node in every period as JSON-able values."""
        periods = [
            {
                "start": period.start,
                "end": period.end,
                "complete": self.lens.complete(index),
                "certainty": self.lens.certainty(index),
                "before": {"start": self.before.periods[index].start, "end": self.before.periods[index].end},
                "nodes": [self._node(node, index) for node in self.tree.nodes],
            }
            for index, period in enumerate(self.lens.periods)
        ]
        return {"tree": self.tree.id, "snapshot": self.snapshot, "periods": periods}

    def _node(self, node: Node, index: int) -> dict[str, Any]:
        return {
            "id": node.id,
            "kpi": node.kpi,
            "parent": node.parent,
            "ja": node.ja,
            "en": node.en,
            "unit": node.unit,
            "value": self.now.value(node.id, index),
            "before": self.before.value(node.id, index),
            "missing": list(self.missing(node.id)),
        }

    def _asked(self, node_id: str) -> tuple[Asked, ...]:
        measured = self.tree.node(node_id).measured
        return tuple(map(asked_of, references(measured))) if measured is not None else ()
