"""The way down a tree: each node's part of the goal's change shared out over its children."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from keiki.formula.nodes import Formula
from keiki.trees.arrays import Array, plain
from keiki.trees.build import Node, Tree
from keiki.trees.evaluate import over_children
from keiki.trees.explanation import Gap, Instead, Part, Value
from keiki.trees.shares import (
    MOST_FACTORS,
    coefficients,
    exponents,
    log_shares,
    looks_back,
    mean_over_others,
    mixed,
    shapley,
    slope,
)

MOST_POINTS = 2**20
"""Values of the goal computed for one node; beyond it the node is not taken apart."""


@dataclass(frozen=True)
class Linear:
    """The goal moves `slope` times as much as the node."""

    slope: float

    def __call__(self, values: Array) -> Array:
        return self.slope * values


@dataclass(frozen=True)
class Curved:
    """The goal as a function of the node's value, over the mean of all states of the rest of the tree."""

    goal: Callable[[Array], Array]
    points: int

    def __call__(self, values: Array) -> Array:
        return self.goal(values)


Passing = Linear | Curved
Shared = tuple[dict[str, float], dict[str, Passing], float | None]
"""Each factor's part, what is handed down to it, and the residual's part (None when there is none)."""


@dataclass(frozen=True)
class Moved:
    """A node with a formula whose factors are known before and after; the residual is its last player."""

    formula: Formula
    names: tuple[str, ...]
    before: dict[str, float]
    after: dict[str, float]
    residual: tuple[float, float]

    def told(self, factors: Mapping[str, Array]) -> Array:
        """What the formula gives for arrays of its factors."""
        shape = np.broadcast_shapes(*(np.shape(v) for v in factors.values()))
        return np.broadcast_to(over_children(self.formula)(lambda name, back: factors[str(name)], 0), shape)

    def coalition_factors(self) -> dict[str, Array]:
        """Every factor's value in every coalition of the factors."""
        values = mixed([self.before[n] for n in self.names], [self.after[n] for n in self.names])
        return dict(zip(self.names, values, strict=True))


class Descent:
    """Goes down the tree, handing each node what the goal does when the node moves."""

    def __init__(self, tree: Tree, before: Mapping[str, Value], after: Mapping[str, Value], method: str) -> None:
        self.tree = tree
        self.before = before
        self.after = after
        self.method = method
        self.parts: list[Part] = []
        self.gaps: list[Gap] = []
        self.instead: list[Instead] = []

    def take(self, node: Node, contribution: Value, passing: Passing) -> None:
        """Write down a node's part, then share it out over its children."""
        if contribution is None:
            self.gap(node, "undefined", [node.id])
        moved = None if contribution is None else self.moved(node)
        shared = None if moved is None else self.share(node, moved, passing)
        self.parts.append(self.part(node, contribution, leaf=shared is None))
        if moved is None or shared is None:
            for factor in node.factors:
                self.take_unknown(self.tree.by_id[factor])
            return
        shares, passings, left_over = shared
        for name in moved.names:
            self.take(self.tree.by_id[name], shares[name], passings[name])
        if left_over is not None:
            first, second = moved.residual
            self.parts.append(Part(node.id, first, second, second - first, left_over, None, leaf=True, residual=True))

    def take_unknown(self, node: Node) -> None:
        """A node below one that could not be taken apart: its own values, no contribution."""
        self.parts.append(self.part(node, None, leaf=False))
        for factor in node.factors:
            self.take_unknown(self.tree.by_id[factor])

    def part(self, node: Node, contribution: Value, leaf: bool) -> Part:
        first, second = self.before.get(node.id), self.after.get(node.id)
        change = None if first is None or second is None else second - first
        return Part(node.id, first, second, change, contribution, None, leaf)

    def gap(self, node: Node, reason: str, missing: list[str] | None = None) -> None:
        self.gaps.append(Gap(node.id, reason, tuple(missing or ())))

    def moved(self, node: Node) -> Moved | None:
        """The node's formula with all it needs, None when there is nothing below or not everything is known."""
        if node.formula is None:
            return None
        if looks_back(node.formula):
            self.gap(node, "looks_back")
            return None
        before = {n: self.before.get(n) for n in node.factors}
        after = {n: self.after.get(n) for n in node.factors}
        missing = [n for n in node.factors if before[n] is None or after[n] is None]
        if missing:
            self.gap(node, "undefined", missing)
            return None
        first = {n: float(v) for n, v in before.items() if v is not None}
        second = {n: float(v) for n, v in after.items() if v is not None}
        moved = Moved(node.formula, node.factors, first, second, (0.0, 0.0))
        ends = [plain(float(moved.told({n: np.asarray(v) for n, v in values.items()}))) for values in (first, second)]
        own = [self.before.get(node.id), self.after.get(node.id)]
        left = [float(o) - t for o, t in zip(own, ends, strict=True) if o is not None and t is not None]
        if len(left) < 2:
            self.gap(node, "undefined_between")
            return None
        return Moved(node.formula, node.factors, first, second, (left[0], left[1]))

    def share(self, node: Node, moved: Moved, passing: Passing) -> Shared | None:
        """The node's part shared out over its factors; None, with a gap noted, where that cannot be done."""
        simple = self.straight(moved, passing) if isinstance(passing, Linear) else None
        if simple is not None:
            return simple
        if self.method == "lmdi" and (len(moved.names) > 1 or moved.residual != (0.0, 0.0)):
            self.instead.append(Instead(node.id, _why_not_lmdi(moved, passing)))
        players = len(moved.names) + (moved.residual != (0.0, 0.0))
        points = 2**players * (passing.points if isinstance(passing, Curved) else 1)
        if players > MOST_FACTORS + 1 or points > MOST_POINTS:
            self.gap(node, "too_many")
            return None
        found = _by_coalitions(moved, passing)
        if found is None:
            self.gap(node, "undefined_between")
        return found

    def straight(self, moved: Moved, passing: Linear) -> Shared | None:
        """The sharing of sums, and with LMDI of products, which needs no coalitions."""
        factors = coefficients(moved.formula)
        powers = exponents(moved.formula) if self.method == "lmdi" else None
        if factors is None and powers is not None:
            ends = [float(moved.told({n: np.asarray(v) for n, v in s.items()})) for s in (moved.before, moved.after)]
            factors = log_shares(powers, moved.before, moved.after, (ends[0], ends[1]))
        if factors is None:
            return None
        slopes = {n: passing.slope * f for n, f in factors.items()}
        shares = {n: s * (moved.after[n] - moved.before[n]) for n, s in slopes.items()}
        passings: dict[str, Passing] = {n: Linear(s) for n, s in slopes.items()}
        return shares, passings, _left_over(moved, passing)


