"""What customers are worth, on one page: a sentence, the cohort table, and where to look further."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from keiki.charts.chart import Chart
from keiki.charts.format import Style, number
from keiki.customers.cohort_table import CohortTable
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages import cohorts, recurring
from keiki.server.customers.pages.cohorts import CohortsAsked, Grid, fresh_words
from keiki.server.customers.queries import cohorts as cohort_queries
from keiki.server.customers.queries import ideal as ideal_queries
from keiki.server.customers.queries import lifetime_value as value_queries
from keiki.server.customers.queries import quality as quality_queries
from keiki.server.customers.queries import recurring as recurring_queries
from keiki.server.customers.queries import segments as segment_queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

if TYPE_CHECKING:
    from keiki.customers.recurring import Recurring

PROFIT = "cumulative_profit_per_customer"
"""The value of the cohort table under the sentence."""
WHOLE = 3
"""Cohorts that are compared with those before them."""


@dataclass(frozen=True)
class Small:
    """A small panel: its subject, its number, what it means, and the page that says more."""

    title: str
    value: str
    meaning: str
    url: str


@dataclass(frozen=True)
class Told:
    """A number of a subject with its unit (None: none is known), what it means, and the page that says more."""

    subject: str
    page: str
    value: float | Decimal | None
    unit: str
    meaning: str


@dataclass(frozen=True)
class OverviewPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    sentence: str = ""
    grid: Grid | None = None
    grid_url: str = ""
    profit: Grid | None = None
    profit_url: str = ""
    waterfall: Chart | None = None
    waterfall_sentence: str = ""
    waterfall_url: str = ""
    smalls: tuple[Small, ...] = ()
    fresh: str = ""


@business_page()
@require_safe
def overview_page(request: HttpRequest, business: Business) -> HttpResponse:
    """The page of customer value."""
    known = door.known(request.user, business)
    if known.today is None:
        page = OverviewPage(pgettext("menu", "Customers"), business.name, kpis.empty_state(request, business))
    else:
        page = _page(request, business, known)
    return render(request, "customers/overview.html", {"page": page})


def _page(request: Any, business: Business, known: door.Known) -> OverviewPage:
    style = kpis.style_of(business, known)
    asked, tables = cohorts_of(request.user, business, "share")
    worth, _tables = cohorts_of(request.user, business, PROFIT)
    table = tables[0] if tables else None
    cohorts_url = reverse("customers:cohorts", kwargs={"business": business.id})
    whole = whole_month(request.user, business)
    told = table is not None and table.average(0, worth.value) is not None
    return OverviewPage(
        title=pgettext("menu", "Customers"),
        subtitle=_("{business} / what customers are worth").format(business=business.name),
        sentence=sentence(table, style, business) if table else _nobody_began(),
        grid=cohorts.grid(table, asked, style, business) if table else None,
        grid_url=cohorts_url,
        profit=cohorts.grid(table, worth, style, business) if table and told else None,
        profit_url=f"{cohorts_url}?value={worth.value}",
        waterfall=recurring.waterfall(whole, business, style) if whole else None,
        waterfall_sentence=recurring.sentence(whole, business, style) if whole else "",
        waterfall_url=reverse("customers:recurring", kwargs={"business": business.id}),
        smalls=tuple(_small(each, business, style) for each in subjects(request.user, business, style)),
        fresh=fresh_words(known, style),
    )


def _nobody_began() -> str:
    words = _("Nobody has bought or subscribed for the first time in the last {n} months.")
    return words.format(n=cohort_queries.COHORTS)


def sentence(table: CohortTable, style: Style, business: Business) -> str:
    """Do the newest cohorts stay better than those before, and what a customer has brought by then."""
    known = [cohort for cohort in table.cohorts if cohort.size and len(cohort.cells) > 1]
    if len(known) < 2 * WHOLE:
        return cohorts.sentence(table, CohortsAsked(table.rule.start, table.rule.counted), style, business)
    shares = []
    for part in (known[-WHOLE:], known[:-WHOLE]):
        there = sum(cohort.cells[1].customers for cohort in part if cohort.cells[1] is not None)
        shares.append(there / sum(cohort.size for cohort in part))
    newest, earlier = shares
    words = {
        "new": number(newest, "ratio", style),
        "old": number(earlier, "ratio", style),
        "n": WHOLE,
        "size": number(sum(cohort.size for cohort in known[-WHOLE:]), "count", style),
    }
    if newest >= earlier:
        text = _("The newest {n} cohorts ({size} customers) stay better: {new} are there after a month, {old} before.")
    else:
        text = _("The newest {n} cohorts ({size} customers) stay less: {new} are there after a month, {old} before.")
    return text.format(**words)


def cohorts_of(user: Any, business: Business, value: str) -> tuple[CohortsAsked, tuple[CohortTable, ...]]:
    """What the page asks of the cohorts, and the table that answers it."""
    start = cohort_queries.begins_with(user, business)
    asked = CohortsAsked(start, start, value)
    return asked, cohort_queries.tables(user, business, asked.rule)


def whole_month(user: Any, business: Business) -> Recurring | None:
    """The last whole month of recurring revenue; None where nothing recurs."""
    periods = recurring_queries.movements(user, business, recurring.OWN, Grain.MONTH).periods
    if not any(each.mrr_start or each.mrr_end for each in periods):
        return None
    return next((each for each in reversed(periods) if each.complete), None)


def subjects(user: Any, business: Business, style: Style) -> tuple[Told, ...]:
    """Every further page with its one number."""
    return (
        _whole(whole_month(user, business), business, style),
        _quality(user, business, style),
        _segments(user, business),
        _lifetime_value(user, business),
        Told(_("Forecast"), "forecast", None, "", _("What today's customers will still bring.")),
        _ideal(user, business),
    )


def _small(told: Told, business: Business, style: Style) -> Small:
    value = number(told.value, told.unit, style) if told.unit else ""
    return Small(told.subject, value, told.meaning, reverse(f"customers:{told.page}", kwargs={"business": business.id}))


def _whole(month: Recurring | None, business: Business, style: Style) -> Told:
    name, page = _("From lead to renewal"), "whole"
    if month is None or month.net_retention is None:
        return Told(name, page, None, "", _("The way to a contract, what stays, and what it costs."))
    words = _("of the revenue from contracts is there at the end of {period}, with expansion (NRR).")
    label = business.calendar.label(month.period, style.language)
    return Told(name, page, month.net_retention, "ratio", words.format(period=label))


def _quality(user: Any, business: Business, style: Style) -> Told:
    name, page = _("Good and bad revenue"), "quality"
    report = quality_queries.report(user, business, Grain.QUARTER)
    over = [each for each in report.periods if each.complete] or list(report.periods)
    if not over:
        return Told(name, page, None, "", _("Which revenue keeps paying back, which never did."))
    words = _("of the sales of {period} came from good customers.")
    label = business.calendar.label(over[-1].period, style.language)
    return Told(name, page, over[-1].good_share, "ratio", words.format(period=label))


def _segments(user: Any, business: Business) -> Told:
    name, page = _("Segments"), "segments"
    found = segment_queries.segments(user, business)
    if not found.customers:
        return Told(name, page, None, "", _("Who to reward, win back or welcome, with targets."))
    words = _("good customers are slipping away and can be won back.")
    return Told(name, page, found.segment("growth").customers, "count", words)


def _lifetime_value(user: Any, business: Business) -> Told:
    name, page = _("Lifetime value"), "lifetime_value"
    own = value_queries.value(user, business)
    if own.value is None:
        return Told(name, page, None, "", _("What a customer brings, beside what winning one costs."))
    words = _("of gross profit over the life of a customer.")
    if own.cac:
        words = _("of gross profit over the life of a customer: {times} times the cost of winning one.")
        words = words.format(times=f"{own.value / own.cac:.1f}")
    return Told(name, page, own.value, "currency", words)


def _ideal(user: Any, business: Business) -> Told:
    name, page = _("Ideal customers"), "ideal"
    profile = ideal_queries.profile_in_force(business)
    if profile is None:
        return Told(name, page, None, "", _("What good customers have in common."))
    totals = ideal_queries.totals(user, business, profile)
    words = _("of acquisition spend went to customers who do not fit the profile.")
    return Told(name, page, totals.spend_out_share, "ratio", words)
