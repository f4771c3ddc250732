"""Reads of alerts: what the data says of the day, what was kept, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from django.db.models import F, Max, Q, QuerySet

from keiki.engine import account_alerts as engine
from keiki.measures.told import NOTHING, WORTH, money
from keiki.server.accounts.models import Business, Membership, Role
from keiki.server.accounts.rules import role_in
from keiki.server.kpis import queries as door
from keiki.server.success.models import Alert, AlertKind, OnboardingStep, Step, Webhook, WeeklyScore
from keiki.server.success.queries import core_features, outlook

PAGE: Final = 30
MINE, OPEN, HISTORY = "mine", "open", "history"
LISTS: Final = (MINE, OPEN, HISTORY)
KPI_OF: Final = {
    AlertKind.USE_FELL: "usage_trend",
    AlertKind.SCORE_FELL: "health_score",
    AlertKind.RENEWAL: "renewal_rate",
    AlertKind.UNPAID: "overdue_invoice_ratio",
    AlertKind.ONBOARDING_LATE: "time_to_first_value",
    AlertKind.TICKET_LATE: "support_first_response_time",
}
"""The KPI that an alert of each kind warns about."""
AMOUNTS: Final = money("subscriptions", "invoices")
"""What the amounts of alerts tell: what an account pays, and what it has not paid."""


def of_the_day(user: Any, business: Business, today: date) -> tuple[engine.Row, ...]:
    """The alerts that the data gives reason for."""
    told, core = outlook(user, business), core_features(business)
    return door.answered(
        user,
        business,
        ("alerts", core, today),
        lambda numbers: engine.alerts_of(numbers, told, today),
        tells=WORTH,
    )


def unkept_weeks(user: Any, business: Business) -> Iterator[tuple[date, Iterator[engine.Row]]]:
    """The scores of every whole week that is not kept yet."""
    last = WeeklyScore.objects.filter(business=business).aggregate(last=Max("week_end"))["last"]
    return door.asked(user, business, lambda numbers: engine.weekly_scores(numbers, last), tells=NOTHING)


def set_up_by_hand(business: Business) -> dict[str, date]:
    """When the set-up of an account was done, as people wrote it down."""
    done = OnboardingStep.objects.filter(business=business, step=Step.SETUP, done__isnull=False)
    return {row.customer_id: row.done for row in done if row.done is not None}


def member_called(business: Business) -> Callable[[str], int | None]:
    """Finds the member that an account names as its owner, by name, e-mail address or its part before the @."""
    known: dict[str, int] = {}
    for membership in Membership.objects.filter(business=business).select_related("user"):
        user = membership.user
        for name in (user.name, user.email, user.email.partition("@")[0]):
            known.setdefault(name.casefold(), user.pk)
    return lambda owner: known.get(owner.strip().casefold()) if owner else None


def alerts(user: Any, business: Business, which: str = OPEN) -> QuerySet[Alert]:
    """Alerts as far as a person may see them: open ones that are theirs (`mine`), all open ones, or every one so far.

    Alerts about a KPI that is closed to the person, or with an amount that would show one, are not among them.
    """
    found = _open_to(user, business).select_related("seen_by", "told")
    if which == HISTORY:
        return found
    found = found.filter(over_on=None, seen_at=None)
    return found.filter(_of(user, business)) if which == MINE else found


def _open_to(user: Any, business: Business) -> QuerySet[Alert]:
    closed = door.closed_kpis(user, business)
    hidden = [kind for kind, kpi in KPI_OF.items() if kpi in closed]
    found = Alert.objects.filter(business=business).exclude(kind__in=hidden)
    return found if door.shows(user, business, AMOUNTS) else found.filter(amount=None)


def _of(user: Any, business: Business) -> Q:
    """An alert is for the member named as owner; the owners of the business hear of tickets and of what has none."""
    mine = Q(told=user)
    if role_in(user, business) == Role.OWNER:
        mine |= Q(told=None) | Q(kind=AlertKind.TICKET_LATE)
    return mine


def alerts_of_account(user: Any, business: Business, customer_id: str, limit: int = 10) -> tuple[Alert, ...]:
    """The alerts of one account, open ones first, the newest first."""
    found = _open_to(user, business).filter(customer_id=customer_id).select_related("seen_by")
    return tuple(found.order_by(F("over_on").desc(nulls_first=True), "-on", "id")[:limit])


def webhook(business: Business) -> Webhook | None:
    """Where alerts are posted to; None while nowhere."""
    return Webhook.objects.filter(business=business).first()