def _why_not_lmdi(moved: Moved, passing: Passing) -> str:
    if isinstance(passing, Curved):
        return "above"
    return "not_a_product" if exponents(moved.formula) is None else "not_positive"


def _left_over(moved: Moved, passing: Linear) -> float | None:
    first, second = moved.residual
    return None if first == second == 0.0 else passing.slope * (second - first)


def _by_coalitions(moved: Moved, passing: Passing) -> Shared | None:
    """Shapley shares of a node whose goal moves as `passing` says; None when some coalition has no value."""
    if isinstance(passing, Linear):
        worth = moved.told(moved.coalition_factors())
        if not np.isfinite(worth).all():
            return None
        shares = [passing.slope * s for s in shapley(worth)]
        left_over = _left_over(moved, passing)
    else:
        values = [*moved.coalition_factors().values()]
        with_rest = moved.residual != (0.0, 0.0)
        worth = passing(_tiled_states(moved, with_rest))
        if not np.isfinite(worth).all():
            return None
        found = shapley(worth)
        shares, left_over = found[: len(values)], found[-1] if with_rest else None
    passings = {name: _handed_down(moved, place, passing) for place, name in enumerate(moved.names)}
    return dict(zip(moved.names, shares, strict=True)), passings, left_over


def _tiled_states(moved: Moved, with_rest: bool) -> Array:
    """The node's value in every coalition of its factors and, as the last player, its residual."""
    told = moved.told(moved.coalition_factors())
    if not with_rest:
        return told
    return np.concatenate([told + moved.residual[0], told + moved.residual[1]])


def _handed_down(moved: Moved, place: int, passing: Passing) -> Passing:
    """What the goal does when one factor moves: the mean over all states of the others."""
    name = moved.names[place]
    steady = slope(moved.formula, name) if isinstance(passing, Linear) else None
    if steady is not None and isinstance(passing, Linear):
        rates = np.broadcast_to(
            over_children(steady)(lambda n, back: moved.coalition_factors()[str(n)], 0), (2 ** len(moved.names),)
        )
        return Linear(passing.slope * float(mean_over_others(place, len(moved.names), rates)))
    with_rest = isinstance(passing, Curved) and moved.residual != (0.0, 0.0)
    players = len(moved.names) + with_rest

    def goal(values: Array) -> Array:
        factors = {n: v[:, None] for n, v in moved.coalition_factors().items()}
        factors[name] = np.broadcast_to(values, (2 ** len(moved.names), len(values)))
        told = moved.told(factors)
        if with_rest:
            told = np.concatenate([told + moved.residual[0], told + moved.residual[1]])
        seen = passing(told.reshape(-1)).reshape(told.shape)
        return mean_over_others(place, players, seen)

    return Curved(goal, 2**players * (passing.points if isinstance(passing, Curved) else 1))
