"""A tree measured: every node's own value, what its children's formula gives, and what is left between them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np

from keiki.catalogue.expand import asked_of
from keiki.errors import UnknownName
from keiki.formula.nodes import Formula
from keiki.measures.measure import Asked, Readings
from keiki.periods import Period
from keiki.trees.arrays import Array, Program, compiled, finite, plain
from keiki.trees.build import Node, Tree

Segment = tuple[str | None, ...]
WHOLE: Segment = ()
MOST_PROGRAMS = 8192
"""Compiled formulas kept ready."""


@dataclass(frozen=True, eq=False)
class EvaluatedTree:
    """A tree with its values. Arrays are periods × segments with NaN for undefined; read them by the methods."""

    tree: Tree
    periods: tuple[Period, ...]
    segments: tuple[Segment, ...]
    values: Mapping[str, Array]
    formula_values: Mapping[str, Array]

    def value(self, node_id: str, period: int = -1, segment: Segment = WHOLE) -> float | None:
        """The node's own value, measured by its KPI; from its children when it has no KPI. None when undefined."""
        return self._read(self.values, node_id, period, segment)

    def formula_value(self, node_id: str, period: int = -1, segment: Segment = WHOLE) -> float | None:
        """What the formula over the children gives; None when undefined or when there is no formula."""
        return self._read(self.formula_values, node_id, period, segment)

    def residual(self, node_id: str, period: int = -1, segment: Segment = WHOLE) -> float | None:
        """Value minus formula: what the children do not tell; None when either is undefined."""
        value = self.value(node_id, period, segment)
        told = self.formula_value(node_id, period, segment)
        return None if value is None or told is None else value - told

    def series(self, node_id: str, segment: Segment = WHOLE) -> tuple[float | None, ...]:
        """The node's own values over all periods, oldest first."""
        return tuple(self.value(node_id, period, segment) for period in range(len(self.periods)))

    def as_defined_now(self, node_id: str) -> tuple[float | None, ...]:
        """The node's own values, None in periods whose KPI was calculated otherwise than in the last one."""
        dated, values = self.tree.node(node_id).dated, self.series(node_id)
        if dated is None:
            return values
        places = [dated.place(period.start) for period in self.periods]
        return tuple(value if place == places[-1] else None for value, place in zip(values, places, strict=True))

    def at(self, period: int = -1, segment: Segment = WHOLE) -> dict[str, float | None]:
        """Every node's own value in one period, as `simulate` and `explain_change` take them."""
        return {node.id: self.value(node.id, period, segment) for node in self.tree.nodes}

    def _read(self, arrays: Mapping[str, Array], node_id: str, period: int, segment: Segment) -> float | None:
        self.tree.node(node_id)
        if segment not in self.segments:
            raise UnknownName(kind="segment", name=str(segment), known=[str(s) for s in self.segments])
        if node_id not in arrays:
            return None
        return plain(arrays[node_id][period, self.segments.index(segment)])


def evaluate(tree: Tree, readings: Readings) -> EvaluatedTree:
    """Every node's value for every period and segment of the readings, each formula compiled once."""
    run = _Run(tree, readings)
    with np.errstate(all="ignore"):
        values = {node.id: run.value(node.id, 0) for node in tree.nodes}
        told = {node.id: finite(run.told(node, 0)) for node in tree.nodes if node.formula is not None}
    return EvaluatedTree(tree, tuple(readings.periods), tuple(readings.segments), values, told)


@lru_cache(maxsize=MOST_PROGRAMS)
def over_measures(formula: Formula) -> Program:
    """A formula over measures, compiled to look each one up as it is asked."""
    return compiled(formula, asked_of)


@lru_cache(maxsize=MOST_PROGRAMS)
def over_children(formula: Formula) -> Program:
    """A formula over the ids of children, compiled."""
    return compiled(formula)


class _Run:
    """One evaluation; every series is fetched once."""

    def __init__(self, tree: Tree, readings: Readings) -> None:
        self.tree = tree
        self.readings = readings
        self.segments: Sequence[Segment] = readings.segments
        self.shape = (len(readings.periods), len(self.segments))
        self.read: dict[tuple[Asked, int], Array] = {}
        self.known: dict[tuple[str, int], Array] = {}
        self.by_formula: dict[tuple[Formula, int], Array] = {}

    def value(self, node_id: Hashable, back: int) -> Array:
        key = cast(str, node_id), back
        if key not in self.known:
            node = self.tree.by_id[key[0]]
            found = self.told(node, back) if node.measured is None else self.measured(node, node.measured, back)
            self.known[key] = np.broadcast_to(finite(found), self.shape)
        return self.known[key]

    def measured(self, node: Node, newest: Formula, back: int) -> Array:
        """By the newest definition, or each period by the one that held on its first day."""
        if node.dated is None:
            return self.over(newest, back)
        places = np.array([node.dated.place(period.start) for period in self.readings.periods])
        each = [np.broadcast_to(self.over(formula, back), self.shape) for formula in node.dated.formulas]
        found: Array = np.stack(each)[places, np.arange(len(places))]
        return found

    def over(self, formula: Formula, back: int) -> Array:
        key = formula, back
        if key not in self.by_formula:
            self.by_formula[key] = over_measures(formula)(self.reading, back)
        return self.by_formula[key]

    def told(self, node: Node, back: int) -> Array:
        if node.formula is None:
            return np.full(self.shape, np.nan)
        return np.broadcast_to(over_children(node.formula)(self.value, back), self.shape)

    def reading(self, asked: Hashable, back: int) -> Array:
        key = cast(Asked, asked), back
        if key not in self.read:
            self.read[key] = self._fetch(key[0], back)
        return self.read[key]

    def _fetch(self, asked: Asked, back: int) -> Array:
        value: Callable[..., float | None] = self.readings.value
        rows = [[value(asked, p, segment, back) for segment in self.segments] for p in range(self.shape[0])]
        return np.array(rows, dtype=np.float64).reshape(self.shape)
