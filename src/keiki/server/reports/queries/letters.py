"""The daily and the weekly report: the numbers of a tree that are looked at often, and what people wrote about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Any, Final

from keiki.formula import Binary
from keiki.measures.told import NOTHING
from keiki.periods import Calendar, Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import Annotation
from keiki.server.cockpit.queries.happened import EVERYTHING, written_down
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Question, TreeNumbers
from keiki.server.planning.queries import counted, key_of, measured
from keiki.server.reports.models import Cadence
from keiki.trees.build import Node

DAYS: Final = 7
"""Before the day of a daily report, whose mean stands beside it."""
MOST: Final = 40
OFTEN: Final = frozenset({"daily", "weekly"})


@dataclass(frozen=True)
class Comment:
    """What somebody wrote about a number, or about the whole business (`number` None)."""

    on: date
    text: str
    number: Node | None
    who: str


@dataclass(frozen=True, eq=False)
class Letter:
    """A report of a day: the numbers of `period`, beside each what it usually is, and the comments of that time.

    `usual`: node id → in a daily report what the seven days before say, in a weekly one the value of the week before.
    """

    cadence: str
    on: date
    numbers: TreeNumbers
    nodes: tuple[Node, ...]
    usual: Mapping[str, float | None]
    comments: tuple[Comment, ...]

    @property
    def period(self) -> Period:
        return self.numbers.period


def letter(user: Any, business: Business, cadence: str, tree_id: str | None, on: date) -> Letter | None:
    """The report that goes out on a day: of the day before, or of the week before; None while there are no numbers."""
    if door.known(user, business).today is None:
        return None
    period = reported(business.calendar, cadence, on)
    if cadence == Cadence.DAILY:
        numbers = measured(user, business, tree_id, Question(Grain.DAY, period.start, span=DAYS + 1))
        usual = _usual(user, business, numbers)
    else:
        numbers = measured(user, business, tree_id, Question(Grain.WEEK, period.start))
        usual = {node.id: numbers.value_before(node) for node in numbers.tree.nodes}
    nodes = short_nodes(user, business, numbers)
    return Letter(cadence, on, numbers, nodes, usual, comments(user, business, numbers, period, on))


def reported(calendar: Calendar, cadence: str, on: date) -> Period:
    """Which period the report of a day is about."""
    grain = Grain.DAY if cadence == Cadence.DAILY else Grain.WEEK
    return calendar.shift(calendar.period(grain, on), -1)


def short_nodes(user: Any, business: Business, numbers: TreeNumbers) -> tuple[Node, ...]:
    """The goal, then the numbers of a tree that are meant to be looked at every day or week.

    Where the definitions of a tree name none, all of them.
    """
    catalogue = door.catalogue_of(user, business)
    below = [node for node in numbers.tree.nodes if node.parent is not None and counted(node)]
    kpis = {node.id: catalogue.kpis.get(node.kpi or "") for node in below}
    short = [
        node
        for node in below
        if (kpi := kpis[node.id]) is not None and (kpi.horizon == "short" or OFTEN.intersection(kpi.cadence))
    ]
    root = (numbers.tree.root,) if counted(numbers.tree.root) else ()
    return (*root, *(short or below))[:MOST]


def _usual(user: Any, business: Business, numbers: TreeNumbers) -> Mapping[str, float | None]:
    """What the seven days before say: the mean of the days; for a quotient, the quotient of the seven days together."""
    week = Period(numbers.period.start - timedelta(days=DAYS), numbers.period.start)
    together = _together(user, business, numbers, week)
    return {
        node.id: together.get(node.id) if isinstance(node.measured, Binary) else _mean(numbers.series(node)[:-1])
        for node in numbers.tree.nodes
    }


def _together(user: Any, business: Business, numbers: TreeNumbers, week: Period) -> Mapping[str, float | None]:
    tree = numbers.tree
    quotients = [node.id for node in tree.nodes if isinstance(node.measured, Binary)]
    found: Mapping[str, float | None] = door.answered(
        user,
        business,
        ("days together", tree.id, week),
        lambda opened: {
            name: reading.now.value(name, -1)
            for reading in [opened.tree(tree.id, opened.question((week,)))]
            for name in quotients
        },
        tells=NOTHING,
    )
    return found


def _mean(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def comments(user: Any, business: Business, numbers: TreeNumbers, period: Period, until: date) -> tuple[Comment, ...]:
    """What people wrote down for the numbers of a tree, about days from the start of a period until the report."""
    by_key = {key_of(numbers.tree, node): node for node in reversed(numbers.tree.nodes)}
    rows = [row for row in written_down(user, business) if row.on <= until and (row.until or row.on) >= period.start]
    return tuple(
        Comment(row.on, row.text, by_key.get(_key(row)), str(row.made_by or ""))
        for row in reversed(rows)
        if _key(row) == EVERYTHING or _key(row) in by_key
    )


def _key(row: Annotation) -> tuple[str, str, str, str]:
    return row.kpi, row.where, row.tree, row.node
