"""Dashboards: generated ones, and those that people make, change and share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.pages.happened import day_words
from keiki.server.cockpit.pages.panels import Desk, PanelView, Section, shown, without_links
from keiki.server.cockpit.pages.saved_page import SavedPage, saved, styles
from keiki.server.cockpit.pages.tabs import dashboard_url, names, tabs
from keiki.server.cockpit.queries import dashboards as queries
from keiki.server.cockpit.queries.dashboards import GENERATED, Spec, Stored
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.planning.queries import measured
from keiki.server.ui.templatetags.ui import colon, file_address


@dataclass(frozen=True)
class DashboardPage:
    title: str
    subtitle: str
    name: str
    empty: kpis.Empty | None = None
    lens_form: kpis.LensForm = kpis.LensForm(())
    fresh: str = ""
    tabs: tuple[kpis.Way, ...] = ()
    sections: tuple[Section, ...] = ()
    chips: tuple[kpis.Chip, ...] = ()
    groups: tuple[kpis.Way, ...] = ()
    query: str = ""
    may_share: bool = False
    printed: str = ""
    edit_url: str = ""
    all_url: str = ""
    happened_url: str = ""
    poll_url: str = ""
    save_url: str = ""

    @property
    def poll(self) -> int:
        """Seconds after which a browser without scripts asks for the page again; 0 for never."""
        polls = [panel.poll for section in self.sections for panel in section.panels if panel.poll]
        return min(polls, default=0)


@business_page()
@require_safe
def dashboard_page(request: Any, business: Business, name: str) -> HttpResponse:
    """A dashboard by its kind or id; the address holds tree, period, comparison and segment."""
    asked = Asked.read(request.GET)
    stored = stored_or_404(request, business, name) if name not in GENERATED else None
    known = door.known(request.user, business)
    title = stored.name if stored else names()[name]
    if known.today is None:
        page = DashboardPage(title, business.name, name, kpis.empty_state(request, business))
        return render(request, "cockpit/dashboard.html", {"page": page})
    numbers = measured(request.user, business, request.GET.get("tree"), asked.question)
    desk = Desk(request.user, business, asked, numbers)
    specs = stored.panels if stored else queries.generated(name, request.user, business, numbers)
    if request.headers.get("HX-Request") and "panel" in request.GET:
        return _one_panel(request, desk, specs)
    group = request.GET.get("group", "")
    wanted = tuple(spec for spec in specs if spec.group == group) if group in {s.group for s in specs} else specs
    page = DashboardPage(
        title=title,
        subtitle=kpis.subtitle(business, numbers, desk.style),
        name=name,
        lens_form=lens_form(desk),
        fresh=kpis.fresh_words(numbers, desk.style),
        tabs=tabs(request, business, asked, name),
        sections=sections(desk, wanted if group else specs),
        groups=_groups(desk, name, specs, group),
        query=request.GET.urlencode(),
        poll_url=_poll_url(request),
        save_url=file_address(request, "page"),
        may_share=allows(request.membership.role, EDIT),
        printed=_("{day}, {who}").format(day=day_words(business.calendar.today()), who=request.user),
        chips=_chips(desk, name),
        edit_url=reverse("cockpit:edit_dashboard", kwargs={"business": business.id, "name": name})
        if stored is None or may_change(request, stored)
        else "",
        happened_url=reverse("cockpit:annotations", kwargs={"business": business.id}),
        all_url=reverse("cockpit:dashboards", kwargs={"business": business.id}),
    )
    if request.GET.get("file") == "page":
        return saved(request, _saved_page(business, page))
    return render(request, "cockpit/dashboard.html", {"page": page})


def _saved_page(business: Business, page: DashboardPage) -> SavedPage:
    """The dashboard as it stands, without anything that leads away from it."""
    parts = (replace(part, panels=tuple(without_links(panel) for panel in part.panels)) for part in page.sections)
    return SavedPage(
        title=page.title,
        subtitle=page.subtitle,
        business=business.name,
        fresh=page.fresh,
        printed=page.printed,
        sections=tuple(parts),
        chips=tuple(chip.words for chip in page.chips),
        styles=styles(),
    )


def _one_panel(request: Any, desk: Desk, specs: tuple[Spec, ...]) -> HttpResponse:
    """A single panel, for a page that is open already and looks for newer data."""
    spec = next((spec for spec in specs if str(spec.key) == request.GET["panel"]), None)
    if spec is None:
        raise Http404
    return render(request, "cockpit/panel.html", {"panel": shown(desk, spec), "poll_url": _poll_url(request)})


def _poll_url(request: Any) -> str:
    """The address of the page with its filters, to which a panel adds its own key."""
    asked = [(name, value) for name, value in request.GET.items() if name != "panel"]
    return f"{request.path}?{urlencode(asked)}"


def sections(desk: Desk, specs: tuple[Spec, ...]) -> tuple[Section, ...]:
    """Panels in their order, those of one group under its heading where the group first comes."""
    by_group: dict[str, list[PanelView]] = {}
    for spec in specs:
        by_group.setdefault(spec.group, []).append(shown(desk, spec))
    return tuple(Section(heading, tuple(panels)) for heading, panels in by_group.items())


def _groups(desk: Desk, name: str, specs: tuple[Spec, ...], chosen: str) -> tuple[kpis.Way, ...]:
    """Links that show one group alone, each with how many panels it has; none while there are not two."""
    counts: dict[str, int] = {}
    for spec in specs:
        counts[spec.group] = counts.get(spec.group, 0) + 1
    named = [group for group in counts if group]
    if len(counts) < 2 or not named:
        return ()
    path = desk.asked.url(dashboard_url(desk.business, name))
    joined = "&" if "?" in path else "?"
    every = kpis.Way(_("All {count}").format(count=len(specs)), path, not chosen)
    return (
        every,
        *(
            kpis.Way(f"{group} {counts[group]}", f"{path}{joined}{urlencode({'group': group})}", group == chosen)
            for group in named
        ),
    )


def lens_form(desk: Desk) -> kpis.LensForm:
    """The selects of tree, grain, period, comparison and segment."""
    form = kpis.lens_form(desk.business, desk.main, desk.asked, trees=True)
    segments = queries.segments(desk.user, desk.business, desk.main)
    if not segments:
        return form
    options = [("", _("Everything"))]
    for dimension, value in segments:
        words = f"{kpis.dimension_words(dimension, desk.style)}{colon()}{desk.words(dimension, value)}"
        options.append((f"{dimension}:{value}", words))
    chosen = ":".join(desk.asked.segment) if desk.asked.segment else ""
    if chosen and chosen not in {value for value, _words in options}:
        options.append((chosen, chosen))
    choice = kpis.Choice("segment", _("Segment"), tuple(options), chosen)
    kept = tuple((name, value) for name, value in form.kept if name != "segment")
    return replace(form, choices=(*form.choices, choice), kept=kept)


def _chips(desk: Desk, name: str) -> tuple[kpis.Chip, ...]:
    chips = []
    path = dashboard_url(desk.business, name)
    if desk.asked.segment is not None:
        dimension, value = desk.asked.segment
        words = f"{kpis.dimension_words(dimension, desk.style)}{colon()}{desk.words(dimension, value)}"
        chips.append(kpis.Chip(words, "accent", desk.asked.url(path, segment=None)))
    chips.append(kpis.certainty_chip(desk.main, desk.style))
    chips.append(kpis.Chip(kpis.tax_words(desk.business)))
    return tuple(chips)


def stored_or_404(request: HttpRequest, business: Business, name: str) -> Stored:
    """A dashboard that people made, where this person may open it."""
    try:
        key = UUID(name)
    except ValueError:
        raise Http404 from None
    found = queries.dashboard_named(request.user, business, key)
    if found is None:
        raise Http404
    return found


def may_change(request: Any, stored: Stored) -> bool:
    """Whether a person may change a dashboard: their own always, a shared one when they may edit."""
    return stored.mine or (stored.shared and allows(request.membership.role, EDIT))
