"""KPIs of a business's own: their versions, their declarations, and what would be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import yaml

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.load import kpi_of as kpi_of_entry
from keiki.catalogue.versions import built_on
from keiki.errors import KeikiError
from keiki.measures.document import entries
from keiki.measures.document import parse as parse_document
from keiki.server.accounts.models import Business
from keiki.server.data.actions import opened
from keiki.server.kpis.models import OwnKpi, declaration
from keiki.server.kpis.queries.access import closed_kpis


@dataclass(frozen=True)
class KpiRevision:
    """One version of an own KPI, for its history."""

    number: int
    since: date | None
    formula: str
    reason: str
    made_at: datetime
    made_by: str
    correction: bool


def own_kpi(user: Any, business: Business, kpi_id: str) -> OwnKpi | None:
    """An own KPI; None when the business has not defined one of that id, or not for this person."""
    if kpi_id in closed_kpis(user, business):
        return None
    return business.own_kpis.filter(kpi_id=kpi_id).first()


def kpi_document(kpi: OwnKpi) -> dict[str, Any]:
    """The newest version of an own KPI as it was typed."""
    found: dict[str, Any] = kpi.versions.get(number=kpi.version).document
    return found


def kpi_revisions(kpi: OwnKpi) -> tuple[KpiRevision, ...]:
    """Every version of an own KPI, newest first."""
    rows = list(kpi.versions.select_related("made_by").order_by("number"))
    before = [None, *rows]
    found = [
        KpiRevision(
            number=row.number,
            since=row.since,
            formula=row.document.get("formula", ""),
            reason=row.reason,
            made_at=row.made_at,
            made_by=str(row.made_by or ""),
            correction=previous is not None and previous.since == row.since,
        )
        for previous, row in zip(before, rows, strict=False)
    ]
    return tuple(reversed(found))


def stored_kpis(business: Business) -> dict[str, Kpi]:
    """The own KPIs of a business as the tables have them, whatever the published file says."""
    rows = business.own_kpis.filter(version__gt=0).prefetch_related("versions")
    return {row.kpi_id: declared_kpi(declaration(row, list(row.versions.all()))) for row in rows}


def declared_kpi(document: Mapping[str, Any]) -> Kpi:
    """The KPI that a declaration means; raises what a file of declarations would be told."""
    text = yaml.safe_dump({"kpis": [dict(document)]}, allow_unicode=True, sort_keys=False)
    (entry,) = entries(parse_document(text, "own.yaml"), "kpis")
    return kpi_of_entry(entry)


def document_of(kpi: Kpi) -> dict[str, Any]:
    """A KPI as a declaration, for changing it."""
    simple = ("ja", "en", "definition_ja", "definition_en", "unit", "base", "data_source", "procedure")
    chosen = ("direction", "kind", "layer", "horizon", "lead_lag", "journey_stage", "value_chain")
    listed = ("cadence", "domain", "department", "pairs_with", "aliases")
    ranges = [{name: value for name, value in vars(one).items() if value is not None} for one in kpi.benchmarks]
    return (
        {name: getattr(kpi, name) or "" for name in simple}
        | {name: str(getattr(kpi, name)) for name in chosen}
        | {name: list(getattr(kpi, name)) for name in listed}
        | {"formula": kpi.source, "params": dict(kpi.params), "benchmarks": ranges}
    )


def stored_catalogue(business: Business) -> Catalogue:
    """The catalogue with the own KPIs as the tables have them, also what is saved and not yet published."""
    catalogue = opened(business).business.catalogue
    return replace(catalogue, kpis={**catalogue.kpis, **stored_kpis(business)})


def mistakes(business: Business, document: Mapping[str, Any]) -> tuple[KeikiError, ...]:
    """What would be wrong in the catalogue with one more, or one changed, declaration and is not wrong now.

    Raises what makes the declaration itself unreadable. Inside the lock of a save it is the proof.
    """
    kpi = declared_kpi(document)
    present = stored_catalogue(business)
    wished = replace(present, kpis={**present.kpis, kpi.id: kpi})
    touched = built_on(kpi.id, wished.kpis)
    told = {(problem.subject, str(problem.error)) for problem in present.check(touched)}
    return tuple(
        problem.error
        for problem in wished.check(touched)
        if problem.severity == "error" and (problem.subject, str(problem.error)) not in told
    )
