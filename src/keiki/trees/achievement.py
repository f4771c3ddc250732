"""Whether a tree reached its goal; where it did not, what to look at, also when every number below reached its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from keiki.trees.build import InfluenceEdge, Node, Tree
from keiki.trees.consistency import HOLDS, NodeConsistency, Verdict


class Cause(StrEnum):
    """What may explain a missed goal, in the order of how directly it does."""

    MISSED = "missed"  # a number below misses its own target
    TARGETS_SHORT = "targets_short"  # the targets below, all reached, do not make the goal's
    RESIDUAL = "residual"  # what the formula leaves of the goal's own value
    NO_TARGET = "no_target"  # nobody says what a number below is to reach
    INFLUENCE = "influence"  # reached, but tied to the goal by belief only


@dataclass(frozen=True)
class Candidate:
    """One thing that may explain a missed goal; `amount` is in the goal's unit, None where nothing can be said."""

    cause: Cause
    nodes: tuple[str, ...]
    amount: float | None = None


@dataclass(frozen=True)
class Achievement:
    """The goal and the numbers that carry it: `goal` is None without a target or a value.

    `reached` and `missed` are the lowest numbers with a target and a value: nothing they are made of has both; what
    only influences them stands beside them. `unjudged` are the numbers at the end of a way from the goal on which
    nothing is judged.
    """

    goal: bool | None
    reached: tuple[str, ...]
    missed: tuple[str, ...]
    unjudged: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()

    @property
    def unexplained(self) -> bool:
        """The goal is missed while every number that carries it reached its target."""
        return self.goal is False and bool(self.reached) and not self.missed


def achievement(
    tree: Tree,
    met: Mapping[str, bool],
    reach: NodeConsistency | None = None,
    residual: float | None = None,
    value: float | None = None,
    moved: Mapping[str, float] | None = None,
) -> Achievement:
    """What to look at when a goal is missed; nothing when it is reached or nobody can tell.

    `met`: node id → whether it reached its target, for nodes with a target and a value. `reach`: whether the targets
    below make the goal's (`consistency(…).goal`). `residual`: the goal's `value` minus what its formula gives. `moved`:
    what each node did to the goal since the period before; a number without a target is named when it moved the goal
    to the wrong side or nothing is known of it.
    """
    moved = moved or {}
    judged = {node.id for node in tree.nodes if node.parent is not None and node.id in met}
    over = {above.id for name in judged for above in _made_of(tree, name)}
    reached, missed = (
        [n.id for n in tree.nodes if n.id in judged - over and met[n.id] is kept] for kept in (True, False)
    )
    ends = [node.id for node in tree.nodes if node.parent is not None and not node.children and node.kpi is not None]
    unjudged = [name for name in ends if not judged & {name, *(above.id for above in tree.above(name))}]
    found = Achievement(met.get(tree.root.id), tuple(reached), tuple(missed), tuple(unjudged))
    if found.goal is not False:
        return found
    wrong = 1.0 if tree.root.direction == "lower" else -1.0
    candidates = [Candidate(Cause.MISSED, (name,), moved.get(name)) for name in _by_size(missed, moved)]
    if reach is not None and reach.verdict is Verdict.INSUFFICIENT:
        candidates.append(Candidate(Cause.TARGETS_SHORT, tree.root.children, reach.shortfall))
    if residual is not None and value is not None and abs(residual) > HOLDS * max(abs(value), abs(value - residual)):
        candidates.append(Candidate(Cause.RESIDUAL, (tree.root.id,), residual))
    to_the_wrong_side = [name for name in unjudged if name not in moved or moved[name] * wrong > 0]
    candidates += [Candidate(Cause.NO_TARGET, (name,), moved.get(name)) for name in _by_size(to_the_wrong_side, moved)]
    believed = tuple(name for name in reached if not tree.leads_to_goal(name))
    if believed:
        candidates.append(Candidate(Cause.INFLUENCE, believed))
    return replace(found, candidates=tuple(candidates))


def _made_of(tree: Tree, name: str) -> tuple[Node, ...]:
    """The nodes above one that are made of it: up to the first influence."""
    found: list[Node] = []
    node = tree.node(name)
    while node.parent is not None and not isinstance(node.edge, InfluenceEdge):
        node = tree.node(node.parent)
        found.append(node)
    return tuple(found)


def _by_size(names: list[str], moved: Mapping[str, float]) -> list[str]:
    return sorted(names, key=lambda name: -abs(moved.get(name, 0.0)))
