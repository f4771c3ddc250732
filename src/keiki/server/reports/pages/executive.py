"""The executive report: goal, numbers and actions of a period with date and author, on A4."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.cockpit.models import Happening, PanelKind
from keiki.server.cockpit.pages.panels import Desk, PanelView, shown
from keiki.server.cockpit.queries.dashboards import Spec
from keiki.server.cockpit.queries.happened import marks_of
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.planning.queries import measured
from keiki.server.reports.pages.achieved import Achieved, achieved
from keiki.server.reports.pages.written import Said, day_words


@dataclass(frozen=True)
class ExecutivePage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    lens_form: kpis.LensForm = kpis.LensForm(())
    facts: tuple[tuple[str, str], ...] = ()
    goal: tuple[PanelView, ...] = ()
    achieved: Achieved | None = None
    numbers: PanelView | None = None
    to_do: PanelView | None = None
    done: tuple[Said, ...] = ()
    fresh: str = ""


@business_page()
@require_safe
def executive_page(request: Any, business: Business) -> HttpResponse:
    """What the executives of a business are told about a period; made to be printed."""
    asked = Asked.read(request.GET)
    known = door.known(request.user, business)
    page = ExecutivePage(_("Executive report"), business.name)
    if known.today is None:
        page = replace(page, empty=kpis.empty_state(request, business))
    else:
        desk = Desk(
            request.user,
            business,
            asked,
            measured(request.user, business, request.GET.get("tree"), asked.question),
        )
        page = _told(desk, page)
    return render(request, "reports/executive.html", {"page": page})


def _told(desk: Desk, page: ExecutivePage) -> ExecutivePage:
    numbers, style, tree = desk.main, desk.style, desk.main.tree
    label = desk.business.calendar.label(numbers.period, style.language)
    return replace(
        page,
        subtitle=kpis.subtitle(desk.business, numbers, style),
        lens_form=kpis.lens_form(desk.business, numbers, desk.asked, trees=True),
        facts=(
            (_("Date"), day_words(desk.business.calendar.today(), style)),
            (_("Author"), str(desk.user)),
            (_("Period"), label),
            (_("Data"), kpis.fresh_words(numbers, style)),
            (_("Amounts"), kpis.tax_words(desk.business)),
        ),
        goal=tuple(shown(desk, Spec(kind, tree.id, tree.root.id, width=12)) for kind in ("number", "trend")),
        achieved=achieved(desk),
        numbers=shown(desk, Spec(PanelKind.TABLE, tree.id, width=12)),
        to_do=shown(desk, Spec(PanelKind.ACTS, tree.id, width=12)),
        done=_done(desk),
        fresh=kpis.fresh_words(numbers, style),
    )


def _done(desk: Desk) -> tuple[Said, ...]:
    """The actions that people wrote down for days of the period, by number and author."""
    period, style = desk.main.period, desk.style
    marks = marks_of(desk.user, desk.business, desk.main, desk.main.tree.root)
    return tuple(
        Said(
            day_words(each.on, style),
            pgettext("mark", "Action") if each.number is None else each.number.label(style.language),
            each.text,
            each.who,
        )
        for each in marks
        if each.kind == Happening.ACTION and each.on < period.end and (each.until or each.on) >= period.start
    )
