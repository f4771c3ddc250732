"""When reports and alerts are sent, to whom, and what was sent last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet

from keiki.server.accounts.models import Business, User
from keiki.server.kpis import queries as door
from keiki.server.kpis.models import Notice
from keiki.server.reports.models import LETTERS, PLANNED, AlertSent, Cadence, Delivery, OptOut, Sent
from keiki.server.success.models import Alert
from keiki.server.success.queries.alerts import MINE, alerts

LATE: Final = {Cadence.DAILY: timedelta(hours=12), Cadence.WEEKLY: timedelta(days=3)}
"""How long after its time a report is still worth sending, when the worker stood still."""
MOST: Final = 50
"""Alerts or comments in one e-mail; more of them follow in the next."""
FRESH: Final = timedelta(days=1)
"""How old a comment may be that is still sent, when no mail could go out before."""


@dataclass(frozen=True)
class Plan:
    """When a report is sent; `next` and `last` are None while it never is or was."""

    cadence: str
    is_on: bool
    weekday: int
    hour: int
    tree: str
    next: datetime | None
    last: datetime | None
    wanted: bool


def plans(user: Any, business: Business, now: datetime) -> tuple[Plan, ...]:
    """The reports and alerts of a business as they stand for a person."""
    door.known(user, business)
    rows = {row.cadence: row for row in Delivery.objects.filter(business=business)}
    out = set(OptOut.objects.filter(business=business, user=user).values_list("cadence", flat=True))
    return tuple(_plan(business, cadence, rows.get(cadence), cadence not in out, now) for cadence in PLANNED)


def _plan(business: Business, cadence: Cadence, row: Delivery | None, wanted: bool, now: datetime) -> Plan:
    shown = row or Delivery(business=business, cadence=cadence)
    following = following_time(shown, now) if shown.is_on and cadence in LETTERS else None
    if cadence == Cadence.ALERTS:
        last = AlertSent.objects.filter(alert__business=business).aggregate(last=Max("sent_at"))["last"]
    else:
        last = Sent.objects.filter(business=business, cadence=cadence).aggregate(last=Max("sent_at"))["last"]
    return Plan(cadence, shown.is_on, shown.weekday, shown.hour, shown.tree, following, last, wanted)


def due_time(row: Delivery, now: datetime) -> datetime:
    """The last moment, up to now, at which a report was to go out."""
    local = now.astimezone(ZoneInfo(row.business.zone))
    at = local.replace(hour=row.hour, minute=0, second=0, microsecond=0)
    if row.cadence == Cadence.WEEKLY:
        at -= timedelta(days=(local.weekday() - row.weekday) % 7)
    step = timedelta(days=7 if row.cadence == Cadence.WEEKLY else 1)
    return at if at <= local else at - step


def following_time(row: Delivery, now: datetime) -> datetime:
    """The next moment at which a report is to go out."""
    return due_time(row, now) + timedelta(days=7 if row.cadence == Cadence.WEEKLY else 1)


def is_due(row: Delivery, now: datetime) -> bool:
    """Whether a report is to go out now: its time has come, it was switched on before, and it is not stale."""
    at = due_time(row, now)
    return row.is_on and row.since is not None and row.since <= at and now - at <= LATE[Cadence(row.cadence)]


def readers(business: Business, cadence: str, on: date) -> tuple[User, ...]:
    """The members who want a report and have not got that of this day."""
    got = Sent.objects.filter(business=business, cadence=cadence, on=on).values("user")
    return tuple(_wanting(business, cadence).exclude(pk__in=got).order_by("pk"))


def untold(row: Delivery) -> Iterator[tuple[User, tuple[Alert, ...]]]:
    """Each member who wants alerts with the open ones that are theirs, raised since it was switched on and not sent."""
    for user in _wanting(row.business, row.cadence).order_by("pk"):
        got = AlertSent.objects.filter(user=user).values("alert")
        mine = alerts(user, row.business, MINE).filter(raised_at__gte=row.since).exclude(pk__in=got)
        if found := tuple(mine[:MOST]):
            yield user, found


def unsent_notices(now: datetime) -> Iterator[tuple[User, Business, tuple[Notice, ...]]]:
    """Each member who wants them with the comments that are for them: not read, not sent, of the last day."""
    fresh = Notice.objects.filter(read_at=None, sent=None, comment__made_at__gte=now - FRESH)
    for number in fresh.order_by("comment__business").values_list("comment__business", flat=True).distinct():
        business = Business.objects.get(pk=number)
        for user in _wanting(business, Cadence.NAMED).filter(pk__in=fresh.values("user")).order_by("pk"):
            if found := tuple(door.notices(user, business).filter(pk__in=fresh.values("pk"))[:MOST]):
                yield user, business, found


def _wanting(business: Business, cadence: str) -> QuerySet[User]:
    out = OptOut.objects.filter(business=business, cadence=cadence).values("user")
    return business.members.filter(is_active=True).exclude(pk__in=out)


def is_wanted(user: User, business: Business, cadence: str) -> bool:
    """Whether a member gets a report."""
    return not OptOut.objects.filter(business=business, user=user, cadence=cadence).exists()
