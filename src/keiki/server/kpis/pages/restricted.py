"""From which role on a KPI is seen: an owner's choice on the page of the KPI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.catalogue.kpi import Kpi
from keiki.charts.format import Style
from keiki.server.accounts.models import Business, Role
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import OWN, allows
from keiki.server.kpis import actions, queries
from keiki.server.kpis.pages.numbers import Way, kpi_name, kpi_url

MOST_LEAKS: Final = 5


@dataclass(frozen=True)
class Leak:
    """KPIs from which together a restricted one can be worked out: their names, and their ids for the form."""

    words: str
    ids: str


@dataclass(frozen=True)
class Sight:
    """Who sees a KPI: `words` when not everybody does; `options` and `url` for whoever may change it.

    `beside` are the KPIs that are closed with it, since they would give it away; `leaks` those from which together it
    can still be worked out.
    """

    words: str
    chosen: str
    options: tuple[tuple[str, str], ...] = ()
    url: str = ""
    beside: tuple[Way, ...] = ()
    leaks: tuple[Leak, ...] = ()


def sight_words() -> dict[str, str]:
    """What the choices are called."""
    return {
        Role.VIEWER: _("Everybody in the business"),
        Role.EDITOR: _("Editors and owners"),
        Role.OWNER: _("Owners only"),
    }


def sight_of(request: Any, business: Business, kpi: Kpi, style: Style) -> Sight:
    """Who sees a KPI, as its page says it."""
    chosen = business.restricted.get(kpi.id, str(Role.VIEWER))
    words = "" if chosen == Role.VIEWER else sight_words()[chosen]
    if not allows(request.membership.role, OWN):
        return Sight(words, chosen)
    beside = queries.closed_with(request.user, business, kpi.id) if words else ()
    comma = "、" if style.japanese else ", "
    leaks = tuple(
        Leak(comma.join(kpi_name(each, style.language) for each in one), " ".join(each.id for each in one))
        for one in queries.worked_out(request.user, business, kpi.id)[:MOST_LEAKS]
    )
    return Sight(
        words,
        chosen,
        tuple(sight_words().items()),
        kpi_url(business, kpi.id, "restrict_kpi"),
        tuple(Way(kpi_name(each, style.language), kpi_url(business, each.id)) for each in beside),
        leaks,
    )


@business_page(OWN)
@require_POST
def restrict_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Show a KPI from a role on, and with it those of each chosen `also` (ids with spaces between)."""
    least, chosen = request.POST.get("least", ""), " ".join(request.POST.getlist("also")).split()
    known = queries.catalogue_of(request.user, business).kpis
    if not known.keys() >= {kpi, *chosen} or least not in Role.values:
        raise Http404
    for each in dict.fromkeys((kpi, *chosen)):
        actions.restrict_kpi(request.user, business, each, least)
    return redirect("kpis:kpi", business=business.id, kpi=kpi)
