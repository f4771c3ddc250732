"""Use: how much of what was bought is used, which features are core, how soon new accounts get something out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Chart, Table
from keiki.charts.format import MISSING, Style, change, number
from keiki.charts.trend import Bar, trend
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import actions, queries
from keiki.server.success.forms import with_query
from keiki.server.success.pages import Fact, account_url, accounts_words, day_words, fresh_words, style_of, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keiki.engine.customer_success import Onboarding, Row, Use
    from keiki.server.success.models import Feature

GRAINS = ("month", "week")


@dataclass(frozen=True)
class FeatureRow:
    name: str
    users: str
    uses: str
    core: bool
    since: str


@dataclass(frozen=True)
class EventRow:
    name: str
    day: str
    invited: str
    registered: str
    attended: str
    change: str
    uses: str


@dataclass(frozen=True)
class UsePage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    may_edit: bool = False
    sentence: str = ""
    facts: tuple[Fact, ...] = ()
    grains: tuple[kpis.Way, ...] = ()
    adoption: Chart | None = None
    basis: str = ""
    features: tuple[FeatureRow, ...] = ()
    core_url: str = ""
    value_sentence: str = ""
    waiting: tuple[tuple[str, str, str], ...] = ()
    events: tuple[EventRow, ...] = ()
    events_sentence: str = ""


@business_page()
@require_safe
def use_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Adoption by month or week, the people of a usual day, features, and days to the first value."""
    title = _("Use and first value")
    if door.known(request.user, business).today is None:
        page = UsePage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/use.html", {"page": page})
    grain = grain_of(request.GET)
    told, begun = queries.product_use(request.user, business, grain), queries.onboarding(request.user, business)
    style, held = style_of(request, business), queries.user_events(request.user, business)
    page = replace(
        _page(request, business, told, begun, grain),
        events=tuple(_event(row, style) for row in held),
        events_sentence=_events_words(held, style),
    )
    return render(request, "success/use.html", {"page": page})


@business_page(EDIT)
@require_POST
def mark_core(request: Any, business: Business) -> HttpResponse:
    """Call a feature core, or no longer."""
    name = request.POST.get("feature", "").strip()[:120]
    if name:
        core = request.POST.get("core") == "1"
        actions.mark_core(request.user, business, name, core, business.calendar.today())
        told = _("“{feature}” is core now.") if core else _("“{feature}” is no longer core.")
        messages.success(request, told.format(feature=name))
    return redirect(reverse("success:use", kwargs={"business": business.id}) + "#features")


def _page(request: Any, business: Business, told: Use, begun: Onboarding, grain: str) -> UsePage:
    style = style_of(request, business)
    path = reverse("success:use", kwargs={"business": business.id})
    marked, groups = queries.features(business), queries.core_groups(business)
    words = {"month": _("Monthly"), "week": _("Weekly")}
    return UsePage(
        title=_("Use and first value"),
        subtitle=business.name,
        fresh=fresh_words(told.day, style),
        may_edit=allows(request.membership.role, EDIT),
        sentence=_sentence(told, style),
        facts=(
            Fact(_("People on a usual day (DAU)"), _count(told.daily), _("mean of the last 28 days")),
            Fact(_("In a usual week (WAU)"), _count(told.weekly), _("mean of the last 4 weeks")),
            Fact(_("In four weeks (MAU)"), _count(told.monthly)),
            Fact(
                _("Stickiness (DAU ÷ MAU)"),
                MISSING if told.stickiness is None else number(told.stickiness, "ratio", style),
            ),
        ),
        grains=tuple(kpis.Way(words[g], with_query(path, by=g if g != "month" else ""), g == grain) for g in GRAINS),
        adoption=_adoption(business, told, style),
        basis=_("Adoption = people who used a core feature ÷ seats entitled to it. {core}").format(
            core=_("Core: the features marked below.")
            if any(feature.is_core for feature in marked.values())
            else _("Core: the features of these groups: {groups}.").format(
                groups=", ".join(word("feature_group", group) for group in groups)
            )
        ),
        features=tuple(
            FeatureRow(
                row["feature"],
                f"{row['users']:,}",
                f"{row['uses']:,}",
                is_core(row, marked, groups),
                day_words(marked[row["feature"]].since, style) if row["feature"] in marked else "",
            )
            for row in told.features
        ),
        core_url=reverse("success:mark_core", kwargs={"business": business.id}),
        value_sentence=_value_words(begun),
        waiting=tuple(
            (row["customer_id"], account_url(business, row["customer_id"]), day_words(row["started_on"], style))
            for row in begun.waiting
        ),
    )


