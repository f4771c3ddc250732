"""How strongly each driver moves the goal: a little more of one, everything else still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from keiki.trees.arrays import plain
from keiki.trees.build import Tree
from keiki.trees.simulate import Value, number, reachable, worked_out


@dataclass(frozen=True)
class Sensitivity:
    """What a step of one driver does to the goal.

    `up` and `down`: the change of the goal, in its unit, for the step upward and downward. `elasticity`: by how many
    per cent the goal moves for one per cent of the driver, at the point where it stands; None where that is undefined.
    """

    node: str
    value: float
    up: float
    down: float
    elasticity: float | None

    @property
    def size(self) -> float:
        """The larger of the two changes, without its sign."""
        return max(abs(self.up), abs(self.down))


def sensitivity(tree: Tree, values: Mapping[str, Value], step: float = 0.01) -> tuple[Sensitivity, ...]:
    """Every driver that formulas join to the goal, moved by ±`step` of its own value (0.01 = 1 %), strongest first.

    Drivers that are one number (same KPI and filter) are told once. A driver without a value, and one whose move
    leaves the goal undefined, is left out.
    """
    found: list[Sensitivity] = []
    told: set[object] = set()
    for node in reachable(tree):
        one = node.identity if node.kpi is not None else node.id
        if one not in told:
            told.add(one)
            found += [each] if (each := _of(tree, values, node.id, step)) is not None else []
    return tuple(sorted(found, key=lambda each: (-each.size, each.node)))


def _of(tree: Tree, values: Mapping[str, Value], node_id: str, step: float) -> Sensitivity | None:
    value, goal = values.get(node_id), values.get(tree.root.id)
    if value is None or goal is None:
        return None
    moved = number(value) * (1 + np.array([step, -step]))
    up, down = np.broadcast_to(worked_out(tree, values, {node_id: moved})[tree.root.id], 2) - goal
    if not np.isfinite([up, down]).all():
        return None
    elasticity = None if goal == 0 or step == 0 else plain((up - down) / (2 * step * goal))
    return Sensitivity(node_id, value, float(up), float(down), elasticity)
