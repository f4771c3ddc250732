"""What customer success costs, and what it keeps and grows: the profit centre, month by month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.chart import Chart, Table
from keiki.charts.format import MISSING, Style, number
from keiki.charts.trend import Bar, trend
from keiki.customers.success_return import cost_share, outgrows_profit
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.pages import Fact, fresh_words, style_of

if TYPE_CHECKING:
    from keiki.engine.customer_success import Accounting


@dataclass(frozen=True)
class ValuePage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    sentence: str = ""
    warning: str = ""
    facts: tuple[Fact, ...] = ()
    share: Chart | None = None
    share_sentence: str = ""
    rule: str = ""


@business_page()
@require_safe
def value_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Cost, kept and grown revenue, and the return."""
    known = door.known(request.user, business)
    title = _("What it costs and brings")
    if known.today is None:
        page = ValuePage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/value.html", {"page": page})
    style = style_of(request, business)
    told = queries.accounting(request.user, business)
    return render(request, "success/value.html", {"page": _page(business, told, known.today, style)})


def _page(business: Business, told: Accounting, day: Any, style: Style) -> ValuePage:
    margin, back, cost = told.margin, told.back, told.total("cost")
    columns = {name: [float(row[name]) for row in told.rows] for name in ("cost", "revenue", "gross_profit")}
    rises = outgrows_profit(columns["cost"], columns["revenue"], columns["gross_profit"], told.rule.rising)
    figure, sentence = _share(business, told, style)
    return ValuePage(
        title=_("What it costs and brings"),
        subtitle=business.name,
        fresh=fresh_words(day, style),
        sentence=_sentence(told, style),
        warning=_("Its share of revenue has risen for {n} months in a row while the profit did not grow.").format(
            n=told.rule.rising
        )
        if rises
        else "",
        facts=(
            Fact(_("Cost in 12 months"), number(cost, "currency", style)),
            Fact(
                _("Profit of grown contracts"),
                number(told.grown, "currency", style),
                _("{grown} more a month by upsell and cross-sell, for {months} months").format(
                    grown=number(told.total("expansion"), "currency", style), months=told.rule.months
                ),
            ),
            Fact(_("Return on the cost"), MISSING if back is None else f"{back:.2f}", _("of grown contracts alone")),
            Fact(
                _("Profit of kept contracts"),
                number(told.kept, "currency", style),
                _("{kept} of {start} stayed from the start of a month to its end").format(
                    kept=number(told.total("kept"), "currency", style),
                    start=number(told.total("mrr_start"), "currency", style),
                ),
            ),
            Fact(
                _("Return with what is kept"),
                MISSING if told.back_with_kept is None else f"{told.back_with_kept:.2f}",
                _("at most: some would have stayed anyway"),
            ),
        ),
        share=figure,
        share_sentence=sentence,
        rule=_(
            "Return = grown monthly revenue × {months} months × gross margin {margin} ÷ cost. Kept: revenue of the "
            "start of each month that is there at its end × gross margin. "
            "Cost: entries of the departments customer success and support, or of their categories."
        ).format(months=told.rule.months, margin=MISSING if margin is None else number(margin, "ratio", style)),
    )


def _sentence(told: Accounting, style: Style) -> str:
    cost, back, whole = told.total("cost"), told.back, told.back_with_kept
    if not cost:
        return _("No cost of customer success is booked, so nothing can be said about its return.")
    if back is None or whole is None:
        return _("The gross margin is not known, so the return cannot be worked out.")
    spent = number(cost, "currency", style)
    if back >= 1:
        return _("Every unit spent on customer success brought back {back} in the profit of grown contracts.").format(
            back=f"{back:.2f}"
        )
    return _(
        "Grown contracts brought back {back} of each unit spent ({cost} in 12 months); with those kept it is {whole}."
    ).format(back=f"{back:.2f}", cost=spent, whole=f"{whole:.2f}")


def _share(business: Business, told: Accounting, style: Style) -> tuple[Chart | None, str]:
    shares = [cost_share(float(row["cost"]), float(row["revenue"])) for row in told.rows]
    known = [share for share in shares if share is not None]
    if not known:
        return None, _("There is no revenue to compare the cost with.")
    title = _("Cost of customer success ÷ revenue")
    sentence = _("Last month it was {share} of revenue.").format(share=number(known[-1], "ratio", style))
    labels = [business.calendar.label(month, style.language) for month in told.months]
    bars = [
        Bar(business.calendar.short(month, style.language), label, share)
        for month, label, share in zip(told.months, labels, shares, strict=True)
    ]
    drawn = trend(title, sentence, bars, "ratio", style)
    names = ("revenue", "gross_profit", "cost", "mrr_start", "kept", "lost", "expansion")
    head = (
        _("Month"),
        _("Revenue"),
        _("Gross profit"),
        _("Cost"),
        _("Recurring at the start"),
        _("Kept"),
        _("Lost revenue"),
        _("Grown"),
    )
    rows = tuple(
        (label, *(number(row[name], "currency", style) for name in names))
        for label, row in zip(labels, told.rows, strict=True)
    )
    return replace(drawn, table=Table(head, rows)), sentence
