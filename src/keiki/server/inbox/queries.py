"""Reads of notices: what a person is told, what of it they have not read, and where they want it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, QuerySet

from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import role_in
from keiki.server.inbox.models import AlertRead, Kind, Quiet
from keiki.server.kpis import queries as door
from keiki.server.kpis.models import Notice
from keiki.server.reports.queries.delivery import is_wanted
from keiki.server.success.models import Alert
from keiki.server.success.queries.alerts import MINE, alerts
from keiki.server.ui.once import once

MOST: Final = 60
"""The newest comments that are listed."""
FEW: Final = 3
"""Open alerts of one kind that are listed one by one; more stand in one line."""
_written: Final = door.Kept(1024)


@dataclass(frozen=True)
class Inbox:
    """What a person is told, the newest first: comments, and open alerts."""

    notices: tuple[Notice, ...]
    alerts: tuple[Told, ...]
    unread: int


@dataclass(frozen=True)
class Told:
    """An open alert, or the newest of so many of its kind; `unread`: how many of them a person has not read."""

    alert: Alert
    count: int
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
    told = () if Kind.ALERTS in quiet else tuple(_told(user, business))
    return Inbox(notices, told, unread(user, business))


def _told(user: Any, business: Business) -> Iterator[Told]:
    mine, fresh = alerts(user, business, MINE), unread_alerts(user, business)
    counts, unread_of = (dict(rows.order_by().values_list("kind").annotate(Count("pk"))) for rows in (mine, fresh))
    for kind, count in counts.items():
        of_kind = mine.filter(kind=kind)
        if count > FEW:
            yield Told(of_kind[0], count, unread_of.get(kind, 0))
            continue
        waiting = set(fresh.filter(kind=kind).values_list("pk", flat=True))
        yield from (Told(alert, 1, int(alert.pk in waiting)) for alert in of_kind)


def unread(user: Any, business: Business) -> int:
    """How much of it a person has not read: one question, and once while a page is made."""
    key = (user.pk, business.pk, role_in(user, business), door.closed_kpis(user, business))
    sql, values = _written.get(key, lambda: _question(user, business))
    return once(("unread", user.pk, business.pk), lambda: _number(sql, values))


def _question(user: Any, business: Business) -> tuple[str, tuple[Any, ...]]:
    """What counts the unread as SQL with its values: to write it costs ten times what the database takes to answer."""
    quiet = Quiet.objects.filter(business=business, user=user)
    named = door.notices(user, business).filter(read_at=None).exclude(Exists(quiet.filter(kind=Kind.NAMED)))
    told = unread_alerts(user, business).exclude(Exists(quiet.filter(kind=Kind.ALERTS)))
    both = named.order_by().values("pk").union(told.order_by().values("pk"), all=True)
    sql, values = both.query.sql_with_params()
    return f"SELECT COUNT(*) FROM ({sql}) AS unread", tuple(values)


def _number(sql: str, values: tuple[Any, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (found,) = cursor.fetchone()
    return int(found)


def unread_alerts(user: Any, business: Business) -> QuerySet[Alert]:
    """The open alerts for a person that they have not read."""
    read = AlertRead.objects.filter(user=user).values("alert")
    return alerts(user, business, MINE).exclude(pk__in=read)


def wishes(user: Any, business: Business) -> tuple[Wish, ...]:
    """Where a person wants to be told of what."""
    quiet = _quiet(user, business)
    return tuple(Wish(kind, kind not in quiet, is_wanted(user, business, kind)) for kind in Kind)


def _quiet(user: Any, business: Business) -> frozenset[str]:
    def ask() -> frozenset[str]:
        return frozenset(Quiet.objects.filter(business=business, user=user).values_list("kind", flat=True))

    return once(("quiet", user.pk, business.pk), ask)
