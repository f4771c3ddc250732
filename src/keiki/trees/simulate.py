"""What would happen: some drivers moved, every formula above them worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np

from keiki.errors import NotADriver
from keiki.formula.nodes import Binary, Formula, Negate
from keiki.trees.arrays import Array, finite, plain
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
    check_drivers(tree, moves)
    moved = {node_id: number(move.apply(values.get(node_id))) for node_id, move in moves.items()}
    worked = worked_out(tree, values, moved)
    return Simulated(tree, dict(values), {node_id: plain(float(value)) for node_id, value in worked.items()})


def check_drivers(tree: Tree, moves: Mapping[str, object]) -> None:
    """Raises `NotADriver` for a node that no what-if may move, `UnknownName` for one that is not there."""
    for node_id in moves:
        if not tree.node(node_id).driver:
            drivers = ", ".join(n.label("en") + f" ({n.id})" for n in tree.nodes if n.driver)
            raise NotADriver(node=node_id, drivers=drivers or "—")


def worked_out(tree: Tree, values: Mapping[str, Value], moved: Mapping[str, Array]) -> dict[str, Array]:
    """Every node's value with some drivers set, each to a number or to an array of many (NaN for undefined).

    All arrays have one shape or none; a node that no moved driver reaches keeps a single number.
    """
    run = _Run(tree, values, moved)
    with np.errstate(all="ignore"):
        return {node.id: run.value(node) for node in tree.nodes}


def number(value: Value) -> Array:
    """A value as the arrays have it: NaN when undefined."""
    return np.asarray(np.nan if value is None else float(value))


def reachable(tree: Tree) -> tuple[Node, ...]:
    """The drivers from which a chain of formulas leads to the goal, in the order of the tree."""
    return tuple(node for node in tree.nodes if node.driver and reaches_goal(tree, node))


def reaches_goal(tree: Tree, node: Node) -> bool:
    """Whether a chain of formulas leads from a node to the goal."""
    here: Node | None = node
    while here is not None and here.parent is not None:
        above = tree.by_id[here.parent]
        if here.id not in above.factors:
            return False
        here = above
    return True


class _Run:
    """One simulation: each node worked out once; a node met again below itself keeps its old value."""

    def __init__(self, tree: Tree, values: Mapping[str, Value], moved: Mapping[str, Array]) -> None:
        self.tree = tree
        self.before = {node.id: number(values.get(node.id)) for node in tree.nodes}
        self.moved = moved
        self.known: dict[str, Array] = {}
        self.open: set[str] = set()
        self.moved_twins = {tree.by_id[i].identity: i for i in moved if tree.by_id[i].kpi is not None}
        self.told_twins = {n.identity: n for n in reversed(tree.nodes) if n.kpi is not None and n.formula is not None}
        self.above = {node.id for i in moved for node in tree.above(i)}

    def value(self, node: Node) -> Array:
        if node.id in self.known:
            return self.known[node.id]
        if node.id in self.open:
            return self.before[node.id]
        self.open.add(node.id)
        self.known[node.id] = self.work_out(node)
        self.open.discard(node.id)
        return self.known[node.id]

    def work_out(self, node: Node) -> Array:
        moved = node.id if node.id in self.moved else self.moved_twins.get(node.identity)
        if moved is not None:
            return self.moved[moved]
        if node.formula is not None and (not node.driver or node.id in self.above):
            return self.told_again(node)
        twin = self.told_twins.get(node.identity)
        if twin is not None and twin.id != node.id and not node.driver:
            return self.value(twin)
        return self.before[node.id]

    def told_again(self, node: Node) -> Array:
        """The value before plus what each term of the formula changed, so that what it left over stays.

        A term without a value before and after changes nothing; without a value before the formula decides alone.
        """
        assert node.formula is not None
        now = {c: self.value(self.tree.by_id[c]) for c in node.factors}
        start = self.before[node.id]
        if np.isnan(start):
            return _worth(node.formula, now)
        moved: Array = np.asarray(0.0)
        for sign, term in terms(node.formula):
            then, was = _worth(term, now), _worth(term, self.before)
            nothing = np.isnan(then) if np.isnan(was) else then == was
            moved = moved + sign * np.where(nothing, 0.0, then if np.isnan(was) else then - was)
        return finite(start + moved)


@cache
def terms(formula: Formula, sign: int = 1) -> tuple[tuple[int, Formula], ...]:
    """What a formula adds up, with the signs.

    >>> from keiki.formula import parse, show
    >>> [(sign, show(term)) for sign, term in terms(parse("a * b - (c - d)"))]
    [(1, 'a * b'), (-1, 'c'), (1, 'd')]
    """
    match formula:
        case Binary(op="+", left=left, right=right):
            return terms(left, sign) + terms(right, sign)
        case Binary(op="-", left=left, right=right):
            return terms(left, sign) + terms(right, -sign)
        case Negate(operand=operand):
            return terms(operand, -sign)
        case _:
            return ((sign, formula),)


def _worth(formula: Formula, children: Mapping[str, Array]) -> Array:
    return finite(over_children(formula)(lambda name, back: children[str(name)], 0))
