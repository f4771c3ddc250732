"""Alerts about accounts: what their owners should hear of, and what they were told before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.format import Style, number
from keiki.customers.account_book import BookRule
from keiki.errors import Restricted
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, OWN, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success.actions import alerts as actions
from keiki.server.success.actions.webhook import signing_key
from keiki.server.success.forms import read_page, with_query
from keiki.server.success.forms.webhook import WebhookForm
from keiki.server.success.models import Alert
from keiki.server.success.pages import fresh_words, style_of
from keiki.server.success.pages.alert_words import AlertRow, alert_row
from keiki.server.success.queries import alerts as queries
from keiki.server.success.queries import outlook


@dataclass(frozen=True)
class WebhookPanel:
    """Where alerts are posted to, for owners; `refused` is the last message that did not arrive."""

    sentence: str
    there: bool
    form: WebhookForm
    key: str = ""
    taken: datetime | None = None
    refused: datetime | None = None


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
    webhook: WebhookPanel | None = None


@business_page()
@require_safe
def alerts_page(request: Any, business: Business) -> HttpResponse:
    """One list of alerts; the address holds which, and the page of it."""
    return show_alerts(request, business)


def show_alerts(request: Any, business: Business, wrong: WebhookForm | None = None) -> HttpResponse:
    """The page of alerts; `wrong` is a form of the webhook that could not be kept."""
    known, title = door.known(request.user, business), _("Alerts")
    if known.today is None:
        page = AlertsPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/alerts.html", {"page": page})
    style, at = style_of(request, business), read_page(request.GET)
    which = request.GET.get("list", queries.MINE)
    which = which if which in queries.LISTS else queries.MINE
    path = reverse("success:alerts", kwargs={"business": business.id})
    found = queries.alerts(request.user, business, which)
    count, first = found.count(), (at - 1) * queries.PAGE
    may_see_to = allows(request.membership.role, EDIT)
    mine = queries.alerts(request.user, business, queries.MINE).count()
    every = queries.alerts(request.user, business, queries.OPEN).count()
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
            alert_row(request.user, business, each, style, may_see_to=may_see_to)
            for each in found[first : first + queries.PAGE]
        ),
        before_url=with_query(path, list=which, page=at - 1) if at > 1 else "",
        after_url=with_query(path, list=which, page=at + 1) if first + queries.PAGE < count else "",
        rule=_rule_words(request.user, business, style),
        webhook=_webhook(business, wrong) if allows(request.membership.role, OWN) else None,
    )
    return render(request, "success/alerts.html", {"page": page}, status=422 if wrong is not None else 200)


def _webhook(business: Business, wrong: WebhookForm | None) -> WebhookPanel:
    hook = queries.webhook(business)
    if hook is None:
        return WebhookPanel(_("Alerts are posted nowhere yet."), False, wrong or WebhookForm())
    told = _("Alerts are posted to {host}.").format(host=hook.host)
    return WebhookPanel(told, True, wrong or WebhookForm(), signing_key(hook), hook.taken_at, hook.refused_at)


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
    count = queries.alerts(user, business, queries.MINE).count()
    if not count:
        return ""
    told = ngettext("{count} alert about accounts for you", "{count} alerts about accounts for you", count)
    return told.format(count=f"{count:,}")


def _rule_words(user: Any, business: Business, style: Style) -> str:
    told = door.unless_restricted(lambda: outlook(user, business))
    return told.words(style.language) if isinstance(told, Restricted) else rule_words(told.rule, style)


def rule_words(rule: BookRule, style: Style) -> str:
    """When an alert is raised."""
    return _(
        "Looked at every hour: use fell by {share} or more, the score by {points} points or more in {weeks} weeks; 90, "
        "60 and 30 days before a renewal; an invoice unpaid on the day after it was due; no set-up 14 days after the "
        "kick-off; a ticket without a reply for 24 hours. The member named as owner of the account is told, of tickets "
        "and accounts without one the owners of the business."
    ).format(share=number(rule.health.drop, "ratio", style), points=f"{rule.fall:g}", weeks=rule.fall_weeks)
