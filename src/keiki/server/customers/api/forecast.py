"""The forecast of customers for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.clv.choose import Choice
from keiki.customers.history import HistoryRule
from keiki.periods import Grain
from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import forecast as queries
from keiki.server.customers.schemas import (
    ContractsAsk,
    ContractsOut,
    ForecastAsk,
    ForecastOut,
    HistoryAsk,
    HistoryOut,
    OccasionsAsk,
    OccasionsOut,
)
from keiki.server.kpis.api import business_with_rows
from keiki.server.ui.language import current_language

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/forecast",
    response=ForecastOut,
    summary=gettext_noop("What customers are expected to buy, and what that is worth"),
)
def forecast(request: HttpRequest, business: str, asked: Query[ForecastAsk]) -> dict[str, Any]:
    own = business_with_rows(request, business)
    found = queries.forecast(caller_of(request).user, own, asked.months, asked.discount, asked.model, asked.split)
    return {
        **vars(found),
        "months": asked.months,
        "discount": asked.discount,
        "model": found.name,
        "present": found.present,
        "cautions": [each.words(current_language()) for each in found.cautions],
    }


def _chosen(choice: Choice) -> dict[str, Any]:
    """The model taken, why, and what limits its numbers."""
    language = current_language()
    cautions = [each.words(language) for each in choice.cautions]
    return {"model": choice.name, "reason": choice.words(language), "cautions": cautions}


@router.get(
    "/businesses/{business}/customers/contracts",
    response=ContractsOut,
    summary=gettext_noop("What the contracts that run today will bring"),
)
def contracts(request: HttpRequest, business: str, asked: Query[ContractsAsk]) -> dict[str, Any]:
    own = business_with_rows(request, business)
    found = queries.contracts(caller_of(request).user, own, asked.months, asked.discount)
    return {**vars(found), **_chosen(found.choice), "parameters": found.parameters}


@router.get(
    "/businesses/{business}/customers/occasions",
    response=OccasionsOut,
    summary=gettext_noop("What customers will buy who can buy once a month, quarter or year only"),
)
def occasions(request: HttpRequest, business: str, asked: Query[OccasionsAsk]) -> dict[str, Any]:
    own = business_with_rows(request, business)
    found = queries.occasions(caller_of(request).user, own, Grain(asked.grain), asked.ahead, asked.discount)
    return {**vars(found), **_chosen(found.choice)}


@router.get(
    "/businesses/{business}/customers/history",
    response=HistoryOut,
    summary=gettext_noop("How often, how recently and for how long customers have bought"),
)
def history(request: HttpRequest, business: str, asked: Query[HistoryAsk]) -> dict[str, Any]:
    own, rule = business_with_rows(request, business), HistoryRule(asked.until, asked.held_out_until, asked.unit)
    found = queries.history(caller_of(request).user, own, rule, asked.limit, asked.offset)
    told = {name: getattr(found.rule, name) for name in ("until", "held_out_until", "unit")}
    return {**told, **{name: getattr(found, name) for name in ("customers", "repeaters", "purchases", "rows")}}