def is_core(row: Row, marked: Mapping[str, Feature], groups: tuple[str, ...]) -> bool:
    """Whether a feature is core: as it was marked, else by its group while none is marked as core."""
    if row["feature"] in marked:
        return marked[row["feature"]].is_core
    return row["feature_group"] in groups and not any(feature.is_core for feature in marked.values())


def grain_of(query: Mapping[str, str]) -> str:
    """By month, or by week where the address says so."""
    grain = query.get("by", "month")
    return grain if grain in GRAINS else "month"


def _count(value: float | None) -> str:
    return MISSING if value is None else f"{value:,.0f}"


def _share(row: Any) -> float | None:
    return row["core"] / row["entitled"] if row["entitled"] else None


def _sentence(told: Use, style: Style) -> str:
    newest = told.last_whole
    share = None if newest is None else _share(newest)
    if newest is None or share is None or not newest["active"]:
        return _("Nothing is known of use yet: bring in logins and feature use as events.")
    return _("In the last whole window {core} of {entitled} entitled people used a core feature: {share}.").format(
        core=f"{newest['core']:,}", entitled=f"{newest['entitled']:,}", share=number(share, "ratio", style)
    )


def _adoption(business: Business, told: Use, style: Style) -> Chart | None:
    rows = {row["period"]: row for row in told.rows}
    shares = [_share(rows[n]) if n in rows else None for n in range(len(told.windows))]
    if all(share is None for share in shares):
        return None
    title = _("Adoption of core features")
    sentence = _sentence(told, style)
    bars = [
        Bar(
            business.calendar.short(w, style.language),
            business.calendar.label(w, style.language),
            share,
            w.end <= told.day or w.last <= told.day,
        )
        for w, share in zip(told.windows, shares, strict=True)
    ]
    drawn = trend(title, sentence, bars, "ratio", style)
    head = (_("Window"), _("Used a core feature"), _("Entitled"), _("Adoption"), _("Any use"), _("Seats"))
    table = Table(
        head,
        tuple(
            (
                bar.label,
                *(f"{rows[n][name]:,}" if n in rows else MISSING for name in ("core", "entitled")),
                MISSING if shares[n] is None else number(shares[n], "ratio", style),
                *(f"{rows[n][name]:,}" if n in rows else MISSING for name in ("active", "seats")),
            )
            for n, bar in enumerate(bars)
        ),
    )
    return replace(drawn, table=table)


def _value_words(begun: Onboarding) -> str:
    if begun.mean is None or begun.median is None:
        return _("No account that started lately has reached its first value yet.")
    return _(
        "{reached} of {started} that started in the last {months} months reached their first value: "
        "median {median} days, mean {mean} days."
    ).format(
        reached=f"{begun.reached:,}",
        started=accounts_words(begun.started),
        months=begun.months,
        median=f"{begun.median:g}",
        mean=f"{begun.mean:.2f}",
    )


def _event(row: Any, style: Style) -> EventRow:
    uses = _("not over yet")
    if row["judged"]:
        uses = _("{before} → {after} uses of {people}").format(
            before=f"{row['uses_before']:,}", after=f"{row['uses_after']:,}", people=f"{row['judged']:,}"
        )
    return EventRow(
        row["campaign"],
        day_words(row["held_on"], style),
        f"{row['invited']:,}",
        f"{row['registered']:,}",
        f"{row['attended']:,}",
        change(row["uses_after"], row["uses_before"], "count", style),
        uses,
    )


def _events_words(rows: Any, style: Style) -> str:
    if not rows:
        return _("No webinar or meeting for users has been held: events of customers with a campaign of these kinds.")
    newest = next((row for row in rows if row["uses_before"]), None)
    if newest is None:
        return _("How use changed after an event is known 30 days later.")
    return _("Who attended {name} used the product {change} in the 30 days after, against the 30 before.").format(
        name=newest["campaign"], change=change(newest["uses_after"], newest["uses_before"], "count", style)
    )
