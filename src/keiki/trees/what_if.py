"""A what-if: some drivers of a measured tree moved, and what becomes of every other number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from keiki.errors import ShareBelowZero
from keiki.trees.build import Node, Tree
from keiki.trees.sensitivity import Sensitivity, sensitivity
from keiki.trees.simulate import Move, Simulated, Value, check_drivers, reachable, simulate
from keiki.trees.solve import Lever, Mix, Sought, cheapest, seek


@dataclass(frozen=True)
class WhatIf:
    """A tree's values of one period (`EvaluatedTree.at`), each in the unit of its node, and what some moves make of
    them.
    """

    tree: Tree
    values: Mapping[str, Value]
    moves: Mapping[str, Move]

    @cached_property
    def simulated(self) -> Simulated:
        """Every node's value after the moves. Raises `NotADriver` and `UnknownName` for a node that cannot be moved."""
        return simulate(self.tree, self.values, self.moves)

    @cached_property
    def drivers(self) -> tuple[Node, ...]:
        """What can be moved: the drivers of the goal in the order of the tree, each number once."""
        found: dict[object, Node] = {}
        for node in reachable(self.tree):
            found.setdefault(node.identity if node.kpi is not None else node.id, node)
        return tuple(found.values())

    def strengths(self, step: float = 0.01) -> tuple[Sensitivity, ...]:
        """What a step of each driver (0.01: 1 % of its value) does to the goal, after the moves, strongest first."""
        return sensitivity(self.tree, self.simulated.values, step)

    def sought(self, node: str, goal: float) -> Sought:
        """The value of a driver that brings the goal to `goal`, the moves of the others kept; raises as `seek`."""
        others = {i: move for i, move in self.moves.items() if i != node}
        return seek(self.tree, simulate(self.tree, self.values, others).values, node, goal)

    def mix(self, goal: float, levers: Sequence[Lever]) -> Mix:
        """The cheapest values of some drivers that bring the goal to `goal`; raises as `cheapest`."""
        return cheapest(self.tree, self.values, goal, levers)

    def check(self, shares: frozenset[str]) -> None:
        """Raises `NotADriver`, `UnknownName`, and `ShareBelowZero` for a move below 0 of one of the `shares`: rates of
        counts.
        """
        check_drivers(self.tree, self.moves)
        for node in shares & self.moves.keys():
            moved = self.moves[node].apply(self.values.get(node))
            if moved is not None and moved < 0:
                raise ShareBelowZero(node=node)

    def as_dict(self, step: float = 0.01, sought: Sought | None = None) -> dict[str, Any]:
        """All of it as JSON-able values."""
        return {
            "tree": self.tree.id,
            "goal": self.tree.root.id,
            "before": self.values[self.tree.root.id],
            "after": self.simulated.goal,
            "change": self.simulated.change,
            "nodes": [
                {
                    "node": node.id,
                    "kpi": node.kpi,
                    "unit": node.unit,
                    "before": self.values[node.id],
                    "after": self.simulated.values[node.id],
                    "driver": node in self.drivers,
                    "moved": node.id in self.moves,
                }
                for node in self.tree.nodes
            ],
            "strengths": [asdict(each) for each in self.strengths(step)],
            "sought": None if sought is None else asdict(sought) | {"reached": sought.reached},
        }
