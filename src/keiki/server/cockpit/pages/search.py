"""Search over everything: pages, KPIs, trees, dashboards and customers; `/` opens it on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, OWN, VIEW, allows
from keiki.server.cockpit.pages.tabs import dashboard_url, names
from keiki.server.cockpit.queries import search as queries
from keiki.server.kpis import pages as kpis
from keiki.server.success.pages import account_url
from keiki.server.ui.language import current_language

PLACES: Final = (
    ("cockpit:today", gettext_noop("Today"), VIEW),
    ("cockpit:dashboards", gettext_noop("Dashboards"), VIEW),
    ("cockpit:tree", gettext_noop("KPI tree"), VIEW),
    ("kpis:catalogue", gettext_noop("KPI catalogue"), VIEW),
    ("kpis:glossary", gettext_noop("Glossary"), VIEW),
    ("kpis:templates", gettext_noop("Templates of trees"), VIEW),
    ("kpis:new_kpi", gettext_noop("A KPI of your own"), EDIT),
    ("cockpit:designs", gettext_noop("Design of trees"), VIEW),
    ("planning:targets", gettext_noop("Targets"), VIEW),
    ("scenarios:what_if", gettext_noop("What if"), VIEW),
    ("reasons:why", gettext_noop("Why it changed"), VIEW),
    ("reasons:first", gettext_noop("What to improve first"), VIEW),
    ("reasons:links", gettext_noop("Links between numbers"), VIEW),
    ("reasons:trials", gettext_noop("Trials"), VIEW),
    ("cockpit:campaigns", gettext_noop("Campaigns"), VIEW),
    ("cockpit:annotations", gettext_noop("What happened"), VIEW),
    ("cockpit:screens", gettext_noop("Big screens and links"), EDIT),
    ("customers:customers", gettext_noop("Customer value"), VIEW),
    ("customers:cohorts", gettext_noop("Cohorts"), VIEW),
    ("customers:segments", gettext_noop("Segments (RFM)"), VIEW),
    ("customers:recurring", gettext_noop("Recurring revenue (MRR)"), VIEW),
    ("customers:quality", gettext_noop("Good and bad revenue"), VIEW),
    ("customers:lifetime_value", gettext_noop("Lifetime value (LTV)"), VIEW),
    ("customers:forecast", gettext_noop("Forecast of customers"), VIEW),
    ("customers:ideal", gettext_noop("Ideal customers (ICP)"), VIEW),
    ("success:accounts", gettext_noop("Accounts"), VIEW),
    ("success:alerts", gettext_noop("Alerts about accounts"), VIEW),
    ("success:health", gettext_noop("Health score"), VIEW),
    ("surveys:surveys", gettext_noop("Surveys (NPS, CSAT)"), VIEW),
    ("reports:reports", gettext_noop("Reports"), VIEW),
    ("reports:weekly", gettext_noop("Weekly report"), VIEW),
    ("reports:daily", gettext_noop("Daily report"), VIEW),
    ("inbox:inbox", gettext_noop("Notices"), VIEW),
    ("data:data", gettext_noop("Data and imports"), VIEW),
    ("accounts:settings", gettext_noop("Settings: business and calendar"), VIEW),
    ("accounts:rules", gettext_noop("Settings: rules of calculation"), VIEW),
    ("accounts:people", gettext_noop("Settings: people and roles"), VIEW),
    ("accounts:tokens", gettext_noop("Settings: tokens for programs"), VIEW),
    ("accounts:audit", gettext_noop("Settings: audit log"), OWN),
)
"""Pages by name, in the order of the house, and who may open them."""


@dataclass(frozen=True)
class Hit:
    """Something that was found."""

    words: str
    beside: str
    url: str


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` leads to all of it."""

    words: str
    icon: str
    hits: tuple[Hit, ...]
    more: str = ""
    more_url: str = ""


@dataclass(frozen=True)
class SearchPage:
    title: str
    subtitle: str
    words: str
    sentence: str
    groups: tuple[Group, ...]


@business_page()
@require_safe
def search_page(request: Any, business: Business) -> HttpResponse:
    """What is called as was typed, by kind; a script takes its part into the dialog that `/` opens."""
    words = " ".join(request.GET.get("q", "").split())[: queries.LONGEST]
    found = queries.anything(request.user, business, words, current_language())
    groups = tuple(group for group in _groups(request, business, words, found) if group.hits)
    count = sum(len(group.hits) for group in groups) + max(found.kpi_count - len(found.kpis), 0)
    page = SearchPage(_("Search"), business.name, words, _sentence(words, count), groups)
    part = request.headers.get("HX-Request")
    return render(request, "cockpit/found.html" if part else "cockpit/search.html", {"page": page})


def _sentence(words: str, count: int) -> str:
    if not words:
        return _("Type the name of a KPI, a tree, a dashboard, a customer or a page, in Japanese or English.")
    if not count:
        return _("Nothing is called so. Try fewer letters or another word.")
    return ngettext("{count} found", "{count} found", count).format(count=f"{count:,}")


def _groups(request: Any, business: Business, words: str, found: queries.Anything) -> tuple[Group, ...]:
    language = current_language()
    catalogue = reverse("kpis:catalogue", kwargs={"business": business.id})
    rest = found.kpi_count - len(found.kpis)
    return (
        Group(_("Pages"), "arrow", _pages(request, business, words)),
        Group(
            _("KPIs"),
            "today",
            tuple(Hit(kpis.kpi_name(each, language), each.id, kpis.kpi_url(business, each.id)) for each in found.kpis),
            _("{count} more in the catalogue").format(count=f"{rest:,}") if rest else "",
            f"{catalogue}?{urlencode({'q': words})}" if rest else "",
        ),
        Group(
            _("Trees"),
            "tree",
            tuple(
                Hit(each.ja if language == "ja" else each.en, each.id, kpis.tree_url(business, each.id))
                for each in found.trees
            ),
        ),
        Group(_("Dashboards"), "table", _dashboards(business, words, found)),
        Group(
            _("Customers"),
            "person",
            tuple(
                Hit(
                    each.name or each.customer_id,
                    each.customer_id if each.name else "",
                    account_url(business, each.customer_id),
                )
                for each in found.customers
            ),
        ),
    )


def _pages(request: Any, business: Business, words: str) -> tuple[Hit, ...]:
    open_to = [place for place in PLACES if allows(request.membership.role, place[2])]
    found = queries.nearest(words, open_to, lambda place: _both(place[1]))[: queries.MOST]
    return tuple(Hit(_(text), "", reverse(name, kwargs={"business": business.id})) for name, text, _may in found)


def _dashboards(business: Business, words: str, found: queries.Anything) -> tuple[Hit, ...]:
    made = queries.nearest(words, _generated(), lambda each: each[1])
    own = tuple(Hit(each.name, "", dashboard_url(business, str(each.id))) for each in found.dashboards)
    return (*(Hit(names()[name], "", dashboard_url(business, name)) for name, _texts in made), *own)


def _both(text: str) -> tuple[str, ...]:
    """A name in both languages."""
    told = []
    for language in ("ja", "en"):
        with translation.override(language):
            told.append(_(text))
    return tuple(told)


def _generated() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The generated dashboards with their names in both languages."""
    told: dict[str, list[str]] = {}
    for language in ("ja", "en"):
        with translation.override(language):
            for name, words in names().items():
                told.setdefault(name, []).append(str(words))
    return tuple((name, tuple(texts)) for name, texts in told.items())
