"""Good and bad revenue for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.allocation import Advice, reallocated
from keiki.customers.small_groups import small_parts
from keiki.periods import Grain
from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import quality as queries
from keiki.server.customers.schemas import (
    AllocationAsk,
    AllocationOut,
    CurvesAsk,
    ProfitCurveOut,
    QualityAsk,
    QualityOut,
)
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/quality",
    response=QualityOut,
    summary=gettext_noop("Good and bad revenue by period"),
)
def quality(request: HttpRequest, business: str, asked: Query[QualityAsk]) -> Any:
    own = business_with_rows(request, business)
    found = queries.report(caller_of(request).user, own, Grain.named(asked.grain))
    told = _told(found.customers)
    return {
        "grain": found.grain,
        "rule": found.rule,
        "customers": told,
        "revenue": {kind: None if told[kind] is None else amount for kind, amount in found.revenue.items()},
        "without_cost": found.without_cost,
        "periods": queries.told(caller_of(request).user, own, Grain.named(asked.grain)),
    }


def _told(customers: Mapping[str, int]) -> dict[str, int | None]:
    """Customers by class, without the classes that are too small to be told, and what would give them away."""
    hidden = small_parts(tuple(customers.values()))
    return {kind: None if place in hidden else n for place, (kind, n) in enumerate(customers.items())}


@router.get(
    "/businesses/{business}/customers/profit-curves",
    response=list[ProfitCurveOut],
    summary=gettext_noop("The cumulative profit of a customer by age"),
)
def profit_curves(request: HttpRequest, business: str, asked: Query[CurvesAsk]) -> list[dict[str, Any]]:
    own = business_with_rows(request, business)
    found = queries.curves(caller_of(request).user, own, tuple(dict.fromkeys(asked.by)))
    return [
        {"groups": each.group, "customers": each.customers, "payback": each.payback, "points": each.points}
        for each in found
    ]


@router.get(
    "/businesses/{business}/customers/allocation",
    response=AllocationOut,
    summary=gettext_noop("Where acquisition money comes back, and what moving some would bring"),
)
def allocation(request: HttpRequest, business: str, asked: Query[AllocationAsk]) -> dict[str, Any]:
    own = business_with_rows(request, business)
    found = queries.places_by(caller_of(request).user, own, asked.by, asked.by).advice
    return {"by": asked.by, "places": [_place(each) for each in found], "moved": _moved(found, asked)}


def _place(each: Advice) -> dict[str, Any]:
    place = each.place
    rates = {"repeat_rate": place.repeat_rate, "per_spend": place.per_spend}
    return {**vars(place), **rates, "action": each.action, "low": each.low}


def _moved(found: tuple[Advice, ...], asked: AllocationAsk) -> Any:
    """What moving the money would bring; None without an amount."""
    if asked.amount is None:
        return None
    named = {each.place.name or "": each.place for each in found}
    giver, taker = named.get(asked.giver or ""), named.get(asked.taker or "")
    if giver is None or taker is None or giver is taker:
        raise Http404
    return reallocated(asked.amount, giver, taker)
