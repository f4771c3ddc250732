"""Writes of alerts: weekly scores are kept, alerts raised and ended by what the data says, and seen by people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keiki.customers.account_alerts import FALLS, ONBOARDING_LATE, TICKET_LATE
from keiki.server.accounts.models import Business, Role
from keiki.server.audit.actions import record
from keiki.server.kpis import queries as door
from keiki.server.success.actions.webhook import queue_alerts
from keiki.server.success.models import Alert, WeeklyScore
from keiki.server.success.queries import alerts as queries

WATCH_JOB: Final = "success.watch_accounts"
KEPT: Final = timedelta(weeks=104)
BATCH: Final = 1_000


def watch_accounts() -> dict[str, int]:
    """Look at the accounts of every business: keep the scores of whole weeks, raise and end alerts."""
    weeks = raised = 0
    for business in Business.objects.all():
        owner = business.memberships.filter(role=Role.OWNER).select_related("user").first()
        if owner is None or door.known(owner.user, business).today is None:
            continue
        weeks += keep_scores(owner.user, business)
        raised += raise_alerts(owner.user, business, business.calendar.today())
        queue_alerts(business)
    return {"weeks": weeks, "raised": raised}


def keep_scores(user: Any, business: Business) -> int:
    """Keep the scores of every whole week that is not kept yet; gives how many weeks. What is kept never changes."""
    weeks = 0
    for last, rows in queries.unkept_weeks(user, business):
        batch = list(islice(rows, BATCH))  # the numbers are asked before anything is locked: nobody waits for them
        with transaction.atomic():
            while batch:
                WeeklyScore.objects.bulk_create(
                    (
                        WeeklyScore(
                            business=business,
                            customer_id=row["customer_id"],
                            week_end=last,
                            score=row["score"],
                            band=row["health_band"],
                        )
                        for row in batch
                    ),
                    ignore_conflicts=True,
                )
                batch = list(islice(rows, BATCH))
            WeeklyScore.objects.filter(business=business, week_end__lte=last - KEPT).delete()
        weeks += 1
    return weeks


def raise_alerts(user: Any, business: Business, today: date) -> int:
    """Raise the alerts of the day that are new, end those whose reason is gone; gives how many were raised.

    A fall that lasts is one alert; so is every renewal reminder, invoice, onboarding and ticket. The numbers are asked
    before anything is locked, so that nobody who saves something waits for them.
    """
    told, day = queries.of_the_day(user, business, today), door.known(user, business).today or today
    with transaction.atomic():
        return _raise(business, told, day)


def _raise(business: Business, told: Iterable[Mapping[str, Any]], day: date) -> int:
    found = {_key(row): row for row in _with_what_people_wrote(business, told)}
    there = {_key(vars(alert) | {"on_day": alert.on}): alert for alert in _there(business, found.values())}
    whose = queries.member_called(business)
    fresh = [_alert(business, row, whose(row["owner"] or "")) for key, row in found.items() if key not in there]
    Alert.objects.bulk_create(fresh, ignore_conflicts=True)
    for key, alert in there.items():
        over = found[key]["over_on"] if key in found else max(day, alert.on)
        if alert.over_on is None and over is not None:
            alert.over_on = over
            alert.save(update_fields=["over_on"])
    return len(fresh)


def _with_what_people_wrote(business: Business, rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The rows, without onboardings whose set-up somebody says was done in time."""
    done = queries.set_up_by_hand(business)
    for row in rows:
        by_hand = done.get(row["customer_id"]) if row["kind"] == ONBOARDING_LATE else None
        if by_hand is None:
            yield row
        elif by_hand > row["on_day"]:
            yield {**row, "over_on": min(filter(None, (row["over_on"], by_hand)))}


def _there(business: Business, rows: Iterable[Mapping[str, Any]]) -> list[Alert]:
    """Alerts that are open, and those over that the rows may speak of."""
    kept = Alert.objects.filter(business=business)
    first = min((row["on_day"] for row in rows), default=None)
    over = [] if first is None else list(kept.filter(over_on__isnull=False, on__gte=first).exclude(kind__in=FALLS))
    return [*over, *kept.select_for_update().filter(over_on=None)]


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two alerts the same: a fall is the same as long as it lasts."""
    on = None if row["kind"] in FALLS else row["on_day"]
    return row["kind"], row["customer_id"], row["subject"], on


def _alert(business: Business, row: Mapping[str, Any], told: int | None) -> Alert:
    return Alert(
        business=business,
        kind=row["kind"],
        customer_id=row["customer_id"],
        subject=row["subject"],
        on=row["on_day"],
        over_on=row["over_on"],
        owner=row["owner"] or "",
        told_id=None if row["kind"] == TICKET_LATE else told,
        amount=row["amount"],
        details={name: row[name] for name in ("due_on", "before", "after", "value", "threshold", "since")},
    )


@transaction.atomic
def see_alert(actor: Any, alert: Alert) -> None:
    """Somebody has seen to an alert: it leaves the open ones and stays in the history."""
    if alert.seen_at is not None:
        return
    alert.seen_by, alert.seen_at = actor, timezone.now()
    alert.save(update_fields=["seen_by", "seen_at"])
    new = {"kind": alert.kind, "customer": alert.customer_id, "on": alert.on.isoformat()}
    record(actor, "success.see_alert", business_id=alert.business_id, target=f"alert:{alert.pk}", new=new)
