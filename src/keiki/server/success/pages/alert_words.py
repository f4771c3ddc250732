"""Alerts in words: what happened, and why the rule fired."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.charts.format import MISSING, Style, number
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.success.models import Alert, AlertKind
from keiki.server.success.pages import account_url, day_words
from keiki.server.success.queries import alerts as queries
from keiki.server.ui.address import site_url

UNITS: Final = {
    AlertKind.USE_FELL: "ratio",
    AlertKind.SCORE_FELL: "score",
    AlertKind.RENEWAL: "days",
    AlertKind.UNPAID: "currency",
    AlertKind.ONBOARDING_LATE: "days",
    AlertKind.TICKET_LATE: "hours",
}
"""What the value of each kind of alert is counted in."""


@dataclass(frozen=True)
class AlertRow:
    kind: str
    status: str
    what: str
    why: str
    day: str
    customer: str
    url: str
    owner: str
    state: str
    seen_url: str


@dataclass(frozen=True)
class Explained:
    """Why an alert was raised: the KPI it warns about, of whom, what the rule saw, from what it fires and when."""

    kpi: str
    segment: str
    value: str
    threshold: str
    period: str
    rule: str

    @property
    def words(self) -> str:
        """All of it in one line."""
        return _("{kpi}, {segment}: {value}, threshold {threshold}, {period}. {rule}").format(**vars(self))


def alert_row(user: Any, business: Business, alert: Alert, style: Style, *, may_see_to: bool) -> AlertRow:
    """An alert in words."""
    return AlertRow(
        kind=str(AlertKind(alert.kind).label),
        status="watch" if alert.kind == AlertKind.RENEWAL else "act",
        what=what_words(alert, style),
        why=explained(user, business, alert, style).words,
        day=day_words(alert.on, style),
        customer=alert.customer_id or MISSING,
        url=account_url(business, alert.customer_id) if alert.customer_id else "",
        owner=alert.owner or MISSING,
        state=_state(alert, style),
        seen_url=reverse("success:see_alert", kwargs={"business": business.id, "alert": alert.pk})
        if may_see_to and alert.seen_at is None and alert.over_on is None
        else "",
    )


def what_words(alert: Alert, style: Style) -> str:
    """What happened, in one sentence."""
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


def explained(user: Any, business: Business, alert: Alert, style: Style) -> Explained:
    """Why an alert was raised, as its reader writes numbers and days."""
    kind, given = AlertKind(alert.kind), alert.details
    unit = UNITS[kind]

    def written(name: str) -> str:
        value = given.get(name)
        return MISSING if value is None else number(value, unit, style)

    kpi = door.catalogue_of(user, business).kpis.get(queries.KPI_OF[kind])
    threshold = written("threshold")
    return Explained(
        kpi=str(kind.label) if kpi is None else kpi.ja if style.japanese else kpi.en,
        segment=_("customer {id}").format(id=alert.customer_id) if alert.customer_id else _("no known customer"),
        value=written("value"),
        threshold=threshold,
        period=_period(alert, style),
        rule=_rules()[kind].format(threshold=threshold.lstrip("\u2212")),
    )


def alert_values(user: Any, business: Business, alert: Alert, style: Style) -> dict[str, Any]:
    """An alert for programs: its values, and what happened and why in words."""
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "customer_id": alert.customer_id or None,
        "subject": alert.subject or None,
        "on": alert.on.isoformat(),
        "over_on": None if alert.over_on is None else alert.over_on.isoformat(),
        "owner": alert.owner or None,
        "amount": None if alert.amount is None else str(alert.amount),
        "details": alert.details,
        "what": what_words(alert, style),
        "why": asdict(explained(user, business, alert, style)),
        "url": site_url() + account_url(business, alert.customer_id) if alert.customer_id else None,
    }


def _period(alert: Alert, style: Style) -> str:
    since, due = (alert.details.get(name) for name in ("since", "due_on"))
    first = alert.on if since is None else date.fromisoformat(since)
    last = date.fromisoformat(due) if alert.kind == AlertKind.RENEWAL and due is not None else alert.on
    return day_words(last, style) if first == last else f"{day_words(first, style)} \u2013 {day_words(last, style)}"


def _rules() -> dict[str, str]:
    """The rule of each kind of alert."""
    return {
        AlertKind.USE_FELL: _("Rule: people per seat fell by {threshold} or more against as many days before."),
        AlertKind.SCORE_FELL: _("Rule: the health score fell by {threshold} points or more."),
        AlertKind.RENEWAL: _("Rule: the contract is due for renewal in {threshold} or less."),
        AlertKind.UNPAID: _("Rule: more than {threshold} of an invoice is unpaid on the day after it was due."),
        AlertKind.ONBOARDING_LATE: _("Rule: the set-up is not completed {threshold} after the kick-off."),
        AlertKind.TICKET_LATE: _("Rule: a ticket has no reply after {threshold}."),
    }
