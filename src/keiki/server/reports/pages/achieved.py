"""The achievement report: whether the goal and the numbers below were reached, and what may explain a missed goal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from keiki.charts.format import difference, number
from keiki.charts.status import ACT, GOOD, NONE
from keiki.server.cockpit.pages.panels import Desk
from keiki.server.kpis import pages as kpis
from keiki.server.kpis.pages.numbers import Way
from keiki.server.planning.queries import plans_of, reaching
from keiki.trees.achievement import Achievement, Candidate, Cause, achievement


@dataclass(frozen=True)
class Explained:
    """One candidate in words, with the numbers it is about."""

    words: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Achieved:
    """The goal beside the numbers below it; `status` is the goal's."""

    sentence: str
    status: str
    candidates: tuple[Explained, ...]


def achieved(desk: Desk) -> Achieved:
    """The achievement of the tree of a page, as told to its reader."""
    numbers, tree = desk.main, desk.main.tree
    met = {}
    for node in tree.nodes:
        aim, value = numbers.aim(node), numbers.value(node)
        if aim is not None and value is not None:
            met[node.id] = not aim.missing(value)
    adds_up = reaching(desk.user, desk.business, tree, plans_of(desk.user, desk.business, tree))
    parts = () if numbers.explanation is None else numbers.explanation.parts
    found = achievement(
        tree,
        met,
        None if adds_up is None else adds_up.goal,
        numbers.reading.now.residual(tree.root.id),
        numbers.value(tree.root),
        {part.node: part.contribution for part in parts if not part.residual and part.contribution is not None},
    )
    status = {True: GOOD, False: ACT, None: NONE}[found.goal]
    return Achieved(_sentence(desk, found), status, tuple(_explained(desk, each) for each in found.candidates))


def _sentence(desk: Desk, found: Achievement) -> str:
    goal = desk.main.tree.root.label(desk.style.language)
    judged = len(found.reached) + len(found.missed)
    names = {"goal": goal, "reached": f"{len(found.reached):,}", "judged": f"{judged:,}"}
    if found.goal is None:
        words = _("{goal} has no target for this period, so nobody can say whether it was reached.")
    elif found.goal:
        words = _("{goal} reached its target; of {judged} numbers below with a target, {reached} reached theirs.")
    elif found.unexplained:
        words = _("{goal} missed its target although all {judged} numbers below with a target reached theirs.")
    else:
        words = _("{goal} missed its target; of {judged} numbers below with a target, {reached} reached theirs.")
    return words.format(**names)


def _explained(desk: Desk, each: Candidate) -> Explained:
    numbers, style = desk.main, desk.style
    root = numbers.tree.root
    goal = root.label(style.language)
    amount = "" if each.amount is None else number(abs(each.amount), root.unit, style)
    moved = "" if each.amount is None else difference(each.amount, 0.0, root.unit, style)
    words = {
        Cause.MISSED: _("Missed its own target; since the period before it moved {goal} by {moved}.")
        if moved
        else _("Missed its own target."),
        Cause.TARGETS_SHORT: _(
            "Even with every target below reached, {goal} stays {amount} short of its own: raise them."
        ),
        Cause.RESIDUAL: _(
            "The numbers below do not tell all of {goal}: {moved} comes from elsewhere. Check the formula."
        ),
        Cause.NO_TARGET: _("Has no target, and moved {goal} by {moved} since the period before: set one.")
        if moved
        else _("Has no target: nobody says what is enough. Set one."),
        Cause.INFLUENCE: _("Reached, but {goal} did not follow: that it moves {goal} is a belief. Test it."),
    }[each.cause]
    if each.cause is Cause.NO_TARGET and all(numbers.aim(numbers.tree.node(name)) for name in each.nodes):
        words = _("Has a target, but no value in this period yet.")
    nodes = [numbers.tree.node(name) for name in each.nodes]
    return Explained(
        words.format(goal=goal, amount=amount, moved=moved),
        tuple(Way(n.label(style.language), kpis.node_url(desk.business, numbers, n, desk.asked)) for n in nodes),
    )
