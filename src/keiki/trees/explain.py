"""Why the goal changed: its change shared out exactly over the tree, level by level down to the leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from keiki.errors import UnknownName, WrongField
from keiki.periods import Period
from keiki.trees.build import Tree
from keiki.trees.descent import Descent, Linear
from keiki.trees.evaluate import WHOLE, EvaluatedTree, Segment
from keiki.trees.explanation import Explanation, Part, Value

METHODS = ("shapley", "lmdi")


def explain(
    evaluated: EvaluatedTree,
    before: Period | int,
    after: Period | int,
    segment: Segment = WHOLE,
    method: str = "shapley",
) -> Explanation:
    """Why the goal changed between two measured periods (a period, or its place in the evaluated tree).

    `method`: `shapley` for any formula, `lmdi` for products of positive numbers (elsewhere Shapley takes over).
    Nested: the children of a node share out what the node contributed (Owen value).
    """
    first, second = _place(evaluated, before), _place(evaluated, after)
    told = explain_change(evaluated.tree, evaluated.at(first, segment), evaluated.at(second, segment), method)
    return replace(told, period_before=evaluated.periods[first], period_after=evaluated.periods[second])


def explain_change(
    tree: Tree, before: Mapping[str, Value], after: Mapping[str, Value], method: str = "shapley"
) -> Explanation:
    """Why the goal differs between any two sets of node values: two periods, a target, a scenario."""
    if method not in METHODS:
        raise WrongField(subject=tree.id, field="method", value=method, options=", ".join(METHODS))
    walk = Descent(tree, before, after, method)
    start, end = before.get(tree.root.id), after.get(tree.root.id)
    change = None if start is None or end is None else end - start
    with np.errstate(all="ignore"):
        walk.take(tree.root, change, Linear(1.0))
    parts = tuple(_shared(part, change) for part in walk.parts)
    return Explanation(tree, method, start, end, change, parts, tuple(walk.gaps))


def _shared(part: Part, change: Value) -> Part:
    if part.contribution is None or not change:
        return part
    return replace(part, share=part.contribution / change)


def _place(evaluated: EvaluatedTree, period: Period | int) -> int:
    if isinstance(period, int):
        return period
    if period not in evaluated.periods:
        known = [f"{p.start} – {p.end}" for p in evaluated.periods]
        raise UnknownName(kind="period", name=f"{period.start} – {period.end}", known=known)
    return evaluated.periods.index(period)
