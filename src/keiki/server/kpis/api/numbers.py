"""KPIs, measuring and trees for programs: the same door and the same numbers as the pages."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.periods import Grain
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.models import Business
from keiki.server.data.queries import authors
from keiki.server.kpis import queries
from keiki.server.kpis.api.literacy import told_kpi
from keiki.server.kpis.schemas import (
    Ask,
    EnteredOut,
    KpisOut,
    KpiToldOut,
    MeasuredOut,
    Periods,
    TreeLineOut,
    TreeOut,
)
from keiki.server.ui.language import current_language

router = Router()
KPIS, TREES = gettext_noop("KPIs"), gettext_noop("Trees")


def business_with_rows(request: HttpRequest, business_id: str) -> Business:
    """The business of the address for who asks (see `business_in`); nothing is there before it has rows."""
    own = business_in(request, business_id)
    if queries.known(caller_of(request).user, own).today is None:
        raise Http404
    return own


@router.get("/businesses/{business}/kpis", response=KpisOut, tags=[KPIS], summary=gettext_noop("Search the KPIs"))
def kpis(
    request: HttpRequest, business: str, search: str = "", supply: str = "", offset: int = 0, limit: int = 100
) -> dict[str, Any]:
    found = queries.find_kpis(caller_of(request).user, business_in(request, business), search[:200], current_language())
    lines = [one for one in found.kpis if not supply or one.supply.way == supply]
    first, count = max(offset, 0), min(max(limit, 1), 500)
    return {"total": len(lines), "kpis": [_kpi(one) for one in lines[first : first + count]]}


@router.get(
    "/businesses/{business}/kpis/{kpi}",
    response=KpiToldOut,
    tags=[KPIS],
    summary=gettext_noop("One KPI, with an example and common mistakes"),
)
def kpi(request: HttpRequest, business: str, kpi: str) -> dict[str, Any]:
    user, own = caller_of(request).user, business_in(request, business)
    found = queries.find_kpis(user, own, "", current_language())
    one = next((each for each in found.kpis if each.kpi.id == kpi), None)
    return _nothing() if one is None else _kpi(one) | told_kpi(user, own, one)


@router.get(
    "/businesses/{business}/kpis/{kpi}/entered",
    response=list[EnteredOut],
    tags=[KPIS],
    summary=gettext_noop("The values people entered for a KPI, with their evidence"),
)
def entered(
    request: HttpRequest,
    business: str,
    kpi: str,
    grain: Literal["day", "week", "month", "quarter", "year"] = "month",
    since: date = date(1900, 1, 1),
) -> list[dict[str, Any]]:
    own, user = business_in(request, business), caller_of(request).user
    if kpi not in queries.catalogue_of(user, own).kpis:
        raise Http404
    found = queries.entered_of(user, own, kpi, Grain(grain), since)
    names = authors(own, {each.import_id for each in found})
    return [vars(each) | {"unproved": each.unproved, "author": names.get(each.import_id, "")} for each in found]


@router.post(
    "/businesses/{business}/measure",
    response=MeasuredOut,
    tags=[KPIS],
    summary=gettext_noop("Measure KPIs over periods and segments"),
)
def measure(request: HttpRequest, business: str, ask: Ask) -> dict[str, Any]:
    own, user = business_in(request, business), caller_of(request).user
    measured = queries.measured_kpis(
        user, own, ask.kpis, _span(ask), where=ask.where, by=ask.by, comparison=ask.comparison
    )
    missing = {kpi: list(measured.missing(kpi)) for kpi in measured.formulas}
    return {
        "snapshot": measured.snapshot,
        "rows": measured.rows(),
        "missing": {kpi: why for kpi, why in missing.items() if why},
        "left_out": [vars(each) | {"amount": f"{each.amount:f}"} for each in queries.left_out_of(user, own)],
    }


@router.get("/businesses/{business}/trees", response=list[TreeLineOut], tags=[TREES], summary=gettext_noop("The trees"))
def trees(request: HttpRequest, business: str) -> list[dict[str, Any]]:
    found = queries.readable_trees(caller_of(request).user, business_in(request, business))
    return [{"id": tree.id, "ja": tree.ja, "en": tree.en, "nodes": len(tree.nodes), "own": own} for tree, own in found]


@router.get(
    "/businesses/{business}/trees/{tree}",
    response=TreeOut,
    tags=[TREES],
    summary=gettext_noop("Every node of a tree, measured"),
)
def tree(request: HttpRequest, business: str, tree: str, asked: Query[Periods]) -> dict[str, Any]:
    own = with_tree(request, business, tree)
    reading = queries.read_tree(
        caller_of(request).user, own, tree, _span(asked), where=asked.where, comparison=asked.comparison
    )
    return reading.as_dict()


def _span(asked: Periods) -> queries.Span:
    return queries.Span(asked.when, asked.grain, asked.last)


def with_tree(request: HttpRequest, business: str, tree: str) -> Business:
    """The business of the address for who asks, who may read that tree."""
    own = business_in(request, business)
    if tree not in {each.id for each, _own in queries.readable_trees(caller_of(request).user, own)}:
        raise Http404
    return own


def _nothing() -> dict[str, Any]:
    raise Http404


def _kpi(one: queries.Tagged) -> dict[str, Any]:
    kpi = one.kpi
    return {
        "id": kpi.id,
        "ja": kpi.ja,
        "en": kpi.en,
        "definition_ja": kpi.definition_ja,
        "definition_en": kpi.definition_en,
        "formula": kpi.source,
        "unit": kpi.unit,
        "direction": str(kpi.direction),
        "domain": list(kpi.domain),
        "supply": one.supply.way,
        "missing": list(one.supply.missing),
    }
