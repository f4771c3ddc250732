"""Reads of notices: what a person is told, what of it they have not read, and where they want it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from keiki.server.accounts.models import Business
from keiki.server.inbox.models import AlertRead, Kind, Quiet
from keiki.server.kpis import queries as door
from keiki.server.kpis.models import Notice
from keiki.server.reports.queries.delivery import is_wanted
from keiki.server.success.models import Alert
from keiki.server.success.queries.alerts import MINE, alerts

MOST: Final = 60
"""The newest of each kind that are listed."""


@dataclass(frozen=True)
class Inbox:
    """What a person is told: comments, and open alerts with whether they have read them; the newest first."""

    notices: tuple[Notice, ...]
    alerts: tuple[tuple[Alert, bool], ...]
    unread: int


@dataclass(frozen=True)
class Wish:
    """Where a person wants to be told of a kind of notices."""

    kind: Kind
    here: bool
    mail: bool


def inbox(user: Any, business: Business) -> Inbox:
    """Everything that a person is told and wants to find here."""
    quiet = _quiet(user, business)
    notices = () if Kind.NAMED in quiet else tuple(door.notices(user, business)[:MOST])
    told = () if Kind.ALERTS in quiet else tuple(alerts(user, business, MINE)[:MOST])
    read = set(AlertRead.objects.filter(user=user, alert__in=told).values_list("alert", flat=True))
    return Inbox(notices, tuple((alert, alert.pk in read) for alert in told), unread(user, business))


def unread(user: Any, business: Business) -> int:
    """How much of it a person has not read."""
    quiet = _quiet(user, business)
    notices = 0 if Kind.NAMED in quiet else door.notices(user, business).filter(read_at=None).count()
    told = 0 if Kind.ALERTS in quiet else unread_alerts(user, business).count()
    return notices + told


def unread_alerts(user: Any, business: Business) -> QuerySet[Alert]:
    """The open alerts for a person that they have not read."""
    read = AlertRead.objects.filter(user=user).values("alert")
    return alerts(user, business, MINE).exclude(pk__in=read)


def wishes(user: Any, business: Business) -> tuple[Wish, ...]:
    """Where a person wants to be told of what."""
    quiet = _quiet(user, business)
    return tuple(Wish(kind, kind not in quiet, is_wanted(user, business, kind)) for kind in Kind)


def _quiet(user: Any, business: Business) -> frozenset[str]:
    return frozenset(Quiet.objects.filter(business=business, user=user).values_list("kind", flat=True))
