"""Writes about notices: having read them, and where a person wants them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.inbox import queries
from keiki.server.inbox.models import AlertRead, Kind, Quiet
from keiki.server.kpis.actions.comments import read_notices
from keiki.server.reports.actions import choose_mail


@transaction.atomic
def read_everything(actor: User, business: Business) -> None:
    """A person has read all they were told."""
    read_notices(actor, business)
    read_alerts(actor, business)


@transaction.atomic
def read_alerts(actor: User, business: Business, **which: Any) -> None:
    """A person has read the alerts that are for them, or those `which` have one `pk` or `kind`."""
    mine = queries.unread_alerts(actor, business).filter(**which).values_list("pk", flat=True)
    AlertRead.objects.bulk_create([AlertRead(alert_id=pk, user=actor) for pk in mine], ignore_conflicts=True)


@transaction.atomic
def choose_here(actor: User, business: Business, kind: Kind, wanted: bool) -> None:
    """Whether a person finds a kind of notices here."""
    rows = Quiet.objects.filter(business=business, user=actor, kind=kind)
    if wanted == (not rows.exists()):
        return
    if wanted:
        rows.delete()
    else:
        Quiet.objects.create(business=business, user=actor, kind=kind)
    record(actor, "inbox.choose_here", business_id=business.id, target=f"notices:{kind}", new={"wanted": wanted})


def choose(actor: User, business: Business, kind: Kind, channel: str, wanted: bool) -> None:
    """Whether a person is told of a kind of notices in one way: `here` or by `mail`."""
    (choose_mail if channel == "mail" else choose_here)(actor, business, kind, wanted)
