"""Goal seek: what a driver must become, and the cheapest mix of several, so that the goal is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq, minimize

from keiki.errors import MixWithoutDrivers, NoValueToStartFrom, WrongLimits
from keiki.trees.arrays import Array
from keiki.trees.build import Tree
from keiki.trees.simulate import How, Move, Simulated, Value, check_drivers, simulate, worked_out

LOOKED_AT = 4001
"""Values of a driver that are tried to find where the goal is crossed."""
FARTHEST = 1_000.0
"""How many times its value a driver without an upper limit is followed."""
CLOSE = 1e-9
TINY = 1e-6


@dataclass(frozen=True)
class Sought:
    """The answer of a goal seek.

    `needed`: the driver's value that reaches the goal, nearest to where it stands; None when no value within the
    limits does. `at`: that value, or the one that comes nearest to the goal; `best`: what the goal is worth there.
    """

    node: str
    goal: float
    start: float
    needed: float | None
    at: float
    best: float

    @property
    def reached(self) -> bool:
        """Whether the goal can be reached."""
        return self.needed is not None


@dataclass(frozen=True)
class Lever:
    """A driver that may be moved: between which values, and what one unit of change costs, upward or downward."""

    node: str
    low: float
    high: float
    cost: float = 0.0


@dataclass(frozen=True)
class Mix:
    """The cheapest values of several drivers that reach the goal; with `reached` False, those that come nearest.

    `cost` is the sum over the levers of cost times how far each moved.
    """

    simulated: Simulated
    values: Mapping[str, float]
    cost: float
    reached: bool


def seek(
    tree: Tree,
    values: Mapping[str, Value],
    node: str,
    goal: float,
    *,
    low: float | None = None,
    high: float | None = None,
    of: str | None = None,
) -> Sought:
    """The value of a driver at which the goal of the tree (or the node `of`) is worth `goal`.

    Without limits a driver is followed from 0 (or from as far below 0 as it stands above) to a thousand times its
    value, a share that stands between 0 and 1 only to 1. Raises `NotADriver`, `UnknownName`, `WrongLimits`, and
    `NoValueToStartFrom` when the driver or the goal has no value.
    """
    check_drivers(tree, {node: None})
    wanted = tree.node(of).id if of is not None else tree.root.id
    start = _start(tree, values, node)
    lowest, highest = _limits(tree, node, start, low, high)

    def worth(at: Array) -> Array:
        return np.broadcast_to(worked_out(tree, values, {node: at})[wanted], at.shape)

    grid = _grid(lowest, highest, start)
    gaps = worth(grid) - goal
    if not np.isfinite(gaps).any():
        raise NoValueToStartFrom(node=tree.node(wanted).label("en"))
    found = _crossings(grid, gaps, lambda x: float(worth(np.asarray(x))) - goal)
    needed = min(found, key=lambda x: abs(x - start)) if found else None
    at = needed if needed is not None else float(grid[np.nanargmin(np.abs(gaps))])
    return Sought(node, goal, start, needed, at, float(worth(np.asarray(at))))


def cheapest(tree: Tree, values: Mapping[str, Value], goal: float, levers: Sequence[Lever]) -> Mix:
    """The values of the levers that bring the goal to `goal` or better, within their limits, at least cost.

    Sequential least squares (SLSQP), from several starts, over how far each lever goes up and down as a share of its
    way, so that units do not matter. Raises what `seek` raises, and `MixWithoutDrivers` when no lever is given.
    """
    if not levers:
        raise MixWithoutDrivers()
    check_drivers(tree, {lever.node: None for lever in levers})
    starts = [_start(tree, values, lever.node) for lever in levers]
    for lever, start in zip(levers, starts, strict=True):
        _limits(tree, lever.node, start, lever.low, lever.high)
    return _Search(tree, values, goal, tuple(levers), np.array(starts)).answer()


def _start(tree: Tree, values: Mapping[str, Value], node: str) -> float:
    value = values.get(node)
    if value is None:
        raise NoValueToStartFrom(node=tree.node(node).label("en"))
    return value


def _limits(tree: Tree, node: str, start: float, low: float | None, high: float | None) -> tuple[float, float]:
    share = tree.node(node).unit == "ratio" and 0 <= start <= 1
    lowest = min(0.0, -FARTHEST * abs(start) if start < 0 else 0.0) if low is None else low
    highest = (1.0 if share else max(FARTHEST * abs(start), FARTHEST)) if high is None else high
    if not (np.isfinite([lowest, highest]).all() and lowest < highest):
        raise WrongLimits(node=tree.node(node).label("en"), low=lowest, high=highest)
    return lowest, highest


def _grid(low: float, high: float, start: float) -> Array:
    """Values to look at: evenly over the whole way, and close together around where the driver stands."""
    even = np.linspace(low, high, LOOKED_AT)
    near = start * np.concatenate([np.geomspace(1e-3, 1e3, LOOKED_AT), [1.0]])
    return np.unique(np.concatenate([even, near[(near >= low) & (near <= high)]]))


def _crossings(grid: Array, gaps: Array, gap: Callable[[float], float]) -> list[float]:
    """Where the gap becomes 0, each within one step of the grid."""
    exact = [float(x) for x in grid[gaps == 0]]
    turns = np.flatnonzero(np.isfinite(gaps[:-1]) & np.isfinite(gaps[1:]) & (gaps[:-1] * gaps[1:] < 0))
    found = [float(brentq(gap, grid[i], grid[i + 1], xtol=1e-14, rtol=8.9e-16)) for i in turns]
    largest = float(np.nanmax(np.abs(gaps)))
    return exact + [x for x in found if abs(gap(x)) <= TINY * max(largest, CLOSE)]  # a jump is no crossing


@dataclass(frozen=True)
class _Search:
    """The cheapest mix, looked for over `shares`: how far each lever goes up, then how far each goes down."""

    tree: Tree
    values: Mapping[str, Value]
    goal: float
    levers: tuple[Lever, ...]
    starts: Array

    @cached_property
    def span(self) -> Array:
        return np.array([lever.high - lever.low for lever in self.levers])

    @cached_property
    def costs(self) -> Array:
        """The cost of a whole way of each lever, up and down."""
        whole = np.array([lever.cost for lever in self.levers]) * self.span
        return np.concatenate([whole, whole])

    @cached_property
    def bounds(self) -> Array:
        """The least and the most share of each lever up and down."""
        up = (np.array([lever.high for lever in self.levers]) - self.starts) / self.span
        down = (self.starts - np.array([lever.low for lever in self.levers])) / self.span
        most = np.maximum(np.concatenate([up, down]), 0)
        least = np.maximum(np.concatenate([-down, -up]), 0)
        return np.column_stack([least, np.maximum(most, least)])

    def at(self, shares: Array) -> Array:
        """The levers' values, one row a lever; `shares` may have several columns."""
        size = len(self.levers)
        moved: Array = (shares[:size] - shares[size:]) * (self.span[:, None] if shares.ndim > 1 else self.span)
        return moved + (self.starts[:, None] if shares.ndim > 1 else self.starts)

    def surplus(self, shares: Array) -> Array:
        """By how much the goal is exceeded, as a share of it."""
        at = self.at(shares)
        worked = worked_out(self.tree, self.values, {v.node: row for v, row in zip(self.levers, at, strict=True)})
        before = self.values.get(self.tree.root.id) or 0.0
        scale = max(abs(self.goal), abs(before), CLOSE)
        sign = -1.0 if self.tree.root.direction == "lower" else 1.0
        return sign * (np.broadcast_to(worked[self.tree.root.id], at.shape[1:]) - self.goal) / scale

    def slope(self, shares: Array) -> Array:
        """How the surplus changes with each share."""
        step = np.where(shares + TINY <= self.bounds[:, 1], TINY, -TINY)
        columns = shares[:, None] + np.diag(step)
        return np.nan_to_num((self.surplus(columns) - self.surplus(shares)) / step)

    def answer(self) -> Mix:
        found = [self.descend(start) for start in self.openings()]
        reached = [shares for shares in found if self.surplus(shares) >= -CLOSE]
        if reached:
            return self.mix(min(reached, key=lambda shares: float(self.costs @ shares)), reached=True)
        nearest = max(found, key=lambda shares: float(np.nan_to_num(self.surplus(shares), nan=-np.inf)))
        return self.mix(nearest, reached=False)

    def openings(self) -> list[Array]:
        """Where to look from: as things stand, each lever wholly used the better way, and all of them."""
        least, most = self.bounds.T
        size = len(self.levers)
        better = self.slope(least)
        used = np.where(better > 0, most, least)
        alone = [np.where(np.arange(2 * size) % size == i, used, least) for i in range(size)]
        return [least.copy(), *alone, used, (least + used) / 2]

    def descend(self, start: Array) -> Array:
        """The cheapest point below a start that reaches the goal, or the start when nothing better was found."""
        scale = float(self.costs.max()) or 1.0
        with np.errstate(all="ignore"):
            found = minimize(
                lambda shares: float(self.costs @ shares) / scale,
                start,
                jac=lambda shares: self.costs / scale,
                bounds=self.bounds,
                method="SLSQP",
                constraints={"type": "ineq", "fun": lambda s: float(self.surplus(s)), "jac": self.slope},
                options={"maxiter": 200, "ftol": 1e-12},
            )
        shares: Array = np.clip(found.x, *self.bounds.T)
        better = np.isfinite(shares).all() and self.surplus(shares) >= -CLOSE
        return shares if better else start

    def mix(self, shares: Array, *, reached: bool) -> Mix:
        values = {v.node: float(x) for v, x in zip(self.levers, self.at(shares), strict=True)}
        told = simulate(self.tree, self.values, {node: Move(How.TO, x) for node, x in values.items()})
        return Mix(told, values, float(self.costs @ shares), reached)
