"""Lifetime value and acquisition cost for programs: from own data, from numbers that are sent, or from both."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.ltv_formulas import BUSINESS_MODELS, TERMS, Comparison, LifetimeValue, lifetime_values, spread
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.customers.queries import lifetime_value as queries
from keiki.server.customers.schemas import LifetimeValueAsk, LifetimeValueOut, WorthsAsk, WorthsOut
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows
from keiki.server.ui.language import current_language
from keiki.trees.calculator import SPENT, Calculation

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/lifetime-value",
    response=LifetimeValueOut,
    summary=gettext_noop("Lifetime value by every formula, beside acquisition cost"),
)
def lifetime_value(request: HttpRequest, business: str, asked: Query[LifetimeValueAsk]) -> dict[str, Any]:
    user, business_ = caller_of(request).user, business_in(request, business)
    sent = {name: value for name in (*TERMS, *SPENT) if (value := getattr(asked, name)) is not None}
    formula = asked.formula or BUSINESS_MODELS[asked.model].formulas[0]
    worked = Calculation(asked.model, formula, asked.own, asked.on, typed=sent, strict=asked.strict)
    has_rows = asked.own and door.known(user, business_).today is not None
    own = queries.terms(user, business_, asked.on) if has_rows else None
    given = worked.given(own)
    values = lifetime_values(given)
    return {
        "period": None if own is None else own.period,
        "terms": given,
        "values": [_value(each) for each in values],
        "differ": _differ(spread(values)),
        "acquisition": worked.acquisition(own),
        "payback": worked.payback(given),
    }


@router.get(
    "/businesses/{business}/customers/worth",
    response=WorthsOut,
    summary=gettext_noop("What groups of customers have brought and cost so far"),
)
def worth(request: HttpRequest, business: str, asked: Query[WorthsAsk]) -> Any:
    return queries.worths(caller_of(request).user, business_with_rows(request, business))[asked.by]


def _value(found: LifetimeValue) -> dict[str, Any]:
    language = current_language()
    trouble = None if found.trouble is None else found.trouble.words(language)
    formula = found.formula
    words = {"valid": formula.valid(language), "invalid": formula.invalid(language), "trouble": trouble}
    return {**vars(found), "id": formula.id, "name": formula.words(language), "basis": found.basis, **words}


def _differ(found: Comparison | None) -> dict[str, Any] | None:
    if found is None:
        return None
    ends = {"highest": found.first.formula.id, "lowest": found.second.formula.id}
    return {
        **vars(found),
        **ends,
        "times": found.times,
        "part": found.largest,
        "reason": found.words(current_language()),
    }
