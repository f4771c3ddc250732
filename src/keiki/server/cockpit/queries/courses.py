"""A number by the values of a dimension over time, and what of it may be told to whoever only holds a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from keiki.customers.small_groups import small_cells
from keiki.engine.business import Business as Numbers
from keiki.errors import KeikiError
from keiki.formula import Reference, show
from keiki.measures.told import NOTHING
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.cockpit.queries.people import people_of
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.trees.build import Node

if TYPE_CHECKING:
    from keiki.engine.measured import Measured

Values = tuple[float | None, ...]
COUNTS: Final = frozenset({"count", "items"})


@dataclass(frozen=True)
class Courses:
    """A number over the periods that are over, for each value of a dimension, the largest of the last one first.

    `wholes`: the number itself where the parts add up to it in every period; `hidden` when some cells are not told.
    """

    periods: tuple[Period, ...]
    segments: tuple[tuple[str | None, Values], ...]
    wholes: Values | None = None
    hidden: bool = False


def courses(user: Any, business: Business, numbers: TreeNumbers, node: Node, by: str) -> Courses:
    """The courses of a number, from the first period in which any has a value."""
    asked = door.from_rows(node) if node.kpi is None else Reference(node.kpi, where=node.where)
    periods = tuple(p for p, over in zip(numbers.periods, numbers.completes, strict=True) if over)
    if asked is None or not periods:
        return Courses((), ())
    name = show(asked)
    split = _split(user, business, numbers, periods, name, by)
    found = [(segment[0], split.series(name, segment)) for segment in split.segments]
    found = [each for each in found if any(each[1])]
    found.sort(key=lambda each: (-(each[1][-1] or 0.0), each[0] or ""))
    first = next((n for n in range(len(periods)) if any(values[n] for _value, values in found)), 0)
    wholes = split.series(name)[first:]
    cut = tuple((value, values[first:]) for value, values in found)
    adds = node.unit not in {"ratio", "points", "score"} and all(
        whole is not None and abs(sum(values[place] or 0.0 for _v, values in cut) - whole) <= 1e-9 * max(abs(whole), 1)
        for place, whole in enumerate(wholes)
    )
    return Courses(periods[first:], cut, wholes if adds else None)


def shareable(user: Any, business: Business, numbers: TreeNumbers, node: Node, by: str, found: Courses) -> Courses:
    """The courses for whoever holds a link: without what fewer than five people did, and without as many other cells as
    it takes so that no part and no period misses a single one, which its total would give away.
    """
    people = _people(user, business, numbers, found.periods, people_of(node), by)
    counts = node.unit in COUNTS
    nobody = (None,) * len(found.periods)
    sizes = [
        [
            _size(each, behind, counts=counts, known=bool(people))
            for each, behind in zip(values, people.get(value, nobody), strict=True)
        ]
        for value, values in found.segments
    ]
    hidden = small_cells(sizes)
    told = tuple(
        (value, tuple(None if (row, place) in hidden else each for place, each in enumerate(values)))
        for row, (value, values) in enumerate(found.segments)
    )
    return replace(found, segments=told, wholes=None if hidden else found.wholes, hidden=bool(hidden))


def _size(value: float | None, people: float | None, *, counts: bool, known: bool) -> int:
    """How many people a cell may speak of: 0 for an empty one; 1 where nobody can say."""
    if not value:
        return 0
    least = [each for each in (people if known else None, value if counts else None) if each is not None]
    return max(int(min(least)), 1) if least and not (known and people is None) else 1


def _split(
    user: Any, business: Business, numbers: TreeNumbers, periods: tuple[Period, ...], name: str, by: str
) -> Measured:
    where = numbers.question.where

    def ask(opened: Numbers) -> Measured:
        return opened.measure([name], opened.question(periods, where=where, by=(by,)))

    return door.answered(user, business, ("courses", name, periods, where, by), ask, tells=NOTHING)


def _people(
    user: Any, business: Business, numbers: TreeNumbers, periods: tuple[Period, ...], who: str, by: str
) -> Mapping[str | None, Values]:
    """How many customers stand behind each value in each period; empty where nobody can say."""
    try:
        read = _split(user, business, numbers, periods, who, by)
    except KeikiError:  # customers cannot be split this way
        return {}
    return {segment[0]: read.series(who, segment) for segment in read.segments}
