"""Which KPI first: what it would bring the goal × how far it can be moved, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keiki.catalogue.kpi import Direction
from keiki.catalogue.load import Catalogue
from keiki.trees.build import Node, Tree
from keiki.trees.explain import worked_out
from keiki.trees.findings import Detail, Figure, Said, named
from keiki.trees.smart import best_of
from keiki.trees.targets import BETWEEN, Target

Value = float | None
MOST_CONTROL = 5
USUAL_CONTROL = 3
"""How far a KPI can be moved by ourselves while nobody has rated it."""

ROOM_CODES = {"target": "room_to_target", "best": "room_to_best", "benchmark": "room_to_benchmark"}


@dataclass(frozen=True)
class Priority:
    """How much one KPI deserves to be worked on first.

    `reachable` is the value taken as within reach and `basis` where it is from: `target`, else the better of `best`
    (so far) and `benchmark`; `rooms` is how far each of them lies away, relative to the value now. `effect` is what
    reaching it does to the goal, `per_percent` what +1 % does, both in the goal's unit. `score` = `effect` × control,
    as a share of full control. `reasons` say all of it in words.
    """

    node: str
    value: Value
    reachable: Value
    basis: str | None
    rooms: Mapping[str, float]
    effect: float
    per_percent: float
    control: int
    score: float
    reasons: tuple[Said, ...] = field(default=())


def priorities(
    tree: Tree,
    catalogue: Catalogue,
    values: Mapping[str, Value],
    history: Mapping[str, Sequence[Value]] | None = None,
    targets: Mapping[str, Target] | None = None,
) -> tuple[Priority, ...]:
    """The KPIs that are calculated into the goal, the one to work on first at the front.

    `values`: every node in one period (`EvaluatedTree.at`), `history`: past values by node id. A goal where less is
    better counts what takes it down.
    """
    goal = values.get(tree.root.id)
    if goal is None:
        return ()
    found = [
        _priority(node, tree, catalogue, values, (history or {}).get(node.id, ()), _target(node, targets))
        for node in tree.nodes
        if node.parent is not None and (node.driver or node.formula is None) and tree.leads_to_goal(node.id)
    ]
    return tuple(sorted((p for p in found if p is not None), key=lambda p: (-p.score, -abs(p.per_percent), p.node)))


def _priority(
    node: Node,
    tree: Tree,
    catalogue: Catalogue,
    values: Mapping[str, Value],
    past: Sequence[Value],
    target: Target | None,
) -> Priority | None:
    now = values.get(node.id)
    if now is None:
        return None
    reach = _within_reach(node, catalogue, now, [v for v in past if v is not None], target)
    rooms = {basis: room for basis, value in reach.items() if (room := _room(node, now, value)) > 0}
    basis = "target" if "target" in rooms else max(rooms, key=lambda b: rooms[b], default=None)
    reachable = reach[basis] if basis is not None else None
    effect = _gain(tree, values, node, reachable) if reachable is not None else 0.0
    percent = _gain(tree, values, node, now * 1.01)
    control = node.control or USUAL_CONTROL
    told = Priority(node.id, now, reachable, basis, rooms, effect, percent, control, effect * control / MOST_CONTROL)
    return Priority(**{**vars(told), "reasons": tuple(_reasons(told, node, tree))})


def _within_reach(
    node: Node, catalogue: Catalogue, now: float, past: list[float], target: Target | None
) -> dict[str, float]:
    found: dict[str, float] = {}
    if target is not None:
        band = target.high if node.direction is Direction.LOWER else target.low
        value = band if target.compare == BETWEEN else target.value
        if value is not None:
            found["target"] = value
    if past:
        found["best"] = best_of(node, past)
    kpi = catalogue.kpis.get(node.kpi or "")
    for benchmark in kpi.benchmarks if kpi is not None else ():
        ends = [end for end in (benchmark.low, benchmark.high) if end is not None]
        if ends:
            found.setdefault("benchmark", sum(ends) / len(ends))
    return found


def _room(node: Node, now: float, value: float) -> float:
    """How far a value is better than now, relative; 0 or less when it is not."""
    if now == 0 or node.direction is Direction.NEUTRAL:
        return 0.0
    return (now - value) / abs(now) if node.direction is Direction.LOWER else (value - now) / abs(now)


def _gain(tree: Tree, values: Mapping[str, Value], node: Node, value: float) -> float:
    """What the goal gains when one number becomes `value`; a goal that should fall gains by falling."""
    after = worked_out(tree, values, {node.id: value})[tree.root.id]
    before = values[tree.root.id]
    if after is None or before is None:
        return 0.0
    return (before - after) if tree.root.direction is Direction.LOWER else after - before


def _reasons(told: Priority, node: Node, tree: Tree) -> list[Said]:
    goal: dict[str, Detail] = {"goal": named(tree.root)}
    effect = Figure(told.effect, tree.root.unit)
    ends: dict[str, Detail] = {"now": Figure(told.value, node.unit), "reachable": Figure(told.reachable, node.unit)}
    first = Said("effect_of_room", {**goal, **ends, "effect": effect}) if told.basis else Said("no_room")
    way = -1 if node.direction is Direction.LOWER else 1
    now = told.value or 0.0
    levels = {basis: now + way * room * abs(now) for basis, room in told.rooms.items()}
    rooms = [Said(ROOM_CODES[basis], {"level": Figure(level, node.unit)}) for basis, level in levels.items()]
    percent = Said("effect_of_percent", {"effect": Figure(told.per_percent, tree.root.unit)})
    control = Said("control_rated" if node.control else "control_assumed", {"control": told.control})
    return [first, *rooms, percent, control]


def _target(node: Node, targets: Mapping[str, Target] | None) -> Target | None:
    return node.target if targets is None else targets.get(node.id)


def ranked_factors(tree: Tree) -> tuple[tuple[str, int], ...]:
    """The success factors by impact × feasibility, the highest first; those without both ratings are left out."""
    rated = [
        (node.id, node.impact * node.feasibility)
        for node in tree.nodes
        if node.level == "ksf" and node.impact is not None and node.feasibility is not None
    ]
    return tuple(sorted(rated, key=lambda pair: (-pair[1], pair[0])))
