"""The tabs of Today: the morning page, the four generated dashboards, and those that people made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.server.accounts.models import Business
from keiki.server.cockpit.queries.dashboards import (
    ANALYTICAL,
    CAMPAIGN,
    EXECUTIVE,
    OPERATIONAL,
    dashboards_of,
)
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.pages import Way

TODAY = "today"


def names() -> dict[str, str]:
    """What the generated dashboards are called."""
    return {
        EXECUTIVE: _("Executive"),
        OPERATIONAL: _("Operational"),
        ANALYTICAL: _("Analytical"),
        CAMPAIGN: _("Campaign results"),
    }


def dashboard_url(business: Business, name: str) -> str:
    """The address of a dashboard: its kind, or the id of one that people made."""
    return reverse("cockpit:dashboard", kwargs={"business": business.id, "name": name})


def tabs(request: Any, business: Business, asked: Asked, current: str) -> tuple[Way, ...]:
    """Links to every dashboard with the same question; `current` is what is shown."""
    morning = asked.url(reverse("cockpit:today", kwargs={"business": business.id}))
    first = Way(_("Today"), morning, current == TODAY)
    made = list(names().items())
    made += [(str(each.id), each.name) for each in dashboards_of(request.user, business)]
    shown = [first, *(Way(words, asked.url(dashboard_url(business, name)), current == name) for name, words in made)]
    tree = request.GET.get("tree", "")
    if not tree:
        return tuple(shown)
    kept = urlencode({"tree": tree})
    return tuple(replace(each, url=f"{each.url}{'&' if '?' in each.url else '?'}{kept}") for each in shown)
