"""Alerts about accounts: what their owners should hear of, and what they were told before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.format import MISSING, Style, number
from keiki.customers.account_book import BookRule
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success.actions import alerts as actions
from keiki.server.success.forms import read_page, with_query
from keiki.server.success.models import Alert, AlertKind
from keiki.server.success.pages import account_url, day_words, fresh_words, style_of
from keiki.server.success.queries import alerts as queries
from keiki.server.success.queries import outlook


@dataclass(frozen=True)
class AlertRow:
    kind: str
    status: str
    what: str
    day: str
    customer: str
    url: str
    owner: str
    state: str
    seen_url: str


@dataclass(frozen=True)
class AlertsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    sentence: str = ""
    ways: tuple[kpis.Way, ...] = ()
    which: str = queries.MINE
    rows: tuple[AlertRow, ...] = ()
    before_url: str = ""
    after_url: str = ""
    rule: str = ""


@business_page()
@require_safe
def alerts_page(request: Any, business: Business) -> HttpResponse:
    """One list of alerts; the address holds which, and the page of it."""
    known, title = door.known(request.user, business), _("Alerts")
    if known.today is None:
        page = AlertsPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/alerts.html", {"page": page})
    style, at = style_of(request, business), read_page(request.GET)
    which = request.GET.get("list", queries.MINE)
    which = which if which in queries.LISTS else queries.MINE
    path = reverse("success:alerts", kwargs={"business": business.id})
    found = queries.alerts(business, which, request.user)
    count, first = found.count(), (at - 1) * queries.PAGE
    may_see_to = allows(request.membership.role, EDIT)
    mine = queries.alerts(business, queries.MINE, request.user).count()
    every = queries.alerts(business, queries.OPEN).count()
    words = {
        queries.MINE: _("For you {count}").format(count=f"{mine:,}"),
        queries.OPEN: _("All open {count}").format(count=f"{every:,}"),
        queries.HISTORY: _("All so far"),
    }
    page = AlertsPage(
        title,
        business.name,
        fresh=fresh_words(known.today, style),
        sentence=told_words(mine, every),
        ways=tuple(kpis.Way(words[name], f"{path}?list={name}", name == which) for name in queries.LISTS),
        which=which,
        rows=tuple(
            alert_row(business, each, style, may_see_to=may_see_to) for each in found[first : first + queries.PAGE]
        ),
        before_url=with_query(path, list=which, page=at - 1) if at > 1 else "",
        after_url=with_query(path, list=which, page=at + 1) if first + queries.PAGE < count else "",
        rule=rule_words(outlook(request.user, business).rule, style),
    )
    return render(request, "success/alerts.html", {"page": page})


@business_page(EDIT)
@require_POST
def see_alert(request: Any, business: Business, alert: int) -> HttpResponse:
    """Take an alert from the open ones."""
    actions.see_alert(request.user, get_object_or_404(Alert, pk=alert, business=business))
    messages.success(request, _("Taken from the open alerts; it stays in the history."))
    return redirect("success:alerts", business=business.id)


def told_words(mine: int, every: int) -> str:
    """How many alerts are open, and how many of them are for the reader."""
    if not every:
        return _("Nothing needs anybody now.")
    told = ngettext("{count} alert is open", "{count} alerts are open", every).format(count=f"{every:,}")
    return _("{told}, {mine} for you.").format(told=told, mine=f"{mine:,}")


def alerts_for_you(user: Any, business: Business) -> str:
    """How many open alerts are for a person; empty when none is."""
    count = queries.alerts(business, queries.MINE, user).count()
    if not count:
        return ""
    told = ngettext("{count} alert about accounts for you", "{count} alerts about accounts for you", count)
    return told.format(count=f"{count:,}")


def rule_words(rule: BookRule, style: Style) -> str:
    """When an alert is raised."""
    return _(
        "Looked at every hour: use fell by {share} or more, the score by {points} points or more in {weeks} weeks; 90, "
        "60 and 30 days before a renewal; an invoice unpaid on the day after it was due; no set-up 14 days after the "
        "kick-off; a ticket without a reply for 24 hours. The member named as owner of the account is told, of tickets "
        "and accounts without one the owners of the business."
    ).format(share=number(rule.health.drop, "ratio", style), points=f"{rule.fall:g}", weeks=rule.fall_weeks)


def alert_row(business: Business, alert: Alert, style: Style, *, may_see_to: bool) -> AlertRow:
    """An alert in words."""
    return AlertRow(
        kind=str(AlertKind(alert.kind).label),
        status="watch" if alert.kind == AlertKind.RENEWAL else "act",
        what=_what(alert, style),
        day=day_words(alert.on, style),
        customer=alert.customer_id or MISSING,
        url=account_url(business, alert.customer_id) if alert.customer_id else "",
        owner=alert.owner or MISSING,
        state=_state(alert, style),
        seen_url=reverse("success:see_alert", kwargs={"business": business.id, "alert": alert.pk})
        if may_see_to and alert.seen_at is None and alert.over_on is None
        else "",
    )


def _what(alert: Alert, style: Style) -> str:
    given = alert.details
    due = None if given["due_on"] is None else date.fromisoformat(given["due_on"])
    amount = MISSING if alert.amount is None else number(alert.amount, "currency", style)
    points = [MISSING if given[name] is None else number(given[name], "score", style) for name in ("before", "after")]
    match alert.kind:
        case AlertKind.USE_FELL:
            return _("Far fewer people use it than before; the score is {after}. It pays {amount} a month.").format(
                after=points[1], amount=amount
            )
        case AlertKind.SCORE_FELL:
            return _("The score fell from {before} to {after}. It pays {amount} a month.").format(
                before=points[0], after=points[1], amount=amount
            )
        case AlertKind.RENEWAL if due is not None:
            return _("Contract {id} is due on {day}, {days} days after this alert; its next term: {amount}.").format(
                id=alert.subject, day=day_words(due, style), days=(due - alert.on).days, amount=amount
            )
        case AlertKind.UNPAID:
            return _("Invoice {id} of {amount} was due on {day} and is not paid.").format(
                id=alert.subject, amount=amount, day=day_words(due, style)
            )
        case AlertKind.ONBOARDING_LATE:
            return _("The kick-off was on {day}; the set-up was not completed 14 days later.").format(
                day=day_words(due, style)
            )
    return _("Ticket {id} had no reply for 24 hours: for the manager.").format(id=alert.subject)


def _state(alert: Alert, style: Style) -> str:
    if alert.over_on is not None:
        return _("over since {day}").format(day=day_words(alert.over_on, style))
    if alert.seen_at is not None:
        return _("seen to by {name}").format(name=alert.seen_by or MISSING)
    return _("open")
