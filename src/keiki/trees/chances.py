"""Monte Carlo: how far the goal may come out, when the drivers vary as they have varied, together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keiki.errors import NoValueToStartFrom, TooShortHistory
from keiki.trees.arrays import Array
from keiki.trees.build import Tree
from keiki.trees.simulate import Move, Value, check_drivers, reachable, worked_out

Scale = Callable[[Array], Array]
Rows = NDArray[np.intp]
DRAWS = 10_000
SHORTEST = 4
"""Periods of history below which nothing can be said about how drivers vary."""
STEADY = 6
"""Periods from which a trend is taken out before the spread is measured."""
BARS = 24
TINY = 1e-9


@dataclass(frozen=True)
class Chances:
    """What the goal may be worth, from many draws.

    `p10`, `p50`, `p90`: values that 10, 50 and 90 % of the draws stay below. `chance`: the share of draws that reach
    the goal asked about; None when none was. `edges` and `counts` are the histogram between the 0.5th and 99.5th
    percentile. `drivers` are those that varied, `still` those without enough history, which held still. `defined` is
    the number of draws in which the goal has a value; the shares are of these. `periods` is the history used.
    """

    p10: float
    p50: float
    p90: float
    chance: float | None
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    drivers: tuple[str, ...]
    still: tuple[str, ...]
    draws: int
    defined: int
    periods: int


def chances(
    tree: Tree,
    values: Mapping[str, Value],
    history: Mapping[str, Sequence[Value]],
    moves: Mapping[str, Move] | None = None,
    *,
    goal: float | None = None,
    draws: int = DRAWS,
    seed: int = 20_260_401,
) -> Chances:
    """How the goal comes out when every driver varies around its value (after `moves`) as in its history.

    `history` has each driver's values over the same complete periods, oldest first. What varies is the distance from
    the driver's own straight trend (from its mean, below six periods), on the log scale for amounts and on the logit
    scale for shares, so that no draw is negative or above 1; distances of one period are drawn together, which keeps
    the correlations as they were measured. The middle draw is the value itself. The same seed gives the same draws.
    Raises `TooShortHistory` when no driver has a history of four periods.
    """
    moves = moves or {}
    check_drivers(tree, moves)
    drivers = _drivers(tree, moves)
    centre = {i: moves[i].apply(values.get(i)) if i in moves else values.get(i) for i in drivers}
    known = {i: _known(history.get(i, ())) for i, value in centre.items() if value is not None}
    varied, rows = _together(known)
    if not varied:
        raise TooShortHistory(periods=max((len(h) for h in history.values()), default=0), least=SHORTEST)
    moved = {i: np.asarray(float(v)) for i, v in centre.items() if v is not None and (i in moves or i in varied)}
    ways = {i: _way(tree, i, known[i][rows], float(moved[i])) for i in varied}
    away = np.column_stack([_distances(there(known[i][rows])) for i, (there, _) in ways.items()])
    together = np.random.default_rng(seed).standard_normal((draws, len(away))) @ away / np.sqrt(_freedom(len(away)))
    for column, (i, (there, back)) in enumerate(ways.items()):
        moved[i] = back(there(moved[i]) + together[:, column])
    outcome = np.broadcast_to(worked_out(tree, values, moved)[tree.root.id], draws)
    still = tuple(i for i in drivers if i not in varied)
    return _told(tree, outcome[np.isfinite(outcome)], goal, (varied, still), (draws, len(away)))


def _drivers(tree: Tree, moves: Mapping[str, Move]) -> tuple[str, ...]:
    """The drivers of the goal, each number once; of twins the one that is moved."""
    chosen: dict[object, str] = {}
    for node in reachable(tree):
        one = node.identity if node.kpi is not None else node.id
        if one not in chosen or node.id in moves:
            chosen[one] = node.id
    return tuple(chosen.values())


def _known(series: Sequence[Value]) -> Array:
    return np.array([np.nan if value is None else float(value) for value in series])


def _together(known: Mapping[str, Array]) -> tuple[tuple[str, ...], Rows]:
    """The drivers that vary, and the periods in which all of them are known; those with most gaps are left out."""
    longest = max(map(len, known.values()), default=0)
    left = sorted((i for i in known if len(known[i]) == longest), key=lambda i: int(np.isnan(known[i]).sum()))
    while left:
        rows: Rows = np.flatnonzero(~np.isnan(np.vstack([known[i] for i in left])).any(axis=0))
        if len(rows) >= SHORTEST:
            return tuple(i for i in known if i in left), rows
        left.pop()
    return (), np.array([], dtype=np.intp)


def _way(tree: Tree, node_id: str, history: Array, value: float) -> tuple[Scale, Scale]:
    """To the scale on which a driver varies, and back."""
    seen = np.append(history, value)
    if tree.by_id[node_id].unit == "ratio" and ((seen > 0) & (seen < 1)).all():
        return lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x))
    if (seen > 0).all():
        return np.log, np.exp
    low = 0.0 if (seen >= 0).all() else -np.inf
    return lambda x: x, lambda x: np.maximum(x, low)


def _distances(values: Array) -> Array:
    """How far each period lies from the straight trend, or from the mean when there are few."""
    time = np.arange(len(values), dtype=np.float64)
    trend = np.polyval(np.polyfit(time, values, 1 if len(values) >= STEADY else 0), time)
    distances: Array = values - trend
    return distances


def _freedom(periods: int) -> int:
    return periods - (2 if periods >= STEADY else 1)


def _bars(outcome: Array) -> tuple[Array, Array]:
    """Counts between edges over the middle 99 %; one bar when all draws are alike."""
    low, high = np.percentile(outcome, [0.5, 99.5])
    if high - low <= TINY * max(abs(low), abs(high)):
        return np.array([len(outcome)]), np.array([low, high])
    counts, edges = np.histogram(outcome, BARS, range=(low, high))
    return counts.astype(np.float64), edges


def _told(
    tree: Tree,
    outcome: Array,
    goal: float | None,
    drivers: tuple[tuple[str, ...], tuple[str, ...]],
    sizes: tuple[int, int],
) -> Chances:
    if not len(outcome):
        raise NoValueToStartFrom(node=tree.root.label("en"))
    p10, p50, p90 = np.percentile(outcome, [10, 50, 90])
    counts, edges = _bars(outcome)
    lower = tree.root.direction == "lower"
    reached = None if goal is None else float(np.mean(outcome <= goal if lower else outcome >= goal))
    return Chances(
        p10=float(p10),
        p50=float(p50),
        p90=float(p90),
        chance=reached,
        edges=tuple(map(float, edges)),
        counts=tuple(map(int, counts)),
        drivers=drivers[0],
        still=drivers[1],
        draws=sizes[0],
        defined=len(outcome),
        periods=sizes[1],
    )
