"""The forecast: what customers will bring, whether it would have been right a year ago, and its limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, number
from keiki.charts.lines import Line, lines
from keiki.charts.stacked import Column, stacked
from keiki.errors import NoCustomers, SplitImpossible
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.forms.forecast import ForecastAsked
from keiki.server.customers.pages.cohorts import fresh_words
from keiki.server.customers.pages.contracts import ContractPanel, contract_panel
from keiki.server.customers.pages.occasions import OccasionPanel, occasion_panel
from keiki.server.customers.queries import forecast as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.templatetags.ui import gap

if TYPE_CHECKING:
    from keiki.engine.customer_forecast import Forecast


@dataclass(frozen=True)
class ClassRow:
    """Customers who had bought equally often: purchases told and bought in the held-out time, per customer."""

    bought: str
    customers: str
    told: str
    actual: str
    naive: str


@dataclass(frozen=True)
class CandidateRow:
    name: str
    chosen: bool
    settled: str
    fit: str
    off: str
    error: str


@dataclass(frozen=True)
class CustomerRow:
    id: str
    since: str
    last: str
    bought: str
    alive: str
    expected: str
    worth: str


@dataclass(frozen=True)
class ForecastPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    trouble: str = ""
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    discount: str = ""
    discount_error: str = ""
    split: str = ""
    split_error: str = ""
    sentence: str = ""
    purchases: str = ""
    interval: str = ""
    worth: str = ""
    present: str = ""
    customers: str = ""
    basis: str = ""
    model: str = ""
    reason: str = ""
    cautions: tuple[str, ...] = ()
    held_sentence: str = ""
    tracked: Chart | None = None
    classes: tuple[ClassRow, ...] = ()
    candidates: tuple[CandidateRow, ...] = ()
    alive_sentence: str = ""
    alive: Chart | None = None
    top: tuple[CustomerRow, ...] = ()
    top_sentence: str = ""
    contracts: ContractPanel | None = None
    occasions: OccasionPanel | None = None


@business_page()
@require_safe
def forecast_page(request: HttpRequest, business: Business) -> HttpResponse:
    """What customers are expected to bring; the address holds months, discount, model and how customers can buy."""
    known = door.known(request.user, business)
    if known.today is None:
        page = ForecastPage(_("Forecast"), business.name, kpis.empty_state(request, business))
        return render(request, "customers/forecast.html", {"page": page})
    asked = ForecastAsked.read(request.GET)
    style = kpis.style_of(business, known)
    start = ForecastPage(
        _("Forecast"),
        business.name,
        fresh=fresh_words(known, style),
        lens_form=_lens_form(asked),
        discount=asked.text or "10%",
        discount_error=_("Write a yearly rate from 0% to 100%, such as 10%.") if asked.wrong else "",
    )
    contracts = contract_panel(request, business, asked.months, asked.discount, style)
    start = replace(start, contracts=contracts)
    try:
        occasions = occasion_panel(request, business, asked, style)
        if occasions is not None:
            return render(request, "customers/forecast.html", {"page": replace(start, occasions=occasions)})
        try:
            found = _forecast(request, business, asked)
        except SplitImpossible as error:
            start = replace(start, split_error=error.words(style.language))
            found = _forecast(request, business, replace(asked, split=None))
    except NoCustomers as error:
        page = replace(start, trouble="" if contracts is not None else error.words(style.language))
    else:
        page = _page(start, asked, found, style)
    return render(request, "customers/forecast.html", {"page": page})


def _forecast(request: HttpRequest, business: Business, asked: ForecastAsked) -> Forecast:
    return queries.forecast(request.user, business, asked.months, asked.discount, asked.model or None, asked.split)


def _lens_form(asked: ForecastAsked) -> kpis.LensForm:
    months = tuple((str(each), _("{count} months").format(count=each)) for each in queries.MONTHS)
    models = (("", _("Chosen by the past")), *((each, each) for each in queries.MODELS))
    words = (_("once a month at most"), _("once a quarter at most"), _("once a year at most"))
    occasions = (("", _("at any time")), *zip(map(str, queries.OCCASIONS), words, strict=True))
    return kpis.LensForm(
        (
            kpis.Choice("months", _("Ahead"), months, str(asked.months)),
            kpis.Choice("occasions", _("Customers buy"), occasions, asked.occasions or ""),
            *(() if asked.occasions else (kpis.Choice("model", _("Model"), models, asked.model),)),
        )
    )


def _page(start: ForecastPage, asked: ForecastAsked, found: Forecast, style: Style) -> ForecastPage:
    reason = found.choice.words(style.language)
    if asked.model:
        reason = _("Chosen by hand.")
    return replace(
        start,
        sentence=_sentence(found, style),
        purchases=number(round(found.purchases), "count", style),
        interval=_interval(found, style),
        worth=number(found.worth, "currency", style),
        present=number(round(found.present), "count", style),
        customers=number(found.customers, "count", style),
        basis=_("Gross profit of today: margin {margin}, {discount} a year taken off for waiting.").format(
            margin=number(found.margin, "ratio", style), discount=number(found.rule.discount, "ratio", style)
        ),
        model=found.name,
        reason=reason,
        cautions=tuple(each.words(style.language) for each in found.cautions),
        split=asked.split.isoformat() if start.split_error and asked.split else found.split.isoformat(),
        held_sentence=held_words(found, style),
        tracked=_tracked(found, style),
        classes=tuple(_class_row(each, style) for each in found.hold_out.classes),
        candidates=tuple(_candidate_row(found, place, style) for place in range(len(found.choice.candidates))),
        alive_sentence=_alive_sentence(found, style),
        alive=_alive(found, style),
        top=tuple(_customer_row(found, place, style) for place in range(len(found.top))),
        top_sentence=_top_sentence(found, style),
    )


def held_words(found: Forecast, style: Style) -> str:
    """Up to which day the proof knew purchases, and how near it came."""
    day = f"{found.split:%Y/%m/%d}" if style.japanese else f"{found.split:%d %b %Y}"
    known = _("It knew purchases up to {day} only.").format(day=day)
    return f"{known}{gap()}{found.hold_out.words(style.language)}"


def _sentence(found: Forecast, style: Style) -> str:
    words = {
        "customers": number(found.customers, "count", style),
        "months": number(found.rule.months, "months", style),
        "purchases": number(round(found.purchases), "count", style),
        "worth": number(found.worth, "currency", style),
    }
    if found.worth is None:
        return _("{customers} customers are expected to buy {purchases} times in the next {months}.").format(**words)
    return _(
        "{customers} customers are expected to buy {purchases} times in the next {months}; that is worth {worth} today."
    ).format(**words)


def _interval(found: Forecast, style: Style) -> str:
    low, high = found.interval.low, found.interval.high
    if low is None or high is None:
        return MISSING
    return f"{number(round(low), 'count', style)} – {number(round(high), 'count', style)}"


def _tracked(found: Forecast, style: Style) -> Chart:
    tracked = found.tracked
    sentence = _("The forecast knew the first {split} days only.").format(split=number(tracked.split, "count", style))
    return lines(
        _("Repeat purchases, added up every four weeks"),
        sentence,
        [Line(_("Actual"), (0.0, *tracked.actual)), Line(_("Forecast"), (0.0, *tracked.told))],
        [str(place) for place in range(len(tracked.days) + 1)],
        "count",
        style,
        over=_("4 weeks"),
    )


def _class_row(each: object, style: Style) -> ClassRow:
    told = vars(each)
    times = number(told["frequency"], "count", style) + ("+" if told["and_more"] else "")
    return ClassRow(
        bought=times,
        customers=number(told["customers"], "count", style),
        told=f"{told['expected']:.2f}",
        actual=f"{told['actual']:.2f}",
        naive=f"{told['naive']:.2f}",
    )


def _candidate_row(found: Forecast, place: int, style: Style) -> CandidateRow:
    each = found.choice.candidates[place]
    held = each.hold_out
    return CandidateRow(
        name=each.name,
        chosen=each.name == found.name,
        settled=_("yes") if each.settled else _("no"),
        fit=number(round(each.estimate.bic), "count", style),
        off=MISSING if held is None or held.off is None else f"{held.off:+.1%}".replace("-", "\u2212"),
        error=MISSING if held is None else f"{held.error:.3f}",
    )


def _alive_sentence(found: Forecast, style: Style) -> str:
    return _("Of {customers} customers about {present} are still there; {gone} have less than a 10% chance.").format(
        customers=number(found.customers, "count", style),
        present=number(round(found.present), "count", style),
        gone=number(found.alive[0], "count", style),
    )


def _alive(found: Forecast, style: Style) -> Chart:
    columns = [
        Column(f"{step * 10}%", f"{step * 10}–{step * 10 + 10}%", (float(count),))
        for step, count in enumerate(found.alive)
    ]
    title = _("Customers by their chance to be there still")
    return stacked(title, _alive_sentence(found, style), columns, [(_("Customers"), "")], "count", style)


def _customer_row(found: Forecast, place: int, style: Style) -> CustomerRow:
    each = found.top[place]
    day = "%Y/%m/%d" if style.japanese else "%d %b %Y"
    return CustomerRow(
        id=each.customer_id,
        since=f"{each.first_on:{day}}",
        last=f"{each.last_on:{day}}",
        bought=number(each.frequency + 1, "count", style),
        alive=number(each.alive, "ratio", style),
        expected=f"{each.expected:.1f}",
        worth=number(each.worth, "currency", style),
    )


def _top_sentence(found: Forecast, style: Style) -> str:
    if found.worth is None or not found.worth:
        return _("Those expected to buy most often come first.")
    share = sum(each.worth or 0 for each in found.top) / found.worth
    return _("These {count} customers stand for {share} of the expected worth.").format(
        count=len(found.top), share=number(share, "ratio", style)
    )
