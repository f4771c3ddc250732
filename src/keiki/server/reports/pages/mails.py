"""A report as an e-mail: text and HTML, in the reader's language, with a link that stops it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from keiki.server.accounts.models import Business, User
from keiki.server.reports.actions import stop_token
from keiki.server.reports.pages.written import style_of, written
from keiki.server.reports.queries.letters import letter

HERE = "http://localhost:8000"
"""Where links lead while nobody has set KEIKI_URL."""


def site_url() -> str:
    """The address people type, without a slash at its end."""
    return str(settings.PUBLIC_URLS[0] if settings.PUBLIC_URLS else HERE).rstrip("/")


def mail_for(user: User, business: Business, cadence: str, tree: str, on: date) -> EmailMultiAlternatives | None:
    """The report of a day for one member, with the numbers this person may see; None while there are none."""
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(business.zone):
        told = letter(user, business, cadence, tree or None, on)
        if told is None:
            return None
        report = written(told, business, style_of(business, told))
        stop = site_url() + reverse("reports:stop", kwargs={"token": stop_token(user, business, cadence)})
        page = site_url() + reverse(f"reports:{cadence}", kwargs={"business": business.id}) + f"?on={on.isoformat()}"
        context = {
            "report": report,
            "business": business,
            "language": language,
            "site": site_url(),
            "page_url": page,
            "stop_url": stop,
        }
        subject = _("{title}: {business}, {period}").format(
            title=report.title, business=business.name, period=report.period
        )
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("reports/mail.txt", context),
            to=[user.email],
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        mail.attach_alternative(render_to_string("reports/mail.html", context), "text/html")
        return mail
