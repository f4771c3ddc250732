"""Reads about reasons: what a number is compared with, what moved it, and where working on it pays most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from keiki.errors import NoTargetsThere
from keiki.insight.funnel_top import FunnelTop, funnel_top
from keiki.lens import period_of
from keiki.measures.told import counts
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Question, TreeNumbers
from keiki.server.planning import queries as planning
from keiki.server.scenarios import queries as scenarios
from keiki.trees.build import Node, Tree
from keiki.trees.explain import explain_change, worked_out
from keiki.trees.explanation import Explanation
from keiki.trees.priority import Priority, priorities
from keiki.trees.targets import Target

Value = float | None
PERIOD, TARGET, SCENARIO = "period", "target", "scenario"
SHAPLEY = "shapley"


@dataclass(frozen=True)
class Compared:
    """What the numbers stand beside: its kind, the name of a scenario, and the values.

    `apart` is what the goal's own target lies above what the targets below it give; 0 for anything but targets.
    """

    kind: str
    name: str
    values: Mapping[str, Value]
    apart: float = 0.0


@dataclass(frozen=True)
class Reasons:
    """A number and what it is compared with, with every part of the difference."""

    numbers: TreeNumbers
    node: Node
    against: Compared
    told: Explanation

    @property
    def before(self) -> Value:
        """The value compared with; of a target the goal's own."""
        value = self.against.values.get(self.node.id)
        return value if value is None else value + self.against.apart

    @property
    def after(self) -> Value:
        """The value of the period asked for."""
        return self.numbers.value(self.node)


def values_of(numbers: TreeNumbers) -> dict[str, Value]:
    """Every node's value in the period asked for."""
    return {node.id: numbers.value(node) for node in numbers.tree.nodes}


def reasons(
    user: Any, business: Business, numbers: TreeNumbers, node: Node, against: str, method: str = SHAPLEY
) -> Reasons:
    """What moved a node of a tree away from the period, the targets or the scenario it is compared with."""
    beside = _beside(user, business, numbers, node, against)
    part = subtree(numbers.tree, node)
    return Reasons(numbers, node, beside, explain_change(part, beside.values, values_of(numbers), method))


def beside_targets(
    user: Any, business: Business, tree: str, when: str, where: str | None = None, method: str = SHAPLEY
) -> Reasons:
    """What moved the goal of a tree away from its targets in a period as people type it: what the page tells.

    Raises `NoTargetsThere` where nothing in the tree has a target in that period, or only a part is asked for.
    """
    period = period_of(when, business.calendar)
    named = {each.id for each in door.known(user, business).trees}
    if where is None and period.grain is not None and tree in named:
        numbers = planning.measured(user, business, tree, Question(period.grain, period.start))
        if any(numbers.aim(node) is not None for node in numbers.tree.nodes):
            return reasons(user, business, numbers, numbers.tree.root, TARGET, method)
    raise NoTargetsThere(tree=tree, when=when)


def scenario_names(user: Any, business: Business, numbers: TreeNumbers) -> tuple[tuple[str, str], ...]:
    """The scenarios kept for a tree: id and name."""
    base = scenarios.WhatIf.on(numbers, {})
    return tuple((str(each.scenario.pk), each.scenario.name) for each in scenarios.compared(user, business, base))


VISITS, FITTING_LEADS = "sessions", "n_leads[customer.icp_fit = true]"


def top_of_funnel(user: Any, business: Business, numbers: TreeNumbers) -> FunnelTop | None:
    """Whether visits rose in the period asked for without more leads of ideal customers; None where nobody can say."""
    lens = replace(numbers.reading.lens, periods=(numbers.period,), by=())

    def ask(known: Any) -> FunnelTop | None:
        read = known.measure([VISITS, FITTING_LEADS], lens)
        values = [read.value(name, -1, back=back) for name in (VISITS, FITTING_LEADS) for back in (1, 0)]
        return funnel_top(*values)

    return door.answered(user, business, ("top of funnel", lens), ask, tells=counts("events", "stages"))


def subtree(tree: Tree, node: Node) -> Tree:
    """A node as the goal of what hangs below it.

    The whole tree when the node is its goal.
    """
    if node.parent is None:
        return tree
    kept = {node.id}
    for each in tree.nodes:
        if each.parent in kept:
            kept.add(each.id)
    nodes = tuple(
        replace(each, parent=None, edge=None) if each.id == node.id else each for each in tree.nodes if each.id in kept
    )
    return replace(tree, nodes=nodes)


def first_of(user: Any, business: Business, numbers: TreeNumbers) -> tuple[Priority, ...]:
    """The numbers of a tree, the one to work on first at the front."""
    history = door.past_of(business, numbers)
    wanted = {i: Target(value=bound) for i, bound in _wanted(numbers).items()}
    catalogue = door.catalogue_of(user, business)
    return priorities(numbers.tree, catalogue, values_of(numbers), history, wanted)


def _beside(user: Any, business: Business, numbers: TreeNumbers, node: Node, against: str) -> Compared:
    kind, _, name = against.partition(":")
    if kind == SCENARIO:
        base = scenarios.WhatIf.on(numbers, {})
        for each in scenarios.compared(user, business, base):
            if str(each.scenario.pk) == name:
                return Compared(SCENARIO, each.scenario.name, each.what_if.simulated.values)
    if kind == TARGET and numbers.aims:
        wanted = _wanted(numbers)
        own = wanted.pop(node.id, None)
        values = worked_out(numbers.tree, values_of(numbers), wanted)
        told = values.get(node.id)
        return Compared(TARGET, "", values, own - told if own is not None and told is not None else 0.0)
    before = {each.id: numbers.value_before(each) for each in numbers.tree.nodes}
    return Compared(PERIOD, "", before)


def _wanted(numbers: TreeNumbers) -> dict[str, float]:
    """What the numbers are to have reached by now, for those with a target."""
    found = {}
    for node in numbers.tree.nodes:
        aim = numbers.aim(node)
        bound = aim.bound(numbers.value(node)) if aim is not None else None
        if bound is not None:
            found[node.id] = bound
    return found
