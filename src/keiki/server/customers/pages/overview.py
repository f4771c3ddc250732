"""What customers are worth, on one page: a sentence, the cohort table, and where to look further."""

from __future__ import annotations

from dataclasses import dataclass
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
from keiki.customers.ltv_formulas import lifetime_values
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
    start = cohort_queries.begins_with(request.user, business)
    asked = CohortsAsked(start, start)
    worth = CohortsAsked(start, start, "cumulative_profit_per_customer")
    tables = cohort_queries.tables(request.user, business, asked.rule)
    table = tables[0] if tables else None
    cohorts_url = reverse("customers:cohorts", kwargs={"business": business.id})
    answer = recurring_queries.movements(request.user, business, recurring.OWN, Grain.MONTH)
    paid = any(each.mrr_start or each.mrr_end for each in answer.periods)
    whole = next((each for each in reversed(answer.periods) if each.complete), None) if paid else None
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
        smalls=_smalls(request, business, whole, style),
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


def _smalls(request: Any, business: Business, month: Recurring | None, style: Style) -> tuple[Small, ...]:
    """A panel per subject, with its one number; `month` is the last whole one of recurring revenue."""
    told = (
        ("whole", _("From lead to renewal"), _whole(month, business, style)),
        ("quality", _("Good and bad revenue"), _quality(request, business, style)),
        ("segments", _("Segments"), _segments(request, business, style)),
        ("lifetime_value", _("Lifetime value"), _lifetime_value(request, business, style)),
        ("forecast", _("Forecast"), ("", _("What today's customers will still bring."))),
        ("ideal", _("Ideal customers"), _ideal(request, business, style)),
    )
    return tuple(
        Small(title, value, meaning, reverse(f"customers:{name}", kwargs={"business": business.id}))
        for name, title, (value, meaning) in told
    )


Told = tuple[str, str]
"""A number and what it means."""


def _whole(month: Recurring | None, business: Business, style: Style) -> Told:
    if month is None or month.net_retention is None:
        return "", _("The way to a contract, what stays, and what it costs.")
    label = business.calendar.label(month.period, style.language)
    words = _("of the revenue from contracts is there at the end of {period}, with expansion (NRR).")
    return number(month.net_retention, "ratio", style), words.format(period=label)


def _quality(request: Any, business: Business, style: Style) -> Told:
    report = quality_queries.report(request.user, business, Grain.QUARTER)
    over = [each for each in report.periods if each.complete] or list(report.periods)
    if not over:
        return "", _("Which revenue keeps paying back, which never did.")
    period = business.calendar.label(over[-1].period, style.language)
    words = _("of the sales of {period} came from good customers.").format(period=period)
    return number(over[-1].good_share, "ratio", style), words


def _segments(request: Any, business: Business, style: Style) -> Told:
    found = segment_queries.segments(request.user, business)
    if not found.customers:
        return "", _("Who to reward, win back or welcome, with targets.")
    slipping = found.segment("growth").customers
    return number(slipping, "count", style), _("good customers are slipping away and can be won back.")


def _lifetime_value(request: Any, business: Business, style: Style) -> Told:
    own = value_queries.terms(request.user, business, None)
    cac = own.acquisition.full
    values = lifetime_values({**own.terms, "cac": cac})
    found = next((each for each in values if each.basis == "gross_profit" and each.value is not None), None)
    if found is None or found.value is None:
        return "", _("What a customer brings, beside what winning one costs.")
    if not cac:
        return number(found.value, "currency", style), _("of gross profit over the life of a customer.")
    words = _("of gross profit over the life of a customer: {times} times the cost of winning one.")
    return number(found.value, "currency", style), words.format(times=f"{found.value / cac:.1f}")


def _ideal(request: Any, business: Business, style: Style) -> Told:
    version = ideal_queries.version_in_force(business)
    if version is None:
        return "", _("What good customers have in common.")
    totals = ideal_queries.totals(request.user, business, ideal_queries.profile_of(version))
    share = totals.spend_out_share
    return number(share, "ratio", style), _("of acquisition spend went to customers who do not fit the profile.")
