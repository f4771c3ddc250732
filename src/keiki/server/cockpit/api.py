"""The changes we made and the basis of the next budget for programs: the numbers of the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router

from keiki.server.accounts.api import caller_of
from keiki.server.cockpit.queries import changes as queries
from keiki.server.cockpit.queries.campaigns import BudgetBasis, budget
from keiki.server.cockpit.queries.changes import Step
from keiki.server.cockpit.schemas import BudgetBasisOut, ChangeMadeOut
from keiki.server.kpis.api import business_with_rows

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


def _horizon(step: Step) -> dict[str, Any]:
    kept = step.stored
    stored = {name: getattr(kept, name, None) for name in ("value", "version", "snapshot", "measured_at")}
    own = {name: getattr(step, name) for name in ("months", "month", "expected", "reached")}
    return own | stored
