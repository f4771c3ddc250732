"""Finding anything by its name: what a person may open whose words are those that were typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.search import fold
from keiki.engine.customers_called import Called, find_customers
from keiki.measures import told
from keiki.server.accounts.models import Business
from keiki.server.cockpit.queries.dashboards import Stored, dashboards_of
from keiki.server.kpis import queries as door
from keiki.trees.build import Tree

MOST: Final = 6
"""Of each kind that are shown."""
LONGEST: Final = 80
T = TypeVar("T")


@dataclass(frozen=True)
class Anything:
    """What was found of each kind, the nearest first; `kpi_count` is how many KPIs there are in all."""

    kpis: tuple[Kpi, ...]
    kpi_count: int
    trees: tuple[Tree, ...]
    dashboards: tuple[Stored, ...]
    customers: tuple[Called, ...]


NOTHING: Final = Anything((), 0, (), (), ())


def anything(user: Any, business: Business, words: str, language: str) -> Anything:
    """The KPIs, trees, dashboards and customers whose words in either language are those that were typed."""
    known = door.known(user, business)
    if not fold(words):
        return NOTHING
    kpis = door.catalogue_of(user, business).search(words, language)
    return Anything(
        kpis[:MOST],
        len(kpis),
        nearest(words, known.trees, lambda tree: (tree.ja, tree.en, tree.id))[:MOST],
        nearest(words, dashboards_of(user, business), lambda stored: (stored.name,))[:MOST],
        _customers(user, business, words) if known.today is not None else (),
    )


def _customers(user: Any, business: Business, words: str) -> tuple[Called, ...]:
    found: tuple[Called, ...] = door.asked(
        user, business, lambda numbers: find_customers(numbers, words, MOST), tells=told.NOTHING
    )
    return found


def nearest(words: str, things: Iterable[T], texts: Callable[[T], Iterable[str]]) -> tuple[T, ...]:
    """The things in one of whose texts every word is found; what is called so or begins so comes first.

    >>> nearest("rep", ["Other reports", "Reports", "Data"], lambda text: (text,))
    ('Reports', 'Other reports')
    """
    wanted = fold(words)
    given = tuple(things)
    ranks = [_rank(wanted, [fold(text) for text in texts(thing)]) for thing in given]
    places = sorted((rank, place) for place, rank in enumerate(ranks) if rank is not None)
    return tuple(given[place] for _near, place in places)


def _rank(wanted: str, texts: list[str]) -> int | None:
    if not wanted:
        return None
    if wanted in texts:
        return 0
    if any(text.startswith(wanted) for text in texts):
        return 1
    whole = " ".join(texts)
    return 2 if all(part in whole for part in wanted.split()) else None
