"""What the frame around every page shows: navigation, business switcher, language, colours."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keiki.charts.rule_words import without_cost_words
from keiki.errors import KeikiError
from keiki.server.accounts import queries
from keiki.server.accounts.models import Business, Palette, Theme
from keiki.server.customers.queries.quality import sales_margin
from keiki.server.data.pages.rates import left_out_words
from keiki.server.inbox.queries import unread
from keiki.server.kpis.pages.numbers import style_of
from keiki.server.kpis.queries import known, left_out_of
from keiki.server.ui.language import current_language

# name of the URL, words, icon; an entry appears as soon as its page exists
NAVIGATION = (
    ("cockpit:today", _("Today"), "today"),
    ("cockpit:tree", _("KPI tree"), "tree"),
    ("customers:customers", pgettext_lazy("menu", "Customers"), "customers"),
    ("cockpit:campaigns", _("Campaigns"), "campaigns"),
    ("cycles:cycles", _("Learning"), "learning"),
    ("reports:reports", _("Reports"), "reports"),
    ("data:data", _("Data"), "data"),
    ("accounts:settings", _("Settings"), "settings"),
)
# pages and apps whose entry has another name
DESIGN = ("cockpit:node", "cockpit:design", "cockpit:designs", "cockpit:new_tree")
BELONGS = {
    **dict.fromkeys((*DESIGN, "kpis", "planning", "reasons", "scenarios"), "cockpit:tree"),
    **dict.fromkeys(("success", "surveys"), "customers:customers"),
    "journeys": "cockpit:campaigns",
    "cockpit:search": "",
    "data:answers": "accounts:settings",
    "data:rates": "accounts:settings",
    "mfa_index": "accounts:settings",
}
NUMBERS = frozenset(
    ("cockpit", "customers", "data", "journeys", "kpis", "planning", "reasons", "reports", "scenarios", "success")
)
"""The apps whose pages show numbers, and say above them what is missing there."""
FOOT = {"data:data", "accounts:settings"}  # below the line in the sidebar


@dataclass(frozen=True)
class Entry:
    url: str
    words: Any
    icon: str
    current: bool
    foot: bool


@dataclass(frozen=True)
class Shell:
    language: str
    theme: str
    palette: str
    business: Business | None = None
    businesses: tuple[Business, ...] = ()
    entries: tuple[Entry, ...] = ()
    user: Any = None
    shows_numbers: bool = False

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not read; asked by the frame alone. A page that says what is wrong with the
        definitions stands without it."""
        with suppress(KeikiError):
            return 0 if self.business is None else unread(self.user, self.business)
        return 0

    @cached_property
    def left_out(self) -> str:
        """Money that no exchange rate converts, in words that stand above the numbers; "" on pages without any and
        while the lake cannot be read."""
        with suppress(KeikiError):
            if self.business and self.shows_numbers:
                return left_out_words(left_out_of(self.user, self.business))
        return ""

    @cached_property
    def without_cost(self) -> str:
        """Sales that name no cost of goods, in words that stand above profit; "" where every sale names it."""
        return self._without_cost(some=False)

    @cached_property
    def some_without_cost(self) -> str:
        """The same above tables that show no profit where no sale names its cost."""
        return self._without_cost(some=True)

    def _without_cost(self, *, some: bool) -> str:
        with suppress(KeikiError):
            if self.business:
                style = style_of(self.business, known(self.user, self.business))
                return without_cost_words(sales_margin(self.user, self.business).unknown, style, some=some)
        return ""

    @property
    def bar(self) -> tuple[Entry, ...]:
        """The entries of the bottom bar of a phone."""
        return self.entries[:5]

    @property
    def rest(self) -> tuple[Entry, ...]:
        """What the bottom bar has no room for; a phone finds it in the menu of the header."""
        return self.entries[5:]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context of every template."""
    language = current_language()
    if not (hasattr(request, "user") and request.user.is_authenticated):
        look = (request.COOKIES.get("keiki_theme", Theme.AUTO), request.COOKIES.get("keiki_palette", Palette.USUAL))
        return {"shell": Shell(language, *look)}
    businesses = queries.businesses_of(request.user)
    business = _current(request, businesses)
    entries = _entries(request, business) if business else ()
    look = (request.user.theme, request.user.palette)
    return {"shell": Shell(language, *look, business, businesses, entries, request.user, _shows_numbers(request))}


def _shows_numbers(request: HttpRequest) -> bool:
    """Whether a page belongs to an app whose pages show numbers."""
    match = request.resolver_match
    return match is not None and match.namespace in NUMBERS


def _current(request: HttpRequest, businesses: tuple[Business, ...]) -> Business | None:
    match = request.resolver_match
    wanted = match.kwargs.get("business") if match else None
    wanted = wanted or request.session.get("business")
    by_id = {each.id: each for each in businesses}
    return by_id.get(wanted or "") or (businesses[0] if businesses else None)


def _entries(request: HttpRequest, business: Business) -> tuple[Entry, ...]:
    here = _section(request)
    entries = []
    for name, words, icon in NAVIGATION:
        try:
            url = reverse(name, kwargs={"business": business.id})
        except NoReverseMatch:
            continue  # its page does not exist yet
        entries.append(Entry(url, words, icon, current=name == here, foot=name in FOOT))
    return tuple(entries)


def _section(request: HttpRequest) -> str:
    """The entry a page belongs to: `cockpit:tree_table` to `cockpit:tree`, what BELONGS says, else the first of its
    app."""
    match = request.resolver_match
    if match is None:
        return ""
    for name in (match.view_name, match.namespace):
        if name in BELONGS:
            return BELONGS[name]
    names = [name for name, _words, _icon in NAVIGATION]
    named = [name for name in names if match.view_name.startswith(name)]
    return next((name for name in [*named, *names] if name.split(":")[0] == match.namespace), "")
