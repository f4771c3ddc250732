"""Ideas against the tree: which number each would move, and what the goal is expected to gain by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from keiki.catalogue.kpi import Direction
from keiki.trees.arrays import plain
from keiki.trees.build import Tree
from keiki.trees.simulate import Move, Value, number, reaches_goal, worked_out


@dataclass(frozen=True)
class Idea:
    """Something that could be done: how far it moves which node when it works, and how likely that is (0–1)."""

    name: str
    node: str | None = None
    move: Move | None = None
    chance: float = 0.5
    id: str = ""


class Unranked(StrEnum):
    """Why an idea has no place: it names no number, none of the tree, one that only a belief joins to the goal, or one
    whose move gives the goal no value."""

    NO_NODE = "no_node"
    UNKNOWN_NODE = "unknown_node"
    ONLY_BELIEVED = "only_believed"
    NO_VALUE = "no_value"


@dataclass(frozen=True)
class Weighed:
    """An idea beside the goal. `value` and `then`: its number now and when it works.

    `effect` is what the goal gains when it works, in the goal's unit (a goal that should fall gains by falling);
    `expected` = `effect` × chance. All None where `why` says that it cannot be ranked.
    """

    idea: Idea
    value: Value = None
    then: Value = None
    effect: Value = None
    expected: Value = None
    why: Unranked | None = None


def weighed(tree: Tree, values: Mapping[str, Value], ideas: Iterable[Idea]) -> tuple[Weighed, ...]:
    """The ideas by what the goal is expected to gain, the largest first; those that cannot be ranked at the end.

    `values`: every node in one period (`EvaluatedTree.at`). The goal is worked out as in a what-if, one idea at a time.
    """
    found = [_weighed(tree, values, idea) for idea in ideas]
    return tuple(sorted(found, key=lambda each: (each.why is not None, -(each.expected or 0.0), each.idea.name)))


def _weighed(tree: Tree, values: Mapping[str, Value], idea: Idea) -> Weighed:
    if not idea.node or idea.move is None:
        return Weighed(idea, why=Unranked.NO_NODE)
    if idea.node not in tree.by_id:
        return Weighed(idea, why=Unranked.UNKNOWN_NODE)
    node = tree.node(idea.node)
    value, before = values.get(node.id), values.get(tree.root.id)
    then = idea.move.apply(value)
    if not reaches_goal(tree, node):
        return Weighed(idea, value, then, why=Unranked.ONLY_BELIEVED)
    if then is None or before is None:
        return Weighed(idea, value, then, why=Unranked.NO_VALUE)
    after = plain(float(np.asarray(worked_out(tree, values, {node.id: number(then)})[tree.root.id])))
    if after is None:
        return Weighed(idea, value, then, why=Unranked.NO_VALUE)
    effect = before - after if tree.root.direction is Direction.LOWER else after - before
    return Weighed(idea, value, then, effect, effect * idea.chance)
