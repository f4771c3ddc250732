"""Finding KPIs by words and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from keiki.catalogue.tags import TAGS
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.access import opened_for
from keiki.server.kpis.queries.catalogue import DATA, HAND, LACKS, RETIRED, Tagged, tagged_kpis
from keiki.server.kpis.queries.numbers import Known

FACETS: Final = (
    *("domain", "supply", "stage", "department", "layer", "horizon", "kind", "lead_lag", "cadence", "value_chain"),
    *("direction", "origin"),
)
"""What the catalogue page filters by."""


@dataclass(frozen=True)
class Found:
    """The KPIs that match, and for every facet how many there would be with each value, the other facets as chosen."""

    kpis: tuple[Tagged, ...]
    counts: Mapping[str, Mapping[str, int]]


def find_kpis(
    user: Any,
    business: Business,
    words: str,
    language: str,
    chosen: Mapping[str, str] | None = None,
    asked: Known | None = None,
) -> Found:
    """The KPIs with all the words and the chosen value of every facet. `asked` is what `known` gave, to save asking.

    With words the nearest come first; without, by domain, those that the data tells first. Retired ones only when
    asked for.
    """
    tagged = tagged_kpis(user, business, asked)
    wanted = {facet: value for facet, value in (chosen or {}).items() if value}
    kpis: list[Tagged] = []
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for kpi in opened_for(user, business).business.catalogue.search(words, language):
        one = tagged[kpi.id]
        failed = [facet for facet, value in wanted.items() if value not in one.carries[facet]]
        if one.origin == RETIRED and wanted.get("origin") != RETIRED:
            failed = ["origin"] if failed in ([], ["origin"]) else ["", ""]
        if not failed:
            kpis.append(one)
        for facet in FACETS if not failed else failed if len(failed) == 1 else ():
            for value in one.carries[facet]:
                counts[facet][value] = counts[facet].get(value, 0) + 1
    if not words.strip():
        kpis.sort(key=lambda each: _place(each, wanted.get("domain", "")))
    return Found(tuple(kpis), counts)


def domain_of(one: Tagged, chosen: str = "") -> str:
    """The domain a KPI is listed under: the chosen one or its part, else its first."""
    within = [each for each in one.kpi.domain if each == chosen or each.partition(":")[0] == chosen]
    return (within or list(one.kpi.domain) or [""])[0]


def _place(one: Tagged, chosen: str) -> tuple[Any, ...]:
    domains = list(TAGS["domain"])
    domain = domain_of(one, chosen)
    return (
        domains.index(domain) if domain in domains else len(domains),
        domain,
        (DATA, HAND, LACKS).index(one.supply.way),
    )
