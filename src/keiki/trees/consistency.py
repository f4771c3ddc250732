"""Whether a design adds up: do the targets below reach the goal, and does each formula hold on the data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from keiki.catalogue.kpi import Direction
from keiki.catalogue.load import Catalogue
from keiki.errors import UnknownName
from keiki.formula.evaluate import evaluate as worth
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.measures.measure import Timing
from keiki.periods import Grain, Period
from keiki.trees.build import Node, Tree
from keiki.trees.evaluate import WHOLE, EvaluatedTree, Segment
from keiki.trees.shares import looks_back
from keiki.trees.targets import AT_MOST, BETWEEN, MANUAL, SEASONAL, Target, adds_up, per

Value = float | None
FINEST = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR)
HAIR = 1e-9
"""Relative; what is this near reaches."""

HOLDS = 1e-6
"""Relative; a formula that leaves less than this holds on the data."""


class Verdict(StrEnum):
    REACHES = "reaches"
    INSUFFICIENT = "insufficient"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class NodeConsistency:
    """What the targets below a node make of it, beside its own target, both for `period`.

    `shortfall` is what is missing in the node's unit, negative when there is more than needed, `missing_share` the
    same relative to the target. `coverage` = implied / target. When nothing can be told, `reason` says why:
    `no_target` (the nodes of `without` lack one), `no_own_target`, `no_formula`, `looks_back` or `undefined`.
    `needed`: what one node below would have to be, all others as planned, for the target to be reached;
    in periods of `per_period`. `months`: target and implied are the sum of so many months, of a monthly series.
    """

    node: str
    verdict: Verdict
    period: Grain
    per_period: Grain
    target: Value = None
    implied: Value = None
    reason: str | None = None
    without: tuple[str, ...] = ()
    needed: Mapping[str, float] = field(default_factory=dict)
    months: int | None = None

    @property
    def shortfall(self) -> Value:
        return None if self.target is None or self.implied is None else self.target - self.implied

    @property
    def missing_share(self) -> Value:
        return self.shortfall / abs(self.target) if self.shortfall is not None and self.target else None

    @property
    def coverage(self) -> Value:
        return self.implied / self.target if self.implied is not None and self.target else None


@dataclass(frozen=True)
class Consistency:
    """The answer for every node that has a formula or is the goal; `grain` is the period all of it was worked out in.

    `levels` holds what every node comes to in that period, `sums_over_time` whether its months make its year.
    """

    tree: Tree
    grain: Grain
    nodes: tuple[NodeConsistency, ...]
    levels: Mapping[str, Value]
    sums_over_time: Mapping[str, bool] = field(default_factory=dict)

    @property
    def goal(self) -> NodeConsistency:
        """The answer for the goal of the tree."""
        return self.nodes[0]

    def node(self, node_id: str) -> NodeConsistency:
        """The answer for one node; `UnknownName` when it has no formula."""
        for found in self.nodes:
            if found.node == node_id:
                return found
        raise UnknownName(kind="node", name=node_id, known=[n.node for n in self.nodes])


def consistency(tree: Tree, catalogue: Catalogue, targets: Mapping[str, Target] | None = None) -> Consistency:
    """Whether the targets below each node reach its own, for any formula, months and years brought together.

    `targets` (node id → target) take the place of those in the tree. Everything is worked out for the shortest
    period that a target is for; what adds up over time is shared out to it and rolled up again, ratios and levels keep
    their value. A node with a formula counts as what its parts make of it; where a part lacks a target, as its own.
    """
    return _Run(tree, catalogue, targets).whole()


class _Run:
    """One pass from the leaves up."""

    def __init__(self, tree: Tree, catalogue: Catalogue, targets: Mapping[str, Target] | None) -> None:
        self.tree = tree
        self.catalogue = catalogue
        self.targets = in_force_of(tree, targets)
        given = {t.period for t in self.targets.values() if t.period is not None}
        manual = any(t.shape in (MANUAL, SEASONAL) and t.months for t in self.targets.values())
        self.grain = min({*given, *([Grain.MONTH] if manual or not given else [])}, key=FINEST.index)
        self.natures: dict[str, bool] = {}
        self.levels: dict[str, Value] = {}
        self.implied: dict[str, Value] = {}
        self.lacking: dict[str, tuple[str, ...]] = {}
        for node in reversed(tree.nodes):  # children stand behind their parents
            self.natures[node.id] = self._sums_over_time(node)
        for node in reversed(tree.nodes):
            self._settle(node)

    def whole(self) -> Consistency:
        judged = [n for n in self.tree.nodes if n.formula is not None or n.parent is None]
        return Consistency(
            self.tree, self.grain, tuple(self._judge(node) for node in judged), dict(self.levels), self.natures
        )

    def _settle(self, node: Node) -> None:
        own = self._own(node)
        if node.formula is None:
            self.levels[node.id] = own
            self.lacking[node.id] = () if own is not None else (node.id,)
            return
        self.implied[node.id] = self._told(node.formula, self.levels)
        found = self.implied[node.id]
        below = tuple(dict.fromkeys(name for f in node.factors for name in self.lacking[f]))
        self.levels[node.id] = own if found is None else found
        self.lacking[node.id] = () if self.levels[node.id] is not None else below or (node.id,)

    def _own(self, node: Node) -> Value:
        """The node's target in the period everything is worked out in."""
        target = self.targets.get(node.id)
        value = _level(target, node) if target is not None else None
        if target is None or value is None:
            return None
        grain = Grain.MONTH if target.shape == MANUAL else target.period or self.grain
        return per(value, grain, self.grain, self.natures[node.id])

    def _judge(self, node: Node) -> NodeConsistency:
        target = self.targets.get(node.id)
        wanted = _level(target, node) if target is not None else None
        period = (target.period if target is not None else None) or self.grain
        found = NodeConsistency(node.id, Verdict.CANNOT_TELL, period, self.grain, wanted)
        if node.formula is None:
            return replace(found, reason="no_formula")
        if looks_back(node.formula):
            return replace(found, reason="looks_back")
        implied = self.implied[node.id]
        if implied is None:
            return self._untold(node, found)
        found = replace(found, implied=per(implied, self.grain, period, self.natures[node.id]))
        if target is None or wanted is None:
            return replace(found, reason="no_own_target")
        if target.shape == MANUAL and self.natures[node.id]:
            count = len(target.months)
            found = replace(
                found,
                target=sum(v for _, v in target.months),
                implied=implied * count,
                period=Grain.MONTH,
                months=count,
            )
        if _reached(found.implied, found.target, target, node):
            return replace(found, verdict=Verdict.REACHES)
        return replace(found, verdict=Verdict.INSUFFICIENT, needed=self._needed(node))

    def _untold(self, node: Node, found: NodeConsistency) -> NodeConsistency:
        without = tuple(dict.fromkeys(name for f in node.factors for name in self.lacking[f]))
        if not without:
            return replace(found, reason="undefined")
        needed = self._needed(node, without) if len(without) == 1 else {}
        return replace(found, reason="no_target", without=without, needed=needed)

    def _needed(self, node: Node, which: tuple[str, ...] | None = None) -> dict[str, float]:
        """For each part below: the value at which the node's target is reached while the others stay."""
        wanted = self._own(node)
        if wanted is None:
            return {}
        leaves = which or tuple(leaf for leaf in self._leaves(node) if self.levels[leaf] is not None)
        found = {leaf: self._solved(node, leaf, wanted) for leaf in leaves}
        return {leaf: value for leaf, value in found.items() if value is not None and self._can_be(leaf, value)}

    def _can_be(self, leaf: str, value: float) -> bool:
        """Not below nothing, and no share above the whole where the plan is one below it."""
        level = self.levels[leaf]
        share = self.tree.by_id[leaf].unit == "ratio" and (level is None or 0 <= level <= 1)
        return value >= 0 and not (share and value > 1)

    def _leaves(self, node: Node) -> list[str]:
        if node.formula is None or self.implied.get(node.id) is None:
            return [node.id]
        return list(dict.fromkeys(leaf for f in node.factors for leaf in self._leaves(self.tree.by_id[f])))

    def _solved(self, node: Node, leaf: str, wanted: float) -> Value:
        start = self.levels[leaf] or 1.0

        def goal(value: float) -> Value:
            return self._with(node, {leaf: value})

        return solved(goal, start, wanted)

    def _with(self, node: Node, changed: Mapping[str, float]) -> Value:
        """What a node comes to when some nodes below it have another value."""
        if node.id in changed:
            return changed[node.id]
        if node.formula is None:
            return self.levels[node.id]
        below = {f: self._with(self.tree.by_id[f], changed) for f in node.factors}
        told = self._told(node.formula, below)
        return self.levels[node.id] if told is None else told

    def _told(self, formula: Formula, values: Mapping[str, Value]) -> Value:
        return None if looks_back(formula) else worth(formula, lambda reference, back: values.get(reference.id))

    def _sums_over_time(self, node: Node) -> bool:
        """Whether twelve months of it make a year; counts of different people are taken to, as plans do."""
        if node.kpi is not None:
            if adds_up(Reference(node.kpi), self.catalogue):
                return True
            one = node.measured if isinstance(node.measured, Reference) else None
            if one is None or "window" in dict(one.params):
                return False
            measure = self.catalogue.measures[one.id]
            return measure.timing is Timing.FLOW and measure.unit in ("count", "items", "currency")
        if node.formula is None:
            return False
        return time_power(node.formula, {f: int(self.natures[f]) for f in node.factors}) == 1


