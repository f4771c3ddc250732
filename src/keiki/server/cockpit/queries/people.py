"""How many people stand behind numbers that speak of a part of the business: for whoever only holds a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from keiki.errors import KeikiError
from keiki.formula import references
from keiki.formula.nodes import Reference
from keiki.formula.show import show
from keiki.measures.told import NOTHING
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.trees.build import Node

if TYPE_CHECKING:
    from keiki.engine.business import Business as Numbers
    from keiki.lens import Lens

PEOPLE: Final = "u_buyers"
"""What counts the people behind a part of a number."""
BUYERS: Final = (PEOPLE, "n_orders")
COUNTED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "sum_order_revenue": BUYERS,
    "sum_revenue": BUYERS,
    "sum_cogs": BUYERS,
    "sum_line_revenue": BUYERS,
    "sum_first_order_profit": ("u_first_buyers",),
    "mrr_end": ("n_accounts",),
    "mrr_start": ("n_accounts_start",),
    "sum_customer_profit": ("n_customers",),
    "sum_won_amount": ("n_opps_won",),
}
"""By the measure of an amount, what counts those who paid it; the next where that finds nobody, as among guests."""
OF_NOBODY: Final = frozenset({"costs", "media", "observations"})
"""Facts whose amounts are not paid by persons."""


@dataclass(frozen=True)
class Behind:
    """The fewest people behind the amounts of a node in each period of the history, and in the one that the last is
    compared with; None where nobody can say.
    """

    each: tuple[float | None, ...]
    before: float | None


UNKNOWN: Final = Behind((), None)


def people_of(node: Node) -> str:
    """The formula that counts the people behind a node: those of its part of the business."""
    return PEOPLE if node.where is None else show(Reference(PEOPLE, where=node.where))


def people_behind(user: Any, business: Business, numbers: TreeNumbers) -> Mapping[str, Behind]:
    """The people behind every node whose amounts are narrowed to a part of the business, by the id of the node."""
    measures = door.catalogue_of(user, business).measures
    wanted: dict[str, list[tuple[str, ...]]] = {}
    for node in numbers.tree.nodes:
        for one in () if node.measured is None else references(door.calculated(node.measured)):
            measure = measures.get(one.id)
            if one.where is None or measure is None or measure.unit != "currency" or measure.fact in OF_NOBODY:
                continue
            ways = tuple(show(Reference(by, where=one.where)) for by in COUNTED_BY.get(one.id, ()))
            wanted.setdefault(node.id, []).append(ways)
    texts = tuple(sorted({text for each in wanted.values() for ways in each for text in ways}))
    if not wanted:
        return {}
    lens = numbers.reading.lens
    counted: Mapping[str, Behind] = door.answered(
        user, business, ("people behind", texts, lens), lambda opened: _counted(opened, texts, lens), tells=NOTHING
    )
    return {
        node: _joined([_joined([counted.get(text, UNKNOWN) for text in ways], _first) for ways in each], _least)
        for node, each in wanted.items()
    }


def _counted(opened: Numbers, texts: tuple[str, ...], lens: Lens) -> Mapping[str, Behind]:
    found = {}
    for text in texts:
        try:
            read = opened.measure([text], lens)
        except KeikiError:  # people cannot be told apart this way
            continue
        found[text] = Behind(read.series(text), read.value(text, -1, back=1))
    return found


def _joined(counted: Sequence[Behind], how: Callable[[Sequence[float | None]], float | None]) -> Behind:
    known = [one for one in counted if one is not UNKNOWN]
    if not known or (how is _least and len(known) < len(counted)):
        return UNKNOWN
    each = zip(*(one.each for one in known), strict=True)
    return Behind(tuple(how(values) for values in each), how([one.before for one in known]))


def _first(values: Sequence[float | None]) -> float | None:
    return next((each for each in values if each), None)


def _least(values: Sequence[float | None]) -> float | None:
    told = [each for each in values if each is not None]
    return min(told) if len(told) == len(values) else None
