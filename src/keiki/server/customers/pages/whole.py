"""Revenue from lead to renewal on one page: the way to a contract, what stays, what it costs, what customers add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.aim import Aim
from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, number
from keiki.charts.meaning import funnel_sentence
from keiki.charts.rows import Held, Part, bullets, funnel
from keiki.charts.rule_words import rule_words
from keiki.facts import value_words
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.forms.whole import WholeAsked
from keiki.server.customers.pages.cohorts import fresh_words
from keiki.server.customers.queries import whole as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.templatetags.ui import colon

if TYPE_CHECKING:
    from keiki.catalogue.load import Catalogue
    from keiki.engine.whole_revenue import WholeRevenue

FUNNEL = ("leads", "mql_count", "sql_count", "opportunities", "won_orders")
CARDS = (
    *("nrr", "grr", "profit_margin", "ltv_cac"),
    *("cs_cost", "cs_cost_ratio", "retention_cost_per_customer", "expansion_revenue_ratio"),
)
ADDED = ("upsell_added_revenue", "cross_sell_added_revenue")


@dataclass(frozen=True)
class NumberRow:
    """One number of the segment beside that of everybody."""

    name: str
    value: str
    everybody: str
    url: str


@dataclass(frozen=True)
class ReferrerRow:
    customer: str
    referrals: str
    converted: str
    rate: str


@dataclass(frozen=True)
class WholePage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens: kpis.LensForm = kpis.LensForm(())
    line: str = ""
    line_error: str = ""
    segment: str = ""
    sentence: str = ""
    note: str = ""
    funnel: Chart | None = None
    funnel_sentence: str = ""
    rows: tuple[NumberRow, ...] = ()
    expansion: Chart | None = None
    expansion_sentence: str = ""
    expansion_rule: str = ""
    rule_url: str = ""
    added: tuple[NumberRow, ...] = ()
    added_sentence: str = ""
    referral_sentence: str = ""
    referrers: tuple[ReferrerRow, ...] = ()


@business_page()
@require_safe
def whole_page(request: HttpRequest, business: Business) -> HttpResponse:
    """From lead to renewal; the address holds the segment and the line for the share of expansion."""
    known = door.known(request.user, business)
    title = _("From lead to renewal")
    if known.today is None:
        page = WholePage(title, business.name, kpis.empty_state(request, business))
        return render(request, "customers/whole.html", {"page": page})
    style = kpis.style_of(business, known)
    segments = queries.segments(request.user, business)
    asked = WholeAsked.read(request.GET, segments)
    found = queries.whole(request.user, business, asked.segment)
    frame = WholePage(
        title=title,
        subtitle=kpis.beside_business(business, business.calendar.label(found.period, style.language)),
        fresh=fresh_words(known, style),
        lens=_lens(segments, asked, style),
        line=asked.text or number(found.line, "ratio", style),
        line_error=_("Write a share above 0% and up to 100%, such as 35%.") if asked.wrong else "",
        segment="" if asked.segment is None else segment_words(*asked.segment, style),
        expansion_rule=rule_words(queries.rules(request.user, business), "expansion", style),
        rule_url=reverse("accounts:rules", kwargs={"business": business.id}) + "#rules-expansion",
    )
    page = _page(frame, business, found, asked, door.catalogue_of(request.user, business), style)
    return render(request, "customers/whole.html", {"page": page})


def _lens(segments: dict[str, tuple[str, ...]], asked: WholeAsked, style: Style) -> kpis.LensForm:
    options = [("", _("Everybody"))]
    options += [
        (f"{name}:{value}", segment_words(name, value, style)) for name, values in segments.items() for value in values
    ]
    chosen = ":".join(asked.segment) if asked.segment else ""
    return kpis.LensForm((kpis.Choice("segment", _("Customers"), tuple(options), chosen),))


def segment_words(attribute: str, value: str, style: Style) -> str:
    """A segment in words."""
    return f"{kpis.dimension_words(attribute, style)}{colon()}{value_words(attribute, value, style.language)}"


def _page(
    frame: WholePage, business: Business, found: WholeRevenue, asked: WholeAsked, catalogue: Catalogue, style: Style
) -> WholePage:
    steps = [
        Part(name_of(name, catalogue, style), found.values[name], _url(name, business, catalogue)) for name in FUNNEL
    ]
    told = funnel_sentence(steps, style)
    line = asked.line or found.line
    return replace(
        frame,
        sentence=_sentence(found, style),
        note=_unassigned() if found.unassigned else "",
        funnel=funnel(_("Lead to win"), told, steps, "count", style),
        funnel_sentence=told,
        rows=tuple(_row(name, found, business, catalogue, style) for name in CARDS),
        expansion=_expansion(found, line, style),
        expansion_sentence=_expansion_sentence(found, line, style),
        added=tuple(_row(name, found, business, catalogue, style) for name in ADDED),
        added_sentence=_added_sentence(found, style),
        referral_sentence=_referral_sentence(found, style),
        referrers=tuple(
            ReferrerRow(
                each.customer_id,
                number(each.referrals, "count", style),
                number(each.converted, "count", style),
                number(each.rate, "ratio", style),
            )
            for each in found.referrers
        ),
    )


def _unassigned() -> str:
    return _("No cost is booked on customers of this segment: costs are not known, the profit margin is without them.")


def _shown(name: str, value: float | None, catalogue: Catalogue, style: Style) -> str:
    if name == "ltv_cac":
        return MISSING if value is None else f"{value:.2f}"
    return number(value, catalogue.kpis[name].unit, style)


def name_of(name: str, catalogue: Catalogue, style: Style) -> str:
    """What a number of the page is called."""
    if name in catalogue.kpis:
        return kpis.kpi_name(catalogue.kpis[name], style.language)
    return _("LTV/CAC (gross profit)")


def _url(name: str, business: Business, catalogue: Catalogue) -> str:
    return kpis.kpi_url(business, name) if name in catalogue.kpis else ""


def _row(name: str, found: WholeRevenue, business: Business, catalogue: Catalogue, style: Style) -> NumberRow:
    return NumberRow(
        name=name_of(name, catalogue, style),
        value=_shown(name, found.values[name], catalogue, style),
        everybody=_shown(name, found.everybody[name], catalogue, style) if found.segment is not None else "",
        url=_url(name, business, catalogue),
    )


def _sentence(found: WholeRevenue, style: Style) -> str:
    """Whether what is won stays, and whether winning it pays."""
    nrr, paid = found.values["nrr"], found.values["ltv_cac"]
    told = []
    if nrr is not None:
        share = number(nrr, "ratio", style)
        told.append(
            _("Existing contracts hold or grow: {share} of their revenue is there a year later.").format(share=share)
            if nrr >= 1
            else _("Existing contracts shrink: {share} of their revenue is there a year later.").format(share=share)
        )
    if paid is not None:
        words = f"{paid:.2f}"
        told.append(
            _("Winning a customer pays: it brings {times} times its cost in gross profit.").format(times=words)
            if paid > 1
            else _("Winning a customer does not pay: it brings {times} times its cost in gross profit.").format(
                times=words
            )
        )
    if not told:
        return _("Neither contracts nor the cost of winning customers are known here.")
    return ("" if style.japanese else " ").join(told)


def _expansion(found: WholeRevenue, line: float, style: Style) -> Chart | None:
    share = found.values["expansion_revenue_ratio"]
    if share is None:
        return None
    held = Held(_("Share of expansion"), share, Aim(low=line), "ratio")
    return bullets(_("Share of revenue from expansion"), _expansion_sentence(found, line, style), [held], style)


def _expansion_sentence(found: WholeRevenue, line: float, style: Style) -> str:
    share = found.values["expansion_revenue_ratio"]
    if share is None:
        return _("There is no revenue to compare the expansion with.")
    words = {
        "expansion": number(found.values["expansion_revenue"], "currency", style),
        "revenue": number(found.values["revenue"], "currency", style),
        "share": number(share, "ratio", style),
        "line": number(line, "ratio", style),
    }
    if share >= line:
        return _("{expansion} of {revenue} come from expansion: {share}. The line of {line} is met.").format(**words)
    return _("{expansion} of {revenue} come from expansion: {share}. The line of {line} is not met.").format(**words)


def _added_sentence(found: WholeRevenue, style: Style) -> str:
    up, cross = (found.values[name] for name in ADDED)
    if up is None and cross is None:
        return _("No order line says that it came from upsell or cross-sell.")
    return _("Upsell added {up}, cross-sell {cross}: whole lines, not the difference in price.").format(
        up=number(up, "currency", style), cross=number(cross, "currency", style)
    )


def _referral_sentence(found: WholeRevenue, style: Style) -> str:
    if not found.referrals:
        return _("Nobody referred anybody.")
    return _("Referrals: {count}, of which {converted} became customers ({rate}).").format(
        count=number(found.referrals, "count", style),
        converted=number(found.converted, "count", style),
        rate=number(found.referral_rate, "ratio", style),
    )
