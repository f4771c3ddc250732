"""When reports are sent, to whom, and what was sent last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from keiki.server.accounts.models import Business, User
from keiki.server.kpis import queries as door
from keiki.server.reports.models import Cadence, Delivery, OptOut, Sent

LATE: Final = {Cadence.DAILY: timedelta(hours=12), Cadence.WEEKLY: timedelta(days=3)}
"""How long after its time a report is still worth sending, when the worker stood still."""


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
    """Both reports of a business as they stand for a person."""
    door.known(user, business)
    rows = {row.cadence: row for row in Delivery.objects.filter(business=business)}
    out = set(OptOut.objects.filter(business=business, user=user).values_list("cadence", flat=True))
    return tuple(_plan(business, cadence, rows.get(cadence), cadence not in out, now) for cadence in Cadence)


def _plan(business: Business, cadence: Cadence, row: Delivery | None, wanted: bool, now: datetime) -> Plan:
    shown = row or Delivery(business=business, cadence=cadence)
    sent = Sent.objects.filter(business=business, cadence=cadence).order_by("-sent_at").first()
    following = following_time(shown, now) if shown.is_on else None
    last = sent.sent_at if sent else None
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
    out = OptOut.objects.filter(business=business, cadence=cadence).values("user")
    got = Sent.objects.filter(business=business, cadence=cadence, on=on).values("user")
    members = business.members.filter(is_active=True).exclude(pk__in=out).exclude(pk__in=got)
    return tuple(members.order_by("pk"))


def is_wanted(user: User, business: Business, cadence: str) -> bool:
    """Whether a member gets a report."""
    return not OptOut.objects.filter(business=business, user=user, cadence=cadence).exists()
