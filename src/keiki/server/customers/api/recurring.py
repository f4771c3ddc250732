"""Recurring revenue for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.mrr_presets import PRESETS
from keiki.periods import Grain
from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import recurring as queries
from keiki.server.customers.schemas import PresetOut, RecurringAsk, RecurringOut
from keiki.server.kpis.api import business_with_rows

OWN = "keiki"
router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/recurring",
    response=RecurringOut,
    summary=gettext_noop("Recurring revenue: movements, rates, and why other rules differ"),
)
def recurring(request: HttpRequest, business: str, asked: Query[RecurringAsk]) -> dict[str, Any]:
    user, own, grain = caller_of(request).user, business_with_rows(request, business), Grain.named(asked.grain)
    found = queries.movements(user, own, asked.rules, grain, asked.last)
    differ = queries.differences(user, own, asked.rules, grain, asked.last) if asked.rules != OWN else ()
    return {**vars(found), "differences": differ}


@router.get(
    "/businesses/{business}/customers/recurring/rules",
    response=list[PresetOut],
    summary=gettext_noop("Published rules that name the movements of recurring revenue"),
)
def rules(request: HttpRequest, business: str) -> Any:
    business_with_rows(request, business)
    return list(PRESETS.values())
