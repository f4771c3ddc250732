"""Reads about what would happen: a tree's values moved, the strength of its drivers, goals sought, chances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Question, TreeNumbers
from keiki.server.planning import queries as planning
from keiki.server.scenarios.models import Idea, Scenario
from keiki.trees import ideas
from keiki.trees import what_if as what_if_of
from keiki.trees.build import Node, Tree
from keiki.trees.chances import Chances, chances
from keiki.trees.simulate import How, Move

MOST_SCENARIOS: Final = 30
MOST_IDEAS: Final = 100
Moves = Mapping[str, Move]


@dataclass(frozen=True)
class WhatIf(what_if_of.WhatIf):
    """A what-if on a tree's numbers of one period."""

    numbers: TreeNumbers

    @classmethod
    def on(cls, numbers: TreeNumbers, moves: Moves) -> WhatIf:
        """The values as measured, moved."""
        values = {node.id: numbers.value(node) for node in numbers.tree.nodes}
        return cls(numbers.tree, values, moves, numbers)

    @cached_property
    def target(self) -> float | None:
        """What the goal is to reach in the whole period; None without a target."""
        aim = self.numbers.aim(self.tree.root)
        return None if aim is None else aim.full.bound(self.simulated.goal)

    def chances(self, goal: float | None) -> Chances | None:
        """How the goal may come out; None while there is too little history."""
        over = [place for place, complete in enumerate(self.numbers.completes) if complete]
        history = {node.id: [self.numbers.series(node)[place] for place in over] for node in self.drivers}
        try:
            return chances(self.tree, self.values, history, self.moves, goal=goal)
        except KeikiError:  # too short a history, or a goal without a value: nothing to draw
            return None


def shares_among(user: Any, business: Business, nodes: Iterable[Node]) -> frozenset[str]:
    """The ids of those that are rates of counts: they cannot lie below 0 %, and hardly above 100 %."""
    return frozenset(node.id for node in nodes if door.rate_of_counts(user, business, node))


@dataclass(frozen=True)
class Compared:
    """A kept scenario worked out on today's values. `lost`: drivers it moved that the tree no longer has."""

    scenario: Scenario
    what_if: WhatIf
    lost: tuple[str, ...]


def what_if(user: Any, business: Business, tree_id: str | None, question: Question, moves: Moves) -> WhatIf:
    """A tree measured for a question, with moves of those drivers that it has."""
    numbers = planning.measured(user, business, tree_id, question)
    return WhatIf.on(numbers, {i: move for i, move in moves.items() if _movable(numbers.tree, i)})


def compared(user: Any, business: Business, base: WhatIf) -> tuple[Compared, ...]:
    """The scenarios kept for the tree, each worked out on the values of the same period."""
    kept = Scenario.objects.filter(business=business, tree=base.tree.id).select_related("made_by")[:MOST_SCENARIOS]
    return tuple(_compared(base, scenario) for scenario in kept)


def scenario_in(business: Business, scenario_id: UUID) -> Scenario | None:
    """A scenario of the business."""
    return Scenario.objects.filter(business=business, pk=scenario_id).first()


def moves_of(scenario: Scenario) -> dict[str, Move]:
    """What a scenario moves."""
    return {node: Move(How(how), float(amount)) for node, (how, amount) in scenario.moves.items()}


def _compared(base: WhatIf, scenario: Scenario) -> Compared:
    moves = moves_of(scenario)
    kept = {i: move for i, move in moves.items() if _movable(base.tree, i)}
    return Compared(scenario, replace(base, moves=kept), tuple(i for i in moves if i not in kept))


def _movable(tree: Tree, node_id: str) -> bool:
    return node_id in tree.by_id and tree.by_id[node_id].driver


@dataclass(frozen=True)
class WeighedIdea:
    """An idea as it is kept, and what it is expected to bring."""

    row: Idea
    told: ideas.Weighed


def weighed_ideas(business: Business, numbers: TreeNumbers) -> tuple[WeighedIdea, ...]:
    """The ideas for a tree, those that bring its goal most in the period asked for at the front."""
    rows = {_idea_of(row): row for row in Idea.objects.filter(business=business, tree=numbers.tree.id)}
    values = {node.id: numbers.value(node) for node in numbers.tree.nodes}
    return tuple(WeighedIdea(rows[each.idea], each) for each in ideas.weighed(numbers.tree, values, rows))


def idea_in(business: Business, tree: str, name: str) -> Idea | None:
    """One idea of a tree by its id as an address has it; None for what is none."""
    try:
        return Idea.objects.filter(business=business, tree=tree, pk=UUID(name)).first()
    except ValueError:
        return None


def _idea_of(row: Idea) -> ideas.Idea:
    move = Move(How(row.how), row.amount) if row.how and row.amount is not None else None
    return ideas.Idea(row.name, row.node or None, move, row.chance / 100, str(row.pk))
