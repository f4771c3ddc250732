"""Links to big screens and links to share: the list of them, and what whoever holds one sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.card import Card
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, Onlooker
from keiki.server.cockpit.actions import screens as actions
from keiki.server.cockpit.forms.screens import ScreenForm
from keiki.server.cockpit.models import Screen
from keiki.server.cockpit.pages.dashboards import sections
from keiki.server.cockpit.pages.panels import Act, Desk, Section, act_of, levers_for, shareable
from keiki.server.cockpit.pages.tabs import names
from keiki.server.cockpit.queries import screens as queries
from keiki.server.cockpit.queries.dashboards import dashboards_of
from keiki.server.cockpit.queries.screens import FEWEST
from keiki.server.data.pages.rates import currencies_left_out
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.planning.queries import measured
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class ScreenLine:
    """A link in the list: what it shows, never where it leads."""

    screen: Screen
    kind: str
    shows: str
    revoke_url: str


@dataclass(frozen=True)
class ScreensPage:
    title: str
    subtitle: str
    lines: tuple[ScreenLine, ...]
    form: ScreenForm
    link: str = ""
    fewest: int = FEWEST


@business_page(EDIT)
@get_and_post
def screens_page(request: Any, business: Business) -> HttpResponse:
    """Every link of the business; a POST makes one, whose address is shown once."""
    named = names() | {str(each.id): each.name for each in dashboards_of(request.user, business) if each.shared}
    initial = {"dashboards": list(names())[:3]}
    form = ScreenForm(request.POST or None, dashboards=named.items(), initial=initial)
    link = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        shown = given["dashboards"] if form.rotation else given["dashboards"][:1]
        language = current_language()
        token = actions.make_screen(request.user, business, given["name"], shown, form.rotation, language)
        link = request.build_absolute_uri(reverse("cockpit:screen", kwargs={"token": token}))
        form = ScreenForm(dashboards=named.items(), initial=initial)
    page = ScreensPage(
        title=_("Screens and links"),
        subtitle=business.name,
        lines=tuple(
            ScreenLine(
                each,
                _("Big screen") if each.seconds else _("Link to share"),
                ("、" if current_language() == "ja" else ", ").join(
                    named.get(name, _("(gone)")) for name in each.dashboards
                ),
                reverse("cockpit:revoke_screen", kwargs={"business": business.id, "screen": each.pk}),
            )
            for each in queries.screens_of(request.user, business)
        ),
        form=form,
        link=link,
    )
    return render(request, "cockpit/screens.html", {"page": page}, status=422 if form.errors else 200)


@business_page(EDIT)
@require_POST
def revoke_screen_page(request: Any, business: Business, screen: Any) -> HttpResponse:
    """The link stops working."""
    found = Screen.objects.filter(business=business, pk=screen, revoked_at=None).first()
    if found is None:
        raise Http404
    actions.revoke_screen(request.user, found)
    return redirect("cockpit:screens", business=business.id)


# --- what whoever holds a link sees ---


@dataclass(frozen=True)
class ScreenPage:
    """One dashboard on a screen or behind a shared link; `next_url` is where it goes after as many seconds as `turns`
    says."""

    title: str
    subtitle: str
    business: str
    language: str
    fresh: str
    seconds: int | None
    next_url: str
    place: str
    palette: str
    cards: tuple[Card, ...] = ()
    act: Act | None = None
    sections: tuple[Section, ...] = ()
    left_out: str = ""
    note: str = ""
    empty: str = ""

    @property
    def turns(self) -> int:
        """Seconds until a screen goes on, or a shared link is asked for again; 0 for never."""
        asked = (panel.poll for section in self.sections for panel in section.panels if panel.poll)
        return self.seconds or min(asked, default=0)


@require_safe
def screen_page(request: HttpRequest, token: str) -> HttpResponse:
    """A big screen or a shared dashboard by its token: no sign-in, nothing to change; 404 once it is revoked."""
    screen = queries.screen_of(token)
    if screen is None or not screen.dashboards:
        raise Http404
    place = request.GET.get("n", "")
    number = int(place) % len(screen.dashboards) if place.isdecimal() and len(place) < 6 else 0
    with translation.override(screen.language), timezone.override(screen.business.zone):
        page = _screen_page(screen, request.path, number)
        answer = render(request, "cockpit/screen.html", {"page": page})
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _screen_page(screen: Screen, path: str, number: int) -> ScreenPage:
    business, viewer = screen.business, Onlooker(screen.made_by)
    name, count = screen.dashboards[number], len(screen.dashboards)
    following = f"{path}?n={(number + 1) % count}"
    where, palette = f"{number + 1}/{count}", screen.made_by.palette
    blank = ScreenPage("", "", business.name, screen.language, "", screen.seconds, following, where, palette)
    known = door.known(viewer, business)
    if known.today is None:
        return replace(blank, empty=_("There are no numbers yet."))
    numbers = measured(viewer, business, None, Asked().question)
    desk = Desk(viewer, business, Asked(), numbers, shared=True)
    found = queries.panels_of(screen, name, numbers)
    if found is None:
        return replace(blank, empty=_("This dashboard is no longer there."))
    said, panels = found
    page = replace(
        blank,
        title=said or names()[name],
        subtitle=kpis.subtitle(business, numbers, desk.style),
        fresh=kpis.fresh_words(numbers, desk.style),
        left_out=currencies_left_out(door.left_out_of(viewer, business)),
        note=_("Numbers about fewer than {count} people are left out.").format(count=FEWEST),
    )
    if screen.seconds is None:
        return replace(page, sections=sections(desk, panels))
    nodes = queries.cards_of(numbers, name, panels)
    first = next(iter(levers_for(desk, numbers)), None)
    return replace(
        page,
        cards=tuple(shareable(desk, kpis.number_card(numbers, node, desk.style), numbers, node) for node in nodes),
        act=None if first is None else act_of(business, numbers, first, desk.asked, desk.style),
    )
