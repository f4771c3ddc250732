"""How well a KPI is defined: the glossary, what is missing to measure it, its other denominators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.errors import KeikiError
from keiki.formula import Binary, Formula
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.catalogue import DATA, RETIRED, Supply, Tagged, tagged_kpis
from keiki.server.kpis.queries.numbers import Known, known
from keiki.trees.document import Owner


@dataclass(frozen=True)
class Entry:
    """A KPI in the glossary: how it gets its number, and who answers for it where it stands in a tree."""

    one: Tagged
    owners: tuple[Owner, ...]
    active: bool

    @property
    def sourced(self) -> bool:
        """Whether its numbers come from somewhere: a fact with rows, or a source that a person has named."""
        return "source" not in unmeasurable(self.one.kpi, self.one.supply)


def glossary(user: Any, business: Business, asked: Known | None = None) -> tuple[Entry, ...]:
    """Every KPI that is not retired, those that the business steers by with their owners."""
    asked = asked or known(user, business)
    owners: dict[str, dict[Owner, None]] = {}
    for tree in asked.trees:
        for node in tree.nodes:
            if node.kpi:
                owners.setdefault(node.kpi, {}).update({node.owner: None} if node.owner else {})
    return tuple(
        Entry(one, tuple(owners.get(name, ())), name in owners)
        for name, one in tagged_kpis(user, business, asked).items()
        if one.origin != RETIRED
    )


def unmeasurable(kpi: Kpi, supply: Supply) -> tuple[str, ...]:
    """What is missing before a KPI is measurable (the M of SMART): formula, source, method; nothing when it is.

    A source is a fact with rows for everything its formula asks, or one that a person has named.
    """
    given = {
        "formula": bool(kpi.source),
        "source": bool(kpi.data_source) or supply.way == DATA,
        "method": bool(kpi.cadence),
    }
    return tuple(name for name, there in given.items() if not there)


def rivals(catalogue: Catalogue, kpi: Kpi) -> tuple[Kpi, ...]:
    """The KPIs that divide the same number by something else: another choice of the denominator."""
    mine = _fraction(catalogue, kpi)
    if mine is None:
        return ()
    others = ((other, _fraction(catalogue, other)) for other in catalogue.kpis.values() if other.id != kpi.id)
    return tuple(other for other, told in others if told and told[0] == mine[0] and told[1] != mine[1])


def _fraction(catalogue: Catalogue, kpi: Kpi) -> tuple[Formula, Formula] | None:
    """Numerator and denominator over measures; None when the KPI is no fraction."""
    if not (isinstance(kpi.formula, Binary) and kpi.formula.op == "/"):
        return None
    try:
        whole = catalogue.expand(kpi.id)
    except KeikiError:
        return None
    return (whole.left, whole.right) if isinstance(whole, Binary) else None
