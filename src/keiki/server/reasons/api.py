"""Drivers, changes and trials for programs: the same door and the same numbers as the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import caller_of
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows
from keiki.server.reasons.queries import trials as queries
from keiki.server.reasons.schemas import ChangeAsk, ChangeOut, DriversAsk, DriversOut, TrialOut

router = Router(tags=[gettext_noop("Insight")])


@router.post(
    "/businesses/{business}/drivers",
    response=DriversOut,
    summary=gettext_noop("How an outcome follows other KPIs, with delays"),
)
def drivers(request: HttpRequest, business: str, ask: DriversAsk) -> dict[str, Any]:
    own, user = business_with_rows(request, business), caller_of(request).user
    found = queries.drivers(user, own, ask.outcome, tuple(ask.drivers), ask.grain, ask.last, ask.where)
    rows = [{"kpi": each.kpi, "best": each.told.best, "lags": each.told.lags} for each in found.rows]
    return {"outcome": found.outcome, "periods": len(found.periods), "drivers": rows}


@router.get(
    "/businesses/{business}/before-after",
    response=ChangeOut,
    summary=gettext_noop("A KPI before and after a change"),
)
def before_after(request: HttpRequest, business: str, asked: Query[ChangeAsk]) -> dict[str, Any]:
    own, user = business_with_rows(request, business), caller_of(request).user
    found = queries.around(user, own, asked.kpi, asked.since, asked.months, asked.where)
    if found is None:
        raise Http404
    told = found.told
    return {
        "kpi": found.kpi,
        "months_before": told.periods_before,
        "months_after": told.periods_after,
        "before": told.before,
        "after": told.after,
        "difference": told.difference,
        "low": told.low,
        "high": told.high,
        "clear": told.clear,
        "last_year": told.last_year,
        "beyond_season": told.beyond_season,
        "cautions": list(told.cautions),
    }


@router.get(
    "/businesses/{business}/trials",
    response=list[TrialOut],
    summary=gettext_noop("What the experiments in the data say"),
)
def trials(request: HttpRequest, business: str) -> list[dict[str, Any]]:
    own, user = business_with_rows(request, business), caller_of(request).user
    names = ("control", "treatment", "difference", "low", "high", "uplift", "p", "split_p", "verdict")
    return [
        {"experiment": each.name, **{name: getattr(each.told, name) for name in names}}
        for each in queries.experiments(user, own, door.known(user, own))
    ]
