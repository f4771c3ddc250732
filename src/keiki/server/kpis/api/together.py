"""Several businesses together, for programs of a person who belongs to all of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.queries import businesses_of
from keiki.server.kpis import queries
from keiki.server.kpis.schemas import AskTogether, TogetherOut
from keiki.server.ui.language import current_language

router = Router()


@router.get(
    "/businesses/{business}/together",
    response=TogetherOut,
    tags=[gettext_noop("KPIs")],
    summary=gettext_noop("A KPI of several businesses and their total"),
)
def together(request: HttpRequest, business: str, asked: Query[AskTogether]) -> dict[str, Any]:
    """The token of one business sees that business alone: the others answer 404."""
    own, caller = business_in(request, business), caller_of(request)
    named = [name.strip() for name in asked.others.split(",") if name.strip()]
    mine = [each.id for each in businesses_of(caller.user) if caller.business_id in (None, each.id)]
    others = [business_in(request, name) for name in dict.fromkeys(named or mine) if name != own.id]
    found = queries.joined(caller.user, [own, *others], asked.kpi, asked.grain)
    return {
        "kpi": found.kpi.id,
        "periods": [{"start": each.start, "end": each.end} for each in found.periods],
        "businesses": [vars(each) for each in found.parts],
        "totals": found.totals,
        "adds": found.adds,
        "why": found.why.words(current_language()) if found.why else None,
    }
