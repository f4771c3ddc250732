"""Why the goal changed: its change shared out exactly over the tree, level by level down to the leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from keiki.catalogue.load import Catalogue
from keiki.errors import UnknownName, WrongField
from keiki.periods import Calendar, Period
from keiki.trees.arrays import plain
from keiki.trees.build import Node, Tree
from keiki.trees.descent import Descent, Linear
from keiki.trees.evaluate import WHOLE, EvaluatedTree, Segment, over_children
from keiki.trees.explanation import Explanation, Part, Value
from keiki.trees.targets import Target, adds_up, value_at

METHODS = ("shapley", "lmdi")


def explain(
    evaluated: EvaluatedTree,
    before: Period | int,
    after: Period | int,
    segment: Segment = WHOLE,
    method: str = "shapley",
) -> Explanation:
    """Why the goal changed between two measured periods (a period, or its place in the evaluated tree).

    `method`: `shapley` for any formula, `lmdi` for sums and for products of positive numbers; where it does not apply
    Shapley takes its place and `Explanation.instead` says so.
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
    return Explanation(tree, method, start, end, change, parts, tuple(walk.gaps), tuple(walk.instead))


@dataclass(frozen=True)
class Shortfall:
    """One number beside what it should be: `gap` is relative (-0.3 = 30 % below), `effect` in the goal's unit."""

    node: str
    value: Value
    wanted: Value
    gap: Value
    effect: Value


def shortfalls(
    tree: Tree, values: Mapping[str, Value], wanted: Mapping[str, Value], method: str = "shapley"
) -> tuple[Shortfall, ...]:
    """How far the lowest numbers of a tree are from what they should be, the largest effect on the goal first.

    `wanted` may hold a few nodes only, from targets or a scenario; the others stay as they are and whatever follows
    from a formula is worked out again. The effects sum to the goal's distance from the goal so worked out.
    """
    against = worked_out(tree, values, wanted)
    told = explain_change(tree, against, values, method)
    rows = [_shortfall(part) for part in told.movers if not part.residual]
    return tuple(row for row in rows if row.effect or row.node in wanted)


def worked_out(tree: Tree, values: Mapping[str, Value], wanted: Mapping[str, Value]) -> dict[str, Value]:
    """Every node when some are as wanted: formulas worked out again from below, keeping what they leave over now."""
    found: dict[str, Value] = {}
    for node in reversed(tree.nodes):  # children stand behind their parents
        below = [n for n in node.factors if found.get(n) != values.get(n)]
        if node.formula is None or not below:
            found[node.id] = wanted.get(node.id, values.get(node.id))
            continue
        told = _told(node, found)
        now, told_now = values.get(node.id), _told(node, values)
        rest = now - told_now if now is not None and told_now is not None else 0.0
        found[node.id] = None if told is None else told + rest
    return found


def wanted_of(
    tree: Tree,
    catalogue: Catalogue,
    period: Period,
    calendar: Calendar,
    targets: Mapping[str, Target] | None = None,
) -> dict[str, Value]:
    """What the targets want of every node in a whole period, months and years brought together; bands are left out."""
    own = targets if targets is not None else {n.id: n.target for n in tree.nodes if n.target is not None}
    found: dict[str, Value] = {}
    for node_id, target in own.items():
        if node_id not in tree.by_id:
            continue
        kpi = tree.by_id[node_id].kpi
        sums = kpi is not None and adds_up(kpi, catalogue)
        value = value_at(target, period, calendar, adds_up=sums)
        if value is not None:
            found[node_id] = value
    return found


def _told(node: Node, values: Mapping[str, Value]) -> Value:
    assert node.formula is not None
    arrays = {n: np.asarray(np.nan if (v := values.get(n)) is None else float(v)) for n in node.factors}
    with np.errstate(all="ignore"):
        return plain(float(over_children(node.formula)(lambda name, back: arrays[str(name)], 0)))


def _shortfall(part: Part) -> Shortfall:
    gap = part.change / abs(part.before) if part.change is not None and part.before else None
    return Shortfall(part.node, part.after, part.before, gap, part.contribution)


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
