"""Several businesses together: one KPI in each, and in all of them as one company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.catalogue.load import Catalogue
from keiki.charts.chart import Chart
from keiki.charts.format import Style, change, exact, number
from keiki.charts.lines import Line, lines
from keiki.charts.sentence import Told, sentence
from keiki.charts.stacked import Column, stacked
from keiki.charts.worked import worked_words
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.queries import businesses_of
from keiki.server.kpis import queries
from keiki.server.kpis.pages.numbers import Way, kpi_name, kpi_url, style_of
from keiki.server.kpis.queries import Part, Together
from keiki.server.ui.forms import read_day
from keiki.server.ui.templatetags.ui import gap

GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
OFTEN = ("revenue", "gross_profit", "profit_margin", "new_customers", "cac", "cvr")
"""KPIs that are offered though they stand in no tree."""


@dataclass(frozen=True)
class Choice:
    """Something to choose in the form."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class BusinessRow:
    """One business: its own trees, its value, its part of the whole, how it moved."""

    words: str
    url: str
    trees: tuple[Way, ...]
    value: str
    exact: str
    share: str
    moved: str


@dataclass(frozen=True)
class TogetherPage:
    title: str
    subtitle: str
    kpi: str
    kpi_url: str
    period: str
    sentence: str
    course: str
    why: str
    how: str
    worked: str
    rows: tuple[BusinessRow, ...]
    total: BusinessRow
    share_words: str
    chart: Chart | None
    businesses: tuple[Choice, ...]
    kpis: tuple[Choice, ...]
    grains: tuple[Choice, ...]
    periods: tuple[Choice, ...]


@business_page()
@require_safe
def together_page(request: Any, business: Business) -> HttpResponse:
    """A KPI of the chosen businesses, those that the person belongs to, and of all of them as one."""
    mine = sorted(businesses_of(request.user), key=lambda each: each.id != business.id)
    wished = set(request.GET.getlist("with")) or {each.id for each in mine}
    chosen = [each for each in mine if each.id in wished or each.id == business.id]
    catalogue = queries.catalogue_of(request.user, business)
    known = queries.known(request.user, business)
    grain = next((each for each in GRAINS if each.value == request.GET.get("grain")), Grain.MONTH)
    offered = _offered(request, business, chosen, catalogue)
    kpi_id = request.GET.get("kpi", "")
    kpi_id = kpi_id if kpi_id in catalogue.kpis else next(iter(offered), "revenue")
    style = style_of(business, known)
    periods = queries.periods_together(request.user, chosen, grain)
    until = next((each for each in periods if each.start == read_day(request.GET.get("until", ""))), None)
    told = queries.joined(request.user, chosen, kpi_id, grain, until)
    choices = _Choices(mine, chosen, {*offered, kpi_id}, kpi_id, grain, periods, until or periods[-1])
    return render(request, "kpis/together.html", {"page": _page(request, business, told, choices, catalogue, style)})


@dataclass(frozen=True)
class _Choices:
    mine: Sequence[Business]
    chosen: Sequence[Business]
    kpis: set[str]
    kpi: str
    grain: Grain
    periods: Sequence[Period]
    until: Period


def _offered(request: Any, business: Business, chosen: Sequence[Business], catalogue: Catalogue) -> tuple[str, ...]:
    """The KPIs of the trees of the chosen businesses, the first business's first."""
    found = [name for each in chosen for name in queries.active_kpis(request.user, each)]
    return tuple(name for name in dict.fromkeys((*found, *OFTEN)) if name in catalogue.kpis)


def _page(
    request: Any, business: Business, told: Together, choices: _Choices, catalogue: Catalogue, style: Style
) -> TogetherPage:
    language, label = style.language, business.calendar.label
    name = kpi_name(told.kpi, language)
    total = Part(_("Together"), told.totals, told.before, 1.0 if told.totals[-1] is not None else None)
    words = [_row(request, one, part, told, style) for one, part in zip(choices.chosen, told.parts, strict=True)]
    said = _sentence(told, style)
    return TogetherPage(
        title=_("Businesses together"),
        subtitle=_("{count} businesses").format(count=len(told.parts)),
        kpi=name,
        kpi_url=kpi_url(business, told.kpi.id),
        period=label(told.periods[-1], language),
        sentence=said,
        course=_course(business, told, style),
        why=told.why.words(language) if told.why else "",
        how=_how(told),
        worked=worked_words(told.worked, catalogue, style) if told.worked and not told.adds else "",
        rows=tuple(words),
        total=_row(request, None, total, told, style),
        share_words=_("Part of the total") if told.adds else _("Weight"),
        chart=_chart(business, told, name, said, style),
        businesses=tuple(Choice(each.id, each.name, each in choices.chosen) for each in choices.mine),
        kpis=_kpi_choices(choices, catalogue, language),
        grains=tuple(Choice(each.value, _grain_words()[each], each == choices.grain) for each in GRAINS),
        periods=tuple(
            Choice(each.start.isoformat(), label(each, language), each == choices.until)
            for each in reversed(choices.periods)
        ),
    )


