"""Reports and alerts as e-mails: text and HTML, in the reader's language, with a link that stops them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keiki.server.accounts.models import Business, User
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.models import Notice, Why
from keiki.server.reports.actions import stop_token
from keiki.server.reports.models import Cadence
from keiki.server.reports.pages.written import style_of, written
from keiki.server.reports.queries.letters import letter
from keiki.server.success.models import Alert
from keiki.server.success.pages.alert_words import alert_row
from keiki.server.ui.address import site_url


def mail_for(user: User, business: Business, cadence: str, tree: str, on: date) -> EmailMultiAlternatives | None:
    """The report of a day for one member, with the numbers this person may see; None while there are none."""
    with _as(user, business):
        told = letter(user, business, cadence, tree or None, on)
        if told is None:
            return None
        report = written(told, business, style_of(business, told))
        page = site_url() + reverse(f"reports:{cadence}", kwargs={"business": business.id}) + f"?on={on.isoformat()}"
        subject = _("{title}: {business}, {period}").format(
            title=report.title, business=business.name, period=report.period
        )
        return _mail(user, business, cadence, "mail", subject, {"report": report, "page_url": page})


def alerts_for(user: User, business: Business, alerts: tuple[Alert, ...]) -> EmailMultiAlternatives:
    """Alerts about accounts for one member, each with the rule that fired."""
    with _as(user, business):
        style = kpis.style_of(business, door.known(user, business))
        rows = tuple(alert_row(user, business, each, style, may_see_to=False) for each in alerts)
        told = ngettext("{count} alert about accounts", "{count} alerts about accounts", len(rows))
        title = told.format(count=f"{len(rows):,}")
        page = site_url() + reverse("success:alerts", kwargs={"business": business.id})
        subject = _("{title}: {business}").format(title=title, business=business.name)
        context = {"title": title, "rows": rows, "page_url": page}
        return _mail(user, business, Cadence.ALERTS, "alerts_mail", subject, context)


@dataclass(frozen=True)
class MailedComment:
    """A comment as an e-mail tells it."""

    why: str
    kpi: str
    period: str
    who: str
    at: datetime
    text: str
    url: str


def notices_for(user: User, business: Business, notices: tuple[Notice, ...]) -> EmailMultiAlternatives:
    """Comments that name a member or answer theirs."""
    with _as(user, business):
        style = kpis.style_of(business, door.known(user, business))
        catalogue = door.catalogue_of(user, business)
        rows = tuple(
            MailedComment(
                why=str(Why(each.why).label),
                kpi=kpis.talked_of(catalogue, each.comment, style.language),
                period=kpis.period_words(business, each.comment, style),
                who=str(each.comment.author or ""),
                at=each.comment.made_at,
                text=each.comment.text,
                url=site_url() + kpis.comment_url(business, each.comment),
            )
            for each in notices
        )
        told = ngettext("{count} comment for you", "{count} comments for you", len(rows))
        title = told.format(count=f"{len(rows):,}")
        page = site_url() + reverse("inbox:inbox", kwargs={"business": business.id})
        subject = _("{title}: {business}").format(title=title, business=business.name)
        context = {"title": title, "rows": rows, "page_url": page}
        return _mail(user, business, Cadence.NAMED, "notices_mail", subject, context)


@contextmanager
def _as(user: User, business: Business) -> Iterator[None]:
    """In the language of a reader and the zone of a business."""
    with translation.override(language_of(user)), timezone.override(business.zone):
        yield


def language_of(user: User) -> str:
    """The language a person reads mail in."""
    return user.language or settings.LANGUAGE_CODE


def _mail(
    user: User, business: Business, cadence: str, template: str, subject: str, told: Mapping[str, object]
) -> EmailMultiAlternatives:
    """An e-mail as text and HTML, with the link that stops all of its kind."""
    stop = site_url() + reverse("reports:stop", kwargs={"token": stop_token(user, business, cadence)})
    shared = {"business": business, "language": language_of(user), "site": site_url(), "stop_url": stop}
    context = {**told, **shared}
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"reports/{template}.txt", context),
        to=[user.email],
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    mail.attach_alternative(render_to_string(f"reports/{template}.html", context), "text/html")
    return mail
