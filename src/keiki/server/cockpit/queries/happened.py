"""What happened beside the numbers: what people wrote down, and changes of definitions and targets by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from keiki.catalogue.kpi import Kpi
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import Annotation, Happening
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import Key, key_of, plans_of
from keiki.trees.build import FormulaEdge, Node, Tree

EVERYTHING: Final[Key] = ("", "", "", "")
MOST: Final = 200


@dataclass(frozen=True)
class Mark:
    """Something that happened. `number` is what written down for, None for the whole business; `id` names one that a
    person wrote and may take back; a change of a definition or a target has none.
    """

    on: date
    kind: str
    text: str
    number: Node | None = None
    who: str = ""
    until: date | None = None
    id: int | None = None
    made_at: datetime | None = None


def marks_of(user: Any, business: Business, numbers: TreeNumbers, node: Node) -> tuple[Mark, ...]:
    """What happened to a number, to those its formula is made of, and to the whole business in its history, in order.

    A change of a definition or of a target is told for the number itself and for what it is calculated from.
    """
    door.known(user, business)
    tree = numbers.tree
    below = affecting(tree, node)
    start, end = numbers.periods[0].start, numbers.periods[-1].end
    by_key: dict[Key, Node] = {}
    for each in below:
        by_key.setdefault(key_of(tree, each), each)
    rows = Annotation.objects.filter(business=business, on__lt=end).select_related("made_by")
    found = [
        _mark(row, by_key.get(_key(row)))
        for row in rows.order_by("on", "id")
        if (row.until or row.on) >= start and (_key(row) == EVERYTHING or _key(row) in by_key)
    ]
    found += [each for each in _changes(user, business, tree, below) if start <= each.on < end]
    return tuple(sorted(found, key=lambda each: each.on))


def affecting(tree: Tree, node: Node) -> tuple[Node, ...]:
    """A number and everything below it that its formula is made of."""
    wanted = {node.id}
    for each in tree.nodes:
        if each.parent in wanted and isinstance(each.edge, FormulaEdge):
            wanted.add(each.id)
    return tuple(each for each in tree.nodes if each.id in wanted)


def written_down(user: Any, business: Business) -> tuple[Annotation, ...]:
    """The newest of everything that people wrote down, but for numbers that are closed to this person."""
    known, closed = door.known(user, business), door.closed_kpis(user, business)
    rows = Annotation.objects.filter(business=business).exclude(kpi__in=closed).select_related("made_by")
    there = {(tree.id, node.id) for tree in known.trees for node in tree.nodes}
    return tuple(row for row in rows[:MOST] if not (closed and row.node) or (row.tree, row.node) in there)


def place_of(numbers: TreeNumbers, day: date) -> int:
    """In which period of the history a day lies; -1 when in none."""
    return next((n for n, period in enumerate(numbers.periods) if period.start <= day < period.end), -1)


def _changes(user: Any, business: Business, tree: Tree, nodes: tuple[Node, ...]) -> Iterator[Mark]:
    """The days from which another definition or another target holds."""
    catalogue = door.catalogue_of(user, business)
    plans = plans_of(user, business, tree)
    for node in nodes:
        kpi = catalogue.kpis.get(node.kpi or "")
        if kpi is not None:
            yield from (Mark(on, Happening.DEFINITION, reason, node) for on, reason in _versions(kpi))
        approved = plans[node.id].approved if node.id in plans else ()
        for earlier, later in pairwise(approved):
            if later.since > earlier.since:
                yield Mark(later.since, Happening.TARGET, later.reason, node, later.made_by)


def _versions(kpi: Kpi) -> Iterator[tuple[date, str]]:
    """From which day each version of a definition but the first holds, and why."""
    if kpi.since is not None and kpi.earlier:
        yield kpi.since, kpi.reason
    for each in kpi.earlier[1:]:
        if each.since is not None:
            yield each.since, each.reason


def _key(row: Annotation) -> Key:
    return row.kpi, row.where, row.tree, row.node


def _mark(row: Annotation, number: Node | None) -> Mark:
    return Mark(row.on, row.kind, row.text, number, str(row.made_by or ""), row.until, row.pk, row.made_at)
