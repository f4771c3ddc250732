"""Accounts for programs: the same door and the same numbers as the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router, Status

from keiki.charts.format import Style
from keiki.charts.rule_words import lifecycle_words
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis.api import business_with_rows
from keiki.server.success import queries
from keiki.server.success.forms import read_filter
from keiki.server.success.forms.named import keep_in, register_named
from keiki.server.success.models import AlertKind
from keiki.server.success.queries import alerts as alert_queries
from keiki.server.success.queries import registers as register_queries
from keiki.server.success.queries.registers import plain_row, written_row
from keiki.server.success.schemas import (
    AccountOut,
    AccountsOut,
    AlertsOut,
    BackTestOut,
    RegisterOut,
    RegistersOut,
    RenewalsOut,
    RowIn,
    SuccessOut,
    VoicesOut,
)
from keiki.server.ui.language import current_language

MOST, MOST_DAYS = 500, 3_660
router = Router(tags=[gettext_noop("Accounts")])


@router.get(
    "/businesses/{business}/accounts", response=AccountsOut, summary=gettext_noop("Accounts by expected profit")
)
def accounts(
    request: HttpRequest,
    business: str,
    list: str = "all",
    stage: str = "",
    search: str = "",
    page: int = 1,
    limit: int = 100,
) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    size = min(max(limit, 1), MOST)
    asked, _page = read_filter({"list": list, "stage": stage, "q": search, "page": str(page)}, size)
    found = queries.accounts(user, own, asked)
    return {
        "day": found.overview.day,
        "lists": {name: plain_row(asdict(each)) for name, each in found.overview.lists.items()},
        "total": found.count,
        "stage_rule": lifecycle_words(found.overview.outlook.rule.lifecycle, Style(current_language(), own.currency)),
        "accounts": [plain_row(row) for row in found.rows],
    }


@router.get(
    "/businesses/{business}/accounts/{customer}",
    response=AccountOut,
    summary=gettext_noop("One customer from every side"),
)
def account(request: HttpRequest, business: str, customer: str) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    found = queries.account(user, own, customer)
    if found is None:
        raise Http404
    story = queries.story(user, own, customer, "", 1)
    written = queries.written(own, customer)
    return {
        "customer_id": found.customer_id,
        "acquired_on": found.acquired_on,
        "profit": None if found.profit is None else str(found.profit),
        "account": None if found.book is None else plain_row(found.book),
        "stages": [plain_row(row) for row in found.stages],
        "scores": [plain_row(row) for row in found.scores],
        "story": [plain_row(row) for row in story.rows],
        "plan": None if written.plan is None else written_row(written.plan),
        "onboarding": [written_row(each) for each in written.steps],
        "reviews": [written_row(each) for each in written.reviews],
        "offers": [written_row(each) for each in register_queries.offers(own, customer)],
        "alerts": [written_row(each) for each in alert_queries.alerts_of_account(user, own, customer)],
    }


@router.get(
    "/businesses/{business}/renewals",
    response=RenewalsOut,
    summary=gettext_noop("Contracts due for renewal, the earliest first"),
)
def renewals(
    request: HttpRequest, business: str, days: int = queries.RENEWAL_DAYS, page: int = 1, limit: int = 100
) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    size, at = min(max(limit, 1), MOST), min(max(page, 1), 10_000)
    ahead = min(max(days, 1), MOST_DAYS)
    rows = queries.renewals(user, own, ahead, size, (at - 1) * size)
    return {
        "day": queries.outlook(user, own).day,
        "days": ahead,
        "total": rows[0]["matches"] if rows else 0,
        "worth": str(rows[0]["worth"]) if rows else "0",
        "renewals": [plain_row({name: row[name] for name in row if name != "worth"}) for row in rows],
    }


@router.get(
    "/businesses/{business}/voices",
    response=VoicesOut,
    summary=gettext_noop("What customers say (NPS, CSAT, CES) beside their revenue and profit"),
)
def voices(request: HttpRequest, business: str) -> dict[str, Any]:
    said = queries.voices(caller_of(request).user, business_with_rows(request, business))
    return {
        "day": said.day,
        "months": said.rule.months,
        "groups": [plain_row(row) for row in said.groups],
        "promoters": [plain_row(row) for row in said.promoters],
    }


@router.get(
    "/businesses/{business}/health", response=BackTestOut, summary=gettext_noop("The back-test of the health score")
)
def health(request: HttpRequest, business: str) -> dict[str, Any]:
    past = queries.outlook(caller_of(request).user, business_with_rows(request, business)).past
    return {
        "accounts": past.accounts,
        "left": past.left,
        "auc": past.auc,
        "auc_in_force_later": past.auc_later[0],
        "auc_fitted_later": past.auc_later[1],
        "weights": None if past.fitted is None else asdict(past.fitted.weights),
        "by_score": [asdict(each) for each in past.by_score],
        "by_chance": [asdict(each) for each in past.by_chance],
        "cautions": [each.words(current_language()) for each in past.cautions],
    }


@router.get(
    "/businesses/{business}/success",
    response=SuccessOut,
    summary=gettext_noop("Use, first value, and what customer success costs and brings"),
)
def success(request: HttpRequest, business: str) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    found = asdict(queries.summary(user, own))
    return {name: [plain_row(row) for row in told] if isinstance(told, tuple) else told for name, told in found.items()}


@router.get(
    "/businesses/{business}/alerts", response=AlertsOut, summary=gettext_noop("Alerts about accounts, newest first")
)
def alerts(
    request: HttpRequest, business: str, list: str = alert_queries.OPEN, page: int = 1, limit: int = 100
) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    which = list if list in alert_queries.LISTS else alert_queries.OPEN
    size, at = min(max(limit, 1), MOST), min(max(page, 1), 10_000)
    found = alert_queries.alerts(user, own, which)
    rows = found[(at - 1) * size : at * size]
    return {
        "total": found.count(),
        "alerts": [written_row(each) | {"kpi": alert_queries.KPI_OF[AlertKind(each.kind)]} for each in rows],
    }


@router.get(
    "/businesses/{business}/registers",
    response=RegistersOut,
    summary=gettext_noop("Requests, case studies and referrals"),
)
def registers(request: HttpRequest, business: str) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    inform = register_queries.to_inform(own)
    items = [
        {
            **plain_row(model_to_dict(item, fields=["id", "name", "status"])),
            "requests": item.wanted,  # type: ignore[attr-defined]  # counted by the query
            "customers": item.customers,  # type: ignore[attr-defined]
            "first_asked": item.oldest,  # type: ignore[attr-defined]
            "last_asked": item.newest,  # type: ignore[attr-defined]
            "to_inform": inform.get(item.pk, ()),
        }
        for item in register_queries.items(own)
    ]
    return {
        "items": items,
        "requests": [written_row(each) for each in register_queries.requests(own)],
        "cases": [written_row(each) for each in register_queries.cases(own)],
        "referrals": [written_row(each) for each in register_queries.referrals(own)],
        "offers": [written_row(each) for each in register_queries.offers(own)],
        "articles": _articles(user, own),
    }


@router.get(
    "/businesses/{business}/registers/{name}",
    response=RegisterOut,
    summary=gettext_noop("The newest rows of one register"),
)
def register(request: HttpRequest, business: str, name: str, customer: str = "") -> dict[str, Any]:
    own = business_with_rows(request, business)
    return {"name": name, "rows": [written_row(each) for each in register_named(name).rows(own, customer)]}


@router.post(
    "/businesses/{business}/registers/{name}",
    response={201: RegisterOut},
    summary=gettext_noop("Keep a row in a register, by the rules of its page"),
)
def keep_row(request: HttpRequest, business: str, name: str, sent: RowIn) -> Status[dict[str, Any]]:
    business_in(request, business, EDIT)
    user, own = caller_of(request).user, business_with_rows(request, business)
    return Status(201, {"name": name, "rows": [written_row(each) for each in keep_in(user, own, name, sent.row)]})


def _articles(user: Any, business: Business) -> list[dict[str, Any]]:
    used = {each["article"]: each for each in register_queries.self_help(user, business).articles}
    counts = ("views", "readers", "helpful", "unhelpful", "tickets", "tickets_before")
    return [
        written_row(each) | {name: used[each.name][name] for name in counts}
        for each in register_queries.articles(business)
    ]
