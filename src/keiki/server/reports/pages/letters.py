"""The daily and the weekly report as pages, and as the e-mail that is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.reports.models import LETTERS, Cadence
from keiki.server.reports.pages.mails import mail_for
from keiki.server.reports.pages.written import Report, style_of, titles, written
from keiki.server.reports.queries.letters import letter


@dataclass(frozen=True)
class LetterPage:
    title: str
    subtitle: str
    cadence: str
    empty: kpis.Empty | None = None
    report: Report | None = None
    earlier_url: str = ""
    later_url: str = ""
    mail_url: str = ""
    trees: tuple[kpis.Way, ...] = ()
    fresh: str = ""


@business_page()
@require_safe
def weekly_page(request: Any, business: Business) -> HttpResponse:
    """The report of the week before a day."""
    return _letter_page(request, business, Cadence.WEEKLY)


@business_page()
@require_safe
def daily_page(request: Any, business: Business) -> HttpResponse:
    """The report of the day before a day."""
    return _letter_page(request, business, Cadence.DAILY)


def _letter_page(request: Any, business: Business, cadence: Cadence) -> HttpResponse:
    on, tree = asked_day(request, business), request.GET.get("tree", "")
    told = letter(request.user, business, cadence, tree or None, on)
    title = titles()[cadence]
    if told is None:
        page = LetterPage(title, business.name, cadence, kpis.empty_state(request, business))
        return render(request, "reports/letter.html", {"page": page})
    style = style_of(business, told)
    report = written(told, business, style)
    path = reverse(f"reports:{cadence}", kwargs={"business": business.id})
    mail = reverse("reports:mail", kwargs={"business": business.id, "cadence": cadence})
    step = timedelta(days=7 if cadence == Cadence.WEEKLY else 1)
    kept = f"&tree={told.numbers.tree.id}" if tree else ""
    known = told.numbers.known
    page = LetterPage(
        title=title,
        subtitle=kpis.beside_business(
            business, _("{period} ({certainty})").format(period=report.period, certainty=report.certainty)
        ),
        cadence=cadence,
        report=report,
        earlier_url=f"{path}?on={(on - step).isoformat()}{kept}",
        later_url=f"{path}?on={(on + step).isoformat()}{kept}" if on < business.calendar.today() else "",
        mail_url=f"{mail}?on={on.isoformat()}{kept}",
        trees=tuple(
            kpis.Way(
                tree.ja if style.japanese else tree.en,
                f"{path}?on={on.isoformat()}&tree={tree.id}",
                tree.id == told.numbers.tree.id,
            )
            for tree in known.trees
        ),
        fresh=kpis.fresh_words(told.numbers, style),
    )
    return render(request, "reports/letter.html", {"page": page})


@business_page()
@require_safe
def mail_page(request: Any, business: Business, cadence: str) -> HttpResponse:
    """The text of the e-mail exactly as this person gets it."""
    if cadence not in LETTERS:
        raise Http404
    mail = mail_for(request.user, business, cadence, request.GET.get("tree", ""), asked_day(request, business))
    if mail is None:
        raise Http404
    return HttpResponse(mail.body, content_type="text/plain; charset=utf-8")


def asked_day(request: Any, business: Business) -> date:
    """The day of the report; today, or the day after the last day of the data while that lies before."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        today, last = business.calendar.today(), door.known(request.user, business).today
        return today if last is None else min(today, last + timedelta(days=1))
