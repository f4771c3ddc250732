"""What would happen: some drivers moved, every formula above them worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from keiki.errors import NotADriver
from keiki.trees.arrays import plain
from keiki.trees.build import Node, Tree
from keiki.trees.evaluate import over_children

Value = float | None


class How(StrEnum):
    """`to` a value, `relative` (0.1 = +10 % of the value), or by `plus` an amount in the node's own unit."""

    TO = "to"
    RELATIVE = "relative"
    PLUS = "plus"


@dataclass(frozen=True)
class Move:
    """One driver moved."""

    how: How
    amount: float

    def apply(self, value: Value) -> Value:
        """The value after the move; a missing value can only be set."""
        if self.how is How.TO:
            return self.amount
        if value is None:
            return None
        return value * (1 + self.amount) if self.how is How.RELATIVE else value + self.amount


@dataclass(frozen=True)
class Simulated:
    """Every node's value before and after the moves; `change` is that of the goal, None when undefined."""

    tree: Tree
    before: Mapping[str, Value]
    values: Mapping[str, Value]

    @property
    def goal(self) -> Value:
        """The goal after the moves."""
        return self.values[self.tree.root.id]

    @property
    def change(self) -> Value:
        """How far the goal moved."""
        start = self.before.get(self.tree.root.id)
        return None if start is None or self.goal is None else self.goal - start


def simulate(tree: Tree, values: Mapping[str, Value], moves: Mapping[str, Move]) -> Simulated:
    """The tree with some drivers moved (node id → move), from the values of one period (`EvaluatedTree.at`).

    Only drivers can be moved, else `NotADriver`. A formula is worked out again from its children, keeping what it
    left over before, so that no move means no change. Nodes with the same KPI and filter move as one. A driver's own
    formula holds still unless a move lies below it.
    """
    for node_id in moves:
        if not tree.node(node_id).driver:
            drivers = ", ".join(n.label("en") + f" ({n.id})" for n in tree.nodes if n.driver)
            raise NotADriver(node=node_id, drivers=drivers or "—")
    run = _Run(tree, values, moves)
    with np.errstate(all="ignore"):
        return Simulated(tree, dict(values), {node.id: run.value(node) for node in tree.nodes})


class _Run:
    """One simulation: each node worked out once; a node met again below itself keeps its old value."""

    def __init__(self, tree: Tree, values: Mapping[str, Value], moves: Mapping[str, Move]) -> None:
        self.tree = tree
        self.before = values
        self.moves = moves
        self.known: dict[str, Value] = {}
        self.open: set[str] = set()
        self.moved_twins = {tree.by_id[i].identity: i for i in moves if tree.by_id[i].kpi is not None}
        self.told_twins = {n.identity: n for n in reversed(tree.nodes) if n.kpi is not None and n.formula is not None}
        self.above = {a for i in moves for a in _above(tree, i)}

    def value(self, node: Node) -> Value:
        if node.id in self.known:
            return self.known[node.id]
        if node.id in self.open:
            return self.before.get(node.id)
        self.open.add(node.id)
        self.known[node.id] = self.work_out(node)
        self.open.discard(node.id)
        return self.known[node.id]

    def work_out(self, node: Node) -> Value:
        start = self.before.get(node.id)
        moved = node.id if node.id in self.moves else self.moved_twins.get(node.identity)
        if moved is not None:
            return self.moves[moved].apply(start)
        if node.formula is not None and (not node.driver or node.id in self.above):
            return self.told_again(node)
        twin = self.told_twins.get(node.identity)
        if twin is not None and twin.id != node.id and not node.driver:
            return self.value(twin)
        return start

    def told_again(self, node: Node) -> Value:
        """The formula over the moved children, plus what it left over before."""
        now = self.formula(node, {c: self.value(self.tree.by_id[c]) for c in node.factors})
        start, told = self.before.get(node.id), self.formula(node, {c: self.before.get(c) for c in node.factors})
        if now is None or told is None or start is None:
            return now
        return start if now == told else now + (start - told)

    def formula(self, node: Node, children: Mapping[str, Value]) -> Value:
        assert node.formula is not None
        arrays = {c: np.asarray(np.nan if v is None else float(v)) for c, v in children.items()}
        return plain(float(over_children(node.formula)(lambda name, back: arrays[str(name)], 0)))


def _above(tree: Tree, node_id: str) -> list[str]:
    found, parent = [], tree.by_id[node_id].parent
    while parent is not None:
        found.append(parent)
        parent = tree.by_id[parent].parent
    return found
