"""Drivers, changes, attributes, months to come and trials for programs: the door and the numbers of the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import caller_of
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows, with_tree
from keiki.server.reasons.queries import compare, why
from keiki.server.reasons.queries import trials as queries
from keiki.server.reasons.schemas import (
    AttributeAsk,
    AttributeOut,
    ChangeAsk,
    ChangeOut,
    DriversAsk,
    DriversOut,
    Explained,
    ExplanationOut,
    ForecastAsk,
    ForecastOut,
    SideEffectsAsk,
    SideEffectsOut,
    TrialOut,
)

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
    "/businesses/{business}/side-effects",
    response=SideEffectsOut,
    summary=gettext_noop("The other KPIs that moved beyond noise after a change"),
)
def side_effects(request: HttpRequest, business: str, asked: Query[SideEffectsAsk]) -> dict[str, Any]:
    own, user = business_with_rows(request, business), caller_of(request).user
    door.askable(user, own, [*asked.kpis, *((asked.aimed,) if asked.aimed else ())])
    found = queries.beside(user, own, asked.since, asked.aimed, tuple(asked.kpis), asked.weeks)
    return {
        **{name: getattr(found, name) for name in ("since", "before", "after", "ready")},
        "level": found.rule.level,
        "aimed": None if found.aimed is None else _effect(found.aimed),
        "kpis": [_effect(row) for row in found.rows],
    }


def _effect(row: queries.SideEffect) -> dict[str, Any]:
    names = ("before", "after", "difference", "usual", "noise", "strength", "p", "unsaid")
    told = {name: getattr(row.told, name) for name in names}
    return {"kpi": row.kpi, "beyond": row.beyond, "shares": row.shares} | told


@router.get(
    "/businesses/{business}/kpis/{kpi}/attributes",
    response=AttributeOut,
    summary=gettext_noop("A KPI in the segments of an attribute"),
)
def attributes(request: HttpRequest, business: str, kpi: str, asked: Query[AttributeAsk]) -> dict[str, Any]:
    own, user = _with_kpi(request, business, kpi), caller_of(request).user
    question = door.Question(asked.grain, asked.on)
    stands = compare.standing(user, own, kpi, question)
    level = compare.level_of(user, own, kpi, question, stands.previous)
    (found,) = compare.by_segments(user, own, kpi, (asked.by,), stands.period, question, level)
    if found.trouble is not None:
        raise found.trouble
    told = found.told
    assert told is not None  # without trouble it is told
    gaps = {part.segment[0]: part.part for part in told.gap.parts} if told.gap else {}
    return {
        "kpi": kpi,
        "attribute": asked.by,
        "attributes": list(compare.attributes(door.catalogue_of(user, own), kpi)),
        "period": stands.period,
        "value": told.value,
        "level": level.value,
        "level_is_target": level.is_target,
        "counted": told.counted,
        "segments": [
            {name: getattr(each, name) for name in ("segment", "top", "bottom", "value", "share")}
            | {"gap": gaps.get(each.segment)}
            for each in told.segments
        ],
        "rest_top": told.rest_top,
        "rest_bottom": told.rest_bottom,
    }


@router.get(
    "/businesses/{business}/kpis/{kpi}/forecast",
    response=ForecastOut,
    summary=gettext_noop("A KPI in the months to come"),
)
def forecast(request: HttpRequest, business: str, kpi: str, asked: Query[ForecastAsk]) -> dict[str, Any]:
    own = _with_kpi(request, business, kpi)
    found = door.expected_months(caller_of(request).user, own, kpi, asked.months)
    return {
        "kpi": kpi,
        "history": found.told.periods,
        "seasonal": found.told.seasonal,
        "level": found.told.rule.level,
        "months": [
            {"period": period, "expected": each.expected, "low": each.low, "high": each.high}
            for period, each in zip(found.ahead, found.told.ahead, strict=True)
        ],
    }


def _with_kpi(request: HttpRequest, business: str, kpi: str) -> Business:
    """The business, when the KPI is one that the caller may see; nothing is there otherwise."""
    own = business_with_rows(request, business)
    if kpi not in door.catalogue_of(caller_of(request).user, own).kpis:
        raise Http404
    return own


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


@router.get(
    "/businesses/{business}/trees/{tree}/explanation",
    response=ExplanationOut,
    tags=[gettext_noop("Trees")],
    summary=gettext_noop("Why the goal of a tree changed between two periods, or differs from its targets"),
)
def explanation(request: HttpRequest, business: str, tree: str, asked: Query[Explained]) -> dict[str, Any]:
    own, user = with_tree(request, business, tree), caller_of(request).user
    if asked.before == why.TARGET:
        found = why.beside_targets(user, own, tree, asked.after, asked.where, asked.method)
        period = found.numbers.period
        told = found.told.as_dict(period, period) | {"periods": [{"start": period.start, "end": period.end}]}
        change = None if found.before is None or found.after is None else found.after - found.before
        return told | {"against": why.TARGET, "before": found.before, "change": change, "apart": found.against.apart}
    between, before, after = door.explained(user, own, tree, asked.before, asked.after, asked.where, asked.method)
    return between.as_dict(before, after) | {"against": why.PERIOD, "apart": 0.0}