def time_power(formula: Formula, powers: Mapping[str, int]) -> int | None:
    """How often time stands in a formula whose parts have it once (amounts) or not at all; None for no clear answer.

    >>> from keiki.formula.parse import parse
    >>> time_power(parse("visits * rate"), {"visits": 1, "rate": 0}), time_power(parse("a / b"), {"a": 1, "b": 1})
    (1, 0)
    """
    match formula:
        case Number():
            return 0
        case Reference(id=name):
            return powers.get(name)
        case Negate(operand=operand):
            return time_power(operand, powers)
        case Binary(op=op, left=left, right=right):
            first, second = time_power(left, powers), time_power(right, powers)
            if first is None or second is None:
                return None
            if op in "*/":
                return first + second if op == "*" else first - second
            return first if first == second else max(first, second)
        case Call(arguments=arguments):
            found = [power for a in arguments if (power := time_power(a, powers)) is not None]
            return max(found, default=None)


def solved(goal: Callable[[float], Value], start: float, wanted: float) -> Value:
    """Where a function of one number is `wanted`, when it is a straight line in the number or in one over it."""
    points = [start, 2 * start, 3 * start]
    values = [value for x in points if (value := goal(x)) is not None]
    if start == 0 or 1 / start == 0 or len(values) < len(points) or not all(map(math.isfinite, points)):
        return None
    for turned in (False, True):
        xs = [1 / x if turned else x for x in points]
        run, rise = xs[1] - xs[0], values[1] - values[0]
        if run == 0 or rise / run == 0 or not math.isfinite(rise / run):
            continue
        slope = rise / run
        if not math.isclose(values[0] + slope * (xs[2] - xs[0]), values[2], rel_tol=1e-9, abs_tol=1e-12):
            continue
        place = xs[0] + (wanted - values[0]) / slope
        if turned and (place == 0 or not math.isfinite(1 / place)):
            return None
        found = 1 / place if turned else place
        return found if math.isfinite(found) else None
    return None