def _kpi_choices(choices: _Choices, catalogue: Catalogue, language: str) -> tuple[Choice, ...]:
    found = [
        Choice(name, kpi_name(catalogue.kpis[name], language), name == choices.kpi)
        for name in choices.kpis
        if name in catalogue.kpis
    ]
    return tuple(sorted(found, key=lambda each: each.words))


def _grain_words() -> dict[Grain, str]:
    return {Grain.MONTH: _("Month"), Grain.QUARTER: _("Quarter"), Grain.YEAR: _("Year")}


def _row(request: Any, one: Business | None, part: Part, told: Together, style: Style) -> BusinessRow:
    unit, value = told.kpi.unit, part.values[-1]
    own = style if one is None else Style(style.language, one.currency, style.money)
    trees: tuple[Way, ...] = ()
    if one is not None:
        used = dict.fromkeys(tree for tree, _node in queries.used_in(request.user, one, told.kpi.id))
        trees = tuple(
            Way(
                tree.ja if style.japanese else tree.en,
                reverse("cockpit:tree", kwargs={"business": one.id, "tree": tree.id}),
            )
            for tree in used
        )
    return BusinessRow(
        words=part.name,
        url="" if one is None else kpi_url(one, told.kpi.id),
        trees=trees,
        value=number(value, unit, own),
        exact=exact(value, unit, own),
        share=number(part.share, "ratio", style),
        moved=change(value, part.before, unit, own),
    )


def _sentence(told: Together, style: Style) -> str:
    """What the whole came to, how it moved, and who is the largest part."""
    if told.totals[-1] is None:
        return ""
    grain = told.periods[-1].grain or Grain.MONTH
    words = sentence(Told(told.totals[-1], told.before, told.kpi.unit, grain), style)
    parts = [each for each in told.parts if each.share is not None]
    if not parts or len(told.parts) < 2:
        return words
    largest = max(parts, key=lambda each: each.share or 0.0)
    more = _("The largest part is {name} with {share}.") if told.adds else _("{name} weighs most, with {share}.")
    return f"{words}{gap()}{more.format(name=largest.name, share=number(largest.share, 'ratio', style))}"


def _course(business: Business, told: Together, style: Style) -> str:
    """From where to where the whole went."""
    known = [(each, value) for each, value in zip(told.periods, told.totals, strict=True) if value is not None]
    if len(known) < 2:
        return _("Each business by itself.")
    (first, before), (last, after) = known[0], known[-1]
    return _("Together from {before} in {first} to {after} in {last}.").format(
        before=number(before, told.kpi.unit, style),
        first=business.calendar.label(first, style.language),
        after=number(after, told.kpi.unit, style),
        last=business.calendar.label(last, style.language),
    )


def _how(told: Together) -> str:
    """How the total is made."""
    if told.why is not None:
        return ""
    how = (
        _("The values of the businesses are added up.")
        if told.adds
        else _("Not a mean: what stands above and below the line is added up first, then divided.")
    )
    twice = _("Somebody who is in two businesses counts in each.")
    return f"{how}{gap()}{twice}" if told.twice else how


def _chart(business: Business, told: Together, name: str, said: str, style: Style) -> Chart | None:
    labels = [business.calendar.label(each, style.language) for each in told.periods]
    values = [value for part in told.parts for value in part.values]
    if all(value is None for value in values):
        return None
    whole = all(value is not None and value >= 0 for value in values)
    if told.adds and told.why is None and whole:
        columns = [
            Column(
                business.calendar.short(each, style.language),
                label,
                tuple(part.values[place] or 0.0 for part in told.parts),
            )
            for place, (each, label) in enumerate(zip(told.periods, labels, strict=True))
        ]
        return stacked(name, said, columns, [(part.name, "") for part in told.parts], told.kpi.unit, style)
    total = [Line(_("Together"), told.totals)] if told.why is None else []
    series = [*total, *(Line(part.name, part.values) for part in told.parts)]
    return lines(
        name,
        said,
        series,
        [business.calendar.short(each, style.language) for each in told.periods],
        told.kpi.unit,
        style,
    )
