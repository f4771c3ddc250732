"""Writes about reports and alerts by e-mail: when they are sent, who wants them, and sending what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, dumps, loads
from django.db import transaction
from django.utils.module_loading import import_string

from keiki.errors import KeikiError
from keiki.server.accounts.models import Business, User
from keiki.server.accounts.rules import membership_of
from keiki.server.audit.actions import differences, record
from keiki.server.kpis.models import Notice
from keiki.server.reports.models import LETTERS, AlertSent, Cadence, Delivery, NoticeSent, OptOut, Sent
from keiki.server.reports.queries.delivery import due_time, is_due, readers, unsent_notices, untold
from keiki.server.success.models import Alert

log = logging.getLogger(__name__)
SEND_JOB = "reports.send_due"
ALERTS_JOB = "reports.send_alerts"
WRITER = "keiki.server.reports.pages.mails.mail_for"
ALERT_WRITER = "keiki.server.reports.pages.mails.alerts_for"
NOTICE_WRITER = "keiki.server.reports.pages.mails.notices_for"
SALT = "keiki.reports.stop"
Writer = Callable[[User, Business, str, str, date], EmailMessage | None]
AlertWriter = Callable[[User, Business, tuple[Alert, ...]], EmailMessage]
NoticeWriter = Callable[[User, Business, tuple[Notice, ...]], EmailMessage]


@transaction.atomic
def change_delivery(actor: User, business: Business, cadence: str, values: Mapping[str, Any], now: datetime) -> None:
    """When a report goes to all members; switched on, the first one goes at its next time."""
    row, _made = Delivery.objects.select_for_update().get_or_create(business=business, cadence=cadence)
    old, new = differences({name: getattr(row, name) for name in values}, values)
    if not new:
        return
    for name, value in new.items():
        setattr(row, name, value)
    row.since = now if row.is_on else None
    row.save()
    record(actor, "reports.change_delivery", business_id=business.id, target=f"report:{row.cadence}", old=old, new=new)


@transaction.atomic
def choose_mail(actor: User, business: Business, cadence: str, wanted: bool) -> None:
    """Whether a member gets a report by e-mail."""
    rows = OptOut.objects.filter(business=business, user=actor, cadence=cadence)
    if wanted == (not rows.exists()):
        return
    if wanted:
        rows.delete()
    else:
        OptOut.objects.create(business=business, user=actor, cadence=cadence)
    record(actor, "reports.choose_mail", business_id=business.id, target=f"report:{cadence}", new={"wanted": wanted})


def stop_token(user: User, business: Business, cadence: str) -> str:
    """What the link at the foot of an e-mail holds: it only stops that report for that person, and works for ever."""
    return dumps([user.pk, business.id, cadence], salt=SALT, compress=True)


def stopped_by(token: str) -> tuple[User, Business, str] | None:
    """Whom a link stops which report for; None for a forged one and for somebody who has left."""
    try:
        person, business_id, cadence = loads(token, salt=SALT)
    except (BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=person, is_active=True).first()
    membership = membership_of(user, business_id) if user is not None else None
    return None if user is None or membership is None else (user, membership.business, str(Cadence(cadence)))


def send_due(now: datetime) -> dict[str, int]:
    """Send every report whose time has come to every member who wants it and has not got it."""
    done = {"sent": 0, "failed": 0}
    for row in Delivery.objects.filter(is_on=True, cadence__in=LETTERS).select_related("business"):
        if is_due(row, now):
            on = due_time(row, now).date()
            for user in readers(row.business, row.cadence, on):
                done["sent" if send(user, row, on) else "failed"] += 1
    return done


def send(user: User, row: Delivery, on: date) -> bool:
    """One e-mail to one member; what could not be sent is tried again the next time."""
    write: Writer = import_string(WRITER)
    with transaction.atomic():
        claim, made = Sent.objects.get_or_create(business=row.business, user=user, cadence=row.cadence, on=on)
    if not made:
        return True
    try:
        mail = write(user, row.business, row.cadence, row.tree, on)
        if mail is None:  # there is nothing to report yet
            claim.delete()
        else:
            mail.send()
    except (OSError, KeikiError):  # the mail server does not answer or refuses; a definition that cannot be used
        log.warning(
            "The %s report of %s for person %s was not sent", row.cadence, row.business_id, user.pk, exc_info=True
        )
        claim.delete()
        return False
    return True


def send_alerts() -> dict[str, int]:
    """Send everybody who wants them the alerts that are theirs and that they have not got, in one e-mail."""
    done = {"sent": 0, "failed": 0}
    for row in Delivery.objects.filter(is_on=True, cadence=Cadence.ALERTS).select_related("business"):
        for user, alerts in untold(row):
            done["sent" if send_alerts_to(user, row.business, alerts) else "failed"] += 1
    return done


def send_alerts_to(user: User, business: Business, alerts: tuple[Alert, ...]) -> bool:
    """One e-mail with alerts to one member; what could not be sent is tried again the next time."""
    write: AlertWriter = import_string(ALERT_WRITER)
    with transaction.atomic():
        claims = [AlertSent.objects.get_or_create(alert=alert, user=user) for alert in alerts]
    fresh = tuple(claim for claim, made in claims if made)
    if not fresh:
        return True
    try:
        write(user, business, tuple(claim.alert for claim in fresh)).send()
    except (OSError, KeikiError):  # the mail server does not answer or refuses; a definition that cannot be used
        log.warning("Alerts of %s for person %s were not sent", business.id, user.pk, exc_info=True)
        AlertSent.objects.filter(pk__in=[claim.pk for claim in fresh]).delete()
        return False
    return True


def send_notices(now: datetime) -> dict[str, int]:
    """Send everybody who wants them the comments that name or answer them, in one e-mail; where mail is set up."""
    done = {"sent": 0, "failed": 0}
    if settings.EMAIL_CONFIGURED:
        for user, business, notices in unsent_notices(now):
            done["sent" if send_notices_to(user, business, notices) else "failed"] += 1
    return done


def send_notices_to(user: User, business: Business, notices: tuple[Notice, ...]) -> bool:
    """One e-mail with comments to one member; what could not be sent is tried again the next time."""
    write: NoticeWriter = import_string(NOTICE_WRITER)
    with transaction.atomic():
        claims = [NoticeSent.objects.get_or_create(notice=notice) for notice in notices]
    fresh = tuple(claim for claim, made in claims if made)
    if not fresh:
        return True
    try:
        write(user, business, tuple(claim.notice for claim in fresh)).send()
    except (OSError, KeikiError):  # the mail server does not answer or refuses; a definition that cannot be used
        log.warning("Comments of %s for person %s were not sent", business.id, user.pk, exc_info=True)
        NoticeSent.objects.filter(pk__in=[claim.pk for claim in fresh]).delete()
        return False
    return True