def in_force_of(tree: Tree, given: Mapping[str, Target] | None) -> dict[str, Target]:
    """The target of every node that has one; a KPI used twice is one KPI, unless it stands above itself."""
    own = dict(given) if given is not None else {n.id: n.target for n in tree.nodes if n.target is not None}
    by_number = {tree.by_id[i].identity: t for i, t in own.items() if i in tree.by_id and tree.by_id[i].kpi}
    found = {i: t for i, t in own.items() if i in tree.by_id}
    for node in tree.nodes:
        if node.id in found or node.identity not in by_number or node.kpi is None:
            continue
        if node.identity not in {each.identity for each in tree.above(node.id)}:
            found[node.id] = by_number[node.identity]
    return found


def _level(target: Target, node: Node) -> Value:
    """The one number a target stands for: of a band its weaker end, of a series its mean month."""
    if target.compare == BETWEEN:
        return target.high if node.direction is Direction.LOWER else target.low
    if target.shape == MANUAL and target.months:
        return sum(value for _, value in target.months) / len(target.months)
    return target.value if target.value is not None else (target.steps[-1].value if target.steps else None)


def _reached(implied: Value, wanted: Value, target: Target, node: Node) -> bool:
    assert implied is not None
    assert wanted is not None
    room = HAIR * max(abs(wanted), abs(implied))
    if target.compare == BETWEEN and target.low is not None and target.high is not None:
        return target.low - room <= implied <= target.high + room
    lower = target.compare == AT_MOST or (target.compare is None and node.direction is Direction.LOWER)
    return implied <= wanted + room if lower else implied >= wanted - room


# --- on the data ---


@dataclass(frozen=True)
class Proof:
    """A node's own value beside what its formula gives, in every period; `residual` is the difference.

    `worst` is the largest residual relative to the value; `holds` whether that is nothing, None without any period to
    compare.
    """

    node: str
    periods: tuple[Period, ...]
    values: tuple[Value, ...]
    told: tuple[Value, ...]
    residual: tuple[Value, ...]

    @property
    def shares(self) -> tuple[Value, ...]:
        """Every residual relative to the larger of the two values; None for a period that cannot be compared."""
        compared = zip(self.values, self.told, self.residual, strict=True)
        return tuple(None if rest is None else _share(rest, value, told) for value, told, rest in compared)

    @property
    def worst(self) -> Value:
        return max((share for share in self.shares if share is not None), default=None)

    @property
    def furthest(self) -> int:
        """The place of the period in which the formula is furthest off."""
        return max(range(len(self.periods)), key=lambda place: self.shares[place] or 0.0)

    @property
    def holds(self) -> bool | None:
        return None if self.worst is None else self.worst <= HOLDS


def _share(rest: float, value: Value, told: Value) -> float:
    size = max(abs(value or 0.0), abs(told or 0.0))
    return abs(rest) / size if size else 0.0


def proof(measured: EvaluatedTree, node_id: str | None = None, segment: Segment = WHOLE) -> Proof:
    """Whether a node's formula (the goal's, without `node_id`) gives the node's own value in every period measured."""
    node = measured.tree.root if node_id is None else measured.tree.node(node_id)
    places = range(len(measured.periods))
    return Proof(
        node.id,
        measured.periods,
        tuple(measured.value(node.id, p, segment) for p in places),
        tuple(measured.formula_value(node.id, p, segment) for p in places),
        tuple(measured.residual(node.id, p, segment) for p in places),
    )


def proofs(measured: EvaluatedTree) -> tuple[Proof, ...]:
    """The proof of every node that has both a KPI and a formula."""
    both = [n for n in measured.tree.nodes if n.measured is not None and n.formula is not None]
    return tuple(proof(measured, node.id) for node in both)
