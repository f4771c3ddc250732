"""The changes we made, the basis of the next budget and the checks of a design for programs: those of the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import business_in, caller_of
from keiki.server.cockpit.queries import changes as queries
from keiki.server.cockpit.queries import design
from keiki.server.cockpit.queries.campaigns import BudgetBasis, budget
from keiki.server.cockpit.queries.changes import Step
from keiki.server.cockpit.schemas import BudgetBasisOut, ChangeMadeOut, CheckAsk, CheckedOut
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows
from keiki.trees.findings import Finding

router = Router(tags=[gettext_noop("Insight")])


@router.get(
    "/businesses/{business}/changes",
    response=list[ChangeMadeOut],
    summary=gettext_noop("The changes we made, with what each brought after 1, 3 and 6 months"),
)
def changes(request: HttpRequest, business: str) -> list[dict[str, Any]]:
    own, user = business_with_rows(request, business), caller_of(request).user
    names = ("id", "kind", "text", "on", "until", "kpi", "where", "campaign")
    found = []
    for row in queries.changes(user, own):
        told = queries.effect(user, own, row)
        steps = [_horizon(step) for step in told.steps]
        found.append({**{name: getattr(row, name) for name in names}, "tracking": told.tracking, "horizons": steps})
    return found


@router.get(
    "/businesses/{business}/budget-basis",
    response=BudgetBasisOut,
    summary=gettext_noop("Cost, result and return of each type of campaign in the last four quarters"),
)
def budget_basis(request: HttpRequest, business: str) -> BudgetBasis:
    return budget(caller_of(request).user, business_with_rows(request, business))


@router.get(
    "/businesses/{business}/trees/{tree}/check",
    response=CheckedOut,
    tags=[gettext_noop("Trees")],
    summary=gettext_noop("What the checks say about the design of an own tree"),
)
def check(request: HttpRequest, business: str, tree: str, asked: Query[CheckAsk]) -> dict[str, Any]:
    own, user = business_in(request, business), caller_of(request).user
    stored = door.stored_tree(user, own, tree)
    if stored is None:
        raise Http404
    catalogue = door.catalogue_of(user, own)
    document = design.planned(user, own, stored.document, catalogue)
    departments = design.departments(user, own, document)
    by_itself = design.findings(document, catalogue, own.calendar.today(), departments)
    beside = design.on_data(user, own, document, departments) if asked.data else None
    on_data = () if beside is None else beside.findings
    told = [_finding(each, data=False) for each in by_itself] + [_finding(each, data=True) for each in on_data]
    return {"tree": stored.id, "version": stored.version, "findings": told}


def _finding(each: Finding, *, data: bool) -> dict[str, Any]:
    words = {language: each.words(language) for language in ("en", "ja")}
    own = {name: getattr(each, name) for name in ("code", "severity", "subject", "nodes")}
    return own | words | {"data": data}


def _horizon(step: Step) -> dict[str, Any]:
    kept = step.stored
    stored = {name: getattr(kept, name, None) for name in ("value", "version", "snapshot", "measured_at")}
    own = {name: getattr(step, name) for name in ("months", "month", "expected", "reached")}
    return own | stored
