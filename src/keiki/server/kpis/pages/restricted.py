"""From which role on a KPI is seen: an owner's choice on the page of the KPI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Sight:
    """Who sees a KPI: `words` when not everybody does; `options` and `url` for whoever may change it.

    `beside` are the KPIs that are closed with it, since they would give it away.
    """

    words: str
    chosen: str
    options: tuple[tuple[str, str], ...] = ()
    url: str = ""
    beside: tuple[Way, ...] = ()


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
    return Sight(
        words,
        chosen,
        tuple(sight_words().items()),
        kpi_url(business, kpi.id, "restrict_kpi"),
        tuple(Way(kpi_name(each, style.language), kpi_url(business, each.id)) for each in beside),
    )


@business_page(OWN)
@require_POST
def restrict_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Show a KPI from a role on."""
    least = request.POST.get("least", "")
    if kpi not in queries.catalogue_of(request.user, business).kpis or least not in Role.values:
        raise Http404
    actions.restrict_kpi(request.user, business, kpi, least)
    return redirect("kpis:kpi", business=business.id, kpi=kpi)
