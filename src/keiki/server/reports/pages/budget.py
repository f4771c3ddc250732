"""The basis of the next budget: cost, result and return of each type of campaign in the last four quarters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.chart import Chart
from keiki.charts.files_out import Book, Cell, Sheet
from keiki.charts.format import MISSING, Style, exact, number
from keiki.charts.stacked import Column, stacked
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.cockpit.pages.campaigns import media_words
from keiki.server.cockpit.queries.campaigns import BudgetBasis, Spent, budget
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door


@dataclass(frozen=True)
class BudgetLine:
    """One type in one quarter, or in all of them, as written."""

    quarter: str
    cost: str
    leads: str
    customers: str
    wins: str
    revenue: str
    profit: str
    roi: str
    whole: bool = False


@dataclass(frozen=True)
class TypeLines:
    """One type of campaign with its quarters."""

    name: str
    lines: tuple[BudgetLine, ...]


@dataclass(frozen=True)
class BudgetPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    sentence: str = ""
    types: tuple[TypeLines, ...] = ()
    chart: Chart | None = None
    rule: str = ""
    fresh: str = ""


@business_page()
@require_safe
def budget_page(request: Any, business: Business) -> HttpResponse:
    """What the next budget can rest on; `?file=` gives it as a file."""
    known = door.known(request.user, business)
    page = BudgetPage(_("Basis of the budget"), business.name)
    if known.today is None:
        page = replace(page, empty=kpis.empty_state(request, business))
        return render(request, "reports/budget.html", {"page": page})
    found, style = budget(request.user, business), kpis.style_of(business, known)
    labels = [business.calendar.label(each, style.language) for each in found.quarters]
    if file_asked(request):
        return file_answer(request, business, _book(request, business, known, found, labels))
    page = replace(
        page,
        sentence=_sentence(found, style),
        types=tuple(
            TypeLines(
                media_words(each.media_type),
                (
                    *(_line(label, one, style) for label, one in zip(labels, each.quarters, strict=True)),
                    replace(_line(_("All quarters"), each.whole, style), whole=True),
                ),
            )
            for each in found.types
        ),
        chart=_chart(business, found, labels, style),
        rule=_rule(),
        fresh=kpis.fresh_on(known.today, style),
    )
    return render(request, "reports/budget.html", {"page": page})


def _line(quarter: str, one: Spent, style: Style) -> BudgetLine:
    return BudgetLine(
        quarter=quarter,
        cost=exact(one.cost, "currency", style),
        leads=f"{one.leads:,}",
        customers=f"{one.new_customers:,}",
        wins=f"{one.wins:,}",
        revenue=exact(one.revenue, "currency", style),
        profit=exact(one.gross_profit, "currency", style),
        roi=_percent(one.roi),
    )


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{value * 100:.0f}%".replace("-", "−")


def _sentence(found: BudgetBasis, style: Style) -> str:
    """What was spent, and which type returned most and least of those whose return is known."""
    if not found.types:
        return _(
            "No row of these quarters names a campaign. Costs, orders or leads with a campaign column appear here."
        )
    spent = sum(each.whole.cost or 0.0 for each in found.types)
    ranked = sorted(
        ((each.whole.roi, each.media_type) for each in found.types if each.whole.roi is not None), reverse=True
    )
    cost = number(spent or None, "currency", style)
    if not ranked:
        return _("{cost} was spent on campaigns in these quarters; no return is known.").format(cost=cost)
    best, worst = ranked[0], ranked[-1]
    names = {"cost": cost, "best": media_words(best[1]), "high": _percent(best[0])}
    if len(ranked) == 1:
        return _("{cost} was spent on campaigns in these quarters; {best} returned {high}.").format(**names)
    words = _(
        "{cost} was spent on campaigns in these quarters; {best} returned most, {high}, and {worst} least, {low}."
    )
    return words.format(**names, worst=media_words(worst[1]), low=_percent(worst[0]))


def _chart(business: Business, found: BudgetBasis, labels: list[str], style: Style) -> Chart | None:
    """The cost of every type by quarter."""
    paid = [each for each in found.types if each.whole.cost]
    if not paid:
        return None
    columns = [
        Column(
            business.calendar.short(quarter, style.language),
            label,
            tuple(each.quarters[place].cost or 0.0 for each in paid),
        )
        for place, (quarter, label) in enumerate(zip(found.quarters, labels, strict=True))
    ]
    parts = [(media_words(each.media_type), "") for each in paid]
    return stacked(_("Cost by type of campaign"), _sentence(found, style), columns, parts, "currency", style)


def _rule() -> str:
    return _(
        "The last four fiscal quarters that are over. Cost: what ad networks report for a campaign, and ledger entries "
        "that name it. Return: (gross profit of its wins in the quarter − cost) ÷ cost; — without a cost, and while "
        "the cost of something sold is not known. Wins come later than costs: judge by several quarters."
    )


def _book(request: Any, business: Business, known: door.Known, found: BudgetBasis, labels: list[str]) -> Book:
    """A row for each type and quarter, then for each type in all of them."""
    columns = (
        (_("Type of media"), "", ""),
        (_("Quarter"), "", _("Fiscal quarters of the business that are over.")),
        (_("Campaigns"), "count", _("Campaigns with a cost, a lead, a customer or a win.")),
        (_("Cost"), "currency", _("What ad networks report for the campaigns, and ledger entries that name them.")),
        (_("Leads"), "count", ""),
        (_("New customers"), "count", ""),
        (_("Wins"), "count", _("Completed orders and won deals that carry the name of a campaign.")),
        (_("Revenue"), "currency", ""),
        (_("Gross profit"), "currency", _("Empty while the cost of something sold is not known.")),
        (_("ROI"), "ratio", _("(Gross profit − cost) ÷ cost; empty without a cost.")),
    )
    rows: list[tuple[Cell, ...]] = []
    for each in found.types:
        name = media_words(each.media_type)
        rows += [(name, label, *_cells(one)) for label, one in zip(labels, each.quarters, strict=True)]
        rows.append((name, _("All quarters"), *_cells(each.whole)))
    sheet = Sheet(
        tuple(head for head, _unit, _meaning in columns), rows, tuple(unit for _head, unit, _meaning in columns)
    )
    filters = (
        (_("Business"), business.name),
        (_("Period"), " · ".join(labels)),
        (_("Currency"), f"{business.currency} ({kpis.tax_words(business)})"),
        (_("Data up to"), known.today.isoformat() if known.today else ""),
        (_("State of the data"), str(known.snapshot)),
        (_("Made by"), str(request.user)),
    )
    definitions = Sheet((_("Name"), _("Definition")), [(head, meaning) for head, _unit, meaning in columns if meaning])
    return Book(_("Basis of the budget"), sheet, sheet, filters, definitions)


def _cells(one: Spent) -> tuple[Cell, ...]:
    return (
        one.campaigns,
        one.cost,
        one.leads,
        one.new_customers,
        one.wins,
        one.revenue,
        one.gross_profit,
        one.roi,
    )
