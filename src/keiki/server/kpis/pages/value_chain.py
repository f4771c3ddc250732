"""The value chain map: primary and support activities; each with its KPIs and what it costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.catalogue.tags import label
from keiki.catalogue.value_chain import ACTIVITIES, Activity, activities_of, activity_of_cost
from keiki.charts.format import MISSING, Style, exact, number
from keiki.errors import EditConflict
from keiki.facts import vocabulary
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import queries
from keiki.server.kpis.actions import mix
from keiki.server.kpis.actions import strengths as actions
from keiki.server.kpis.forms import MixForm, StrengthForm
from keiki.server.kpis.pages.mix import Mix, goals, mix_of
from keiki.server.kpis.pages.numbers import fresh_on, kpi_name, kpi_url, style_of
from keiki.server.kpis.pages.strengths import Strengths, strengths_of
from keiki.server.kpis.queries import CostPart, KpiValue, Spending, Tagged
from keiki.server.ui.templatetags.ui import gap

FEWEST = 10
"""KPIs that are listed at once, even where fewer stand in trees."""


@dataclass(frozen=True)
class Area:
    """One activity on the map; `cost` is — without a cost that belongs to it."""

    words: str
    about: str
    kpis: str
    cost: str
    share: str
    current: bool
    url: str


@dataclass(frozen=True)
class KpiLine:
    """A KPI of the chosen activity; `ours`: it stands in a tree of the business."""

    words: str
    url: str
    tag: str
    value: str
    ours: bool


@dataclass(frozen=True)
class CostLine:
    department: str
    category: str
    amount: str
    exact: str


@dataclass(frozen=True)
class ValueChainPage:
    title: str
    subtitle: str
    fresh: str
    sentence: str
    primary: tuple[Area, ...]
    support: tuple[Area, ...]
    chosen: str
    about: str
    meaning: str
    kpis: tuple[KpiLine, ...]
    others: tuple[KpiLine, ...]
    costs: tuple[CostLine, ...]
    rule: str
    strengths: Strengths
    mix: Mix


@business_page()
@require_safe
def value_chain_page(request: HttpRequest, business: Business) -> HttpResponse:
    """The whole map; the address names the activity whose KPIs and costs are listed, else the costliest one."""
    return _show(request, business, StrengthForm())


@business_page(EDIT)
@require_POST
def score_activity(request: Any, business: Business) -> HttpResponse:
    """An editor says how well one activity does against competitors, and why."""
    form = StrengthForm(request.POST)
    if not form.is_valid():
        return _show(request, business, form, 422)
    said = form.cleaned_data
    actions.score_activity(request.user, business, said["activity"], said["score"], said["reason"], said["rival"])
    messages.success(request, _("Saved."))
    return redirect(reverse("kpis:value_chain", kwargs={"business": business.id}) + "#strengths")


@business_page(EDIT)
@require_POST
def write_mix(request: Any, business: Business) -> HttpResponse:
    """An editor writes the next version of the marketing mix."""
    style = style_of(business, known := queries.known(request.user, business))
    form = MixForm(request.POST, goals=goals(known, style))
    status = 422
    if form.is_valid():
        try:
            mix.write_mix(request.user, business, form.cleaned_data["version"], form.texts, form.cleaned_data["tree"])
        except EditConflict as error:
            form.add_error(None, error.words(style.language))
            newest = queries.mixes(request.user, business)[0].number
            form.data = {**form.data.dict(), "version": str(newest)}  # type: ignore[attr-defined]  # a QueryDict
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect(reverse("kpis:value_chain", kwargs={"business": business.id}) + "#mix")
    return _show(request, business, StrengthForm(), status, form)


def _mix_form(request: Any, business: Business, known: queries.Known, style: Style) -> MixForm:
    newest = next(iter(queries.mixes(request.user, business)), None)
    written = {name: getattr(newest, name) for name in ("tree", *queries.MIX)} if newest is not None else {}
    return MixForm(
        initial={**written, "version": newest.number if newest is not None else 0}, goals=goals(known, style)
    )


def _show(
    request: Any, business: Business, form: StrengthForm, status: int = 200, mix_form: MixForm | None = None
) -> HttpResponse:
    known = queries.known(request.user, business)
    style = style_of(business, known)
    spending = queries.spending(request.user, business, known)
    costs = _by_activity(spending)
    placed: dict[str, list[Tagged]] = {each.id: [] for each in ACTIVITIES}
    for one in queries.tagged_kpis(request.user, business, known).values():
        for name in activities_of(one.kpi) if one.origin != queries.RETIRED else ():
            placed[name].append(one)
    dearest = max(ACTIVITIES, key=lambda each: _sum(costs[each.id]))
    wished = request.GET.get("activity", "")
    chosen = next((each for each in ACTIVITIES if each.id == wished), dearest)
    active = set(queries.active_kpis(request.user, business, known))
    listed = sorted(placed[chosen.id], key=lambda each: (each.kpi.id not in active, each.supply.way != queries.DATA))
    told = [each.kpi.id for each in listed if each.supply.way != queries.LACKS]
    values = queries.kpi_values(request.user, business, told, known)
    lines = tuple(_kpi_line(business, each, values, active, style) for each in listed)
    shown = max(sum(each.ours for each in lines), FEWEST)
    total = sum(map(_sum, costs.values()))
    areas = {
        each.id: _area(business, each, len(placed[each.id]), costs[each.id], total, each is chosen, style)
        for each in ACTIVITIES
    }
    page = ValueChainPage(
        title=_("Value chain"),
        subtitle=business.name,
        fresh=fresh_on(known.today, style),
        sentence=_sentence(dearest, costs, total, style),
        primary=tuple(areas[each.id] for each in ACTIVITIES if each.primary),
        support=tuple(areas[each.id] for each in ACTIVITIES if not each.primary),
        chosen=chosen.label(style.language),
        about=chosen.about(style.language),
        meaning=_meaning(lines, costs[chosen.id], style),
        kpis=lines[:shown],
        others=lines[shown:],
        costs=tuple(_cost_line(each, style) for each in costs[chosen.id]),
        rule=_rule(spending, costs[""], style),
        strengths=strengths_of(request, business, style),
        mix=mix_of(request, business, known, style),
    )
    shown_forms = {"form": form, "mix_form": mix_form or _mix_form(request, business, known, style)}
    return render(request, "kpis/value_chain.html", {"page": page, **shown_forms}, status=status)


def _by_activity(spending: Spending | None) -> Mapping[str, list[CostPart]]:
    """Costs by activity; under "" those that belong to none."""
    found: dict[str, list[CostPart]] = defaultdict(list)
    for part in spending.parts if spending is not None else ():
        found[activity_of_cost(part.department, part.category) or ""].append(part)
    return found


def _sum(parts: list[CostPart]) -> float:
    return sum(part.amount for part in parts)


def _area(
    business: Business, one: Activity, count: int, parts: list[CostPart], total: float, current: bool, style: Style
) -> Area:
    address = reverse("kpis:value_chain", kwargs={"business": business.id})
    return Area(
        words=one.label(style.language),
        about=one.about(style.language),
        kpis=ngettext("{count} KPI", "{count} KPIs", count).format(count=count),
        cost=number(_sum(parts), "currency", style) if parts else MISSING,
        share=number(_sum(parts) / total, "ratio", style) if parts and total else "",
        current=current,
        url=f"{address}?activity={one.id}#activity",
    )


def _sentence(dearest: Activity, costs: Mapping[str, list[CostPart]], total: float, style: Style) -> str:
    if not total:
        return _("No costs have been imported yet; each activity shows its KPIs.")
    return _("{activity} takes the most: {cost}, {share} of all costs of the last twelve months.").format(
        activity=dearest.label(style.language),
        cost=number(_sum(costs[dearest.id]), "currency", style),
        share=number(_sum(costs[dearest.id]) / total, "ratio", style),
    )


def _meaning(lines: tuple[KpiLine, ...], parts: list[CostPart], style: Style) -> str:
    ours = sum(each.ours for each in lines)
    if not parts:
        return _("{ours} of its {all} KPIs stand in our trees; no cost names it.").format(ours=ours, all=len(lines))
    cost = number(_sum(parts), "currency", style)
    return _("{ours} of its {all} KPIs stand in our trees; it cost {cost} in the last twelve months.").format(
        ours=ours, all=len(lines), cost=cost
    )


def _kpi_line(
    business: Business, one: Tagged, values: Mapping[str, KpiValue], active: set[str], style: Style
) -> KpiLine:
    told = values.get(one.kpi.id)
    chain = str(one.kpi.value_chain)
    return KpiLine(
        words=kpi_name(one.kpi, style.language),
        url=kpi_url(business, one.kpi.id),
        tag=label("value_chain", chain, style.language) if chain else MISSING,
        value=number(told.value, one.kpi.unit, style) if told is not None else MISSING,
        ours=one.kpi.id in active,
    )


def _cost_line(part: CostPart, style: Style) -> CostLine:
    return CostLine(
        department=_word("department", part.department, style),
        category=_word("cost_category", part.category, style),
        amount=number(part.amount, "currency", style),
        exact=exact(part.amount, "currency", style),
    )


def _word(domain: str, value: str | None, style: Style) -> str:
    known = vocabulary(domain)
    return known[value].words(style.language) if value in known else value or MISSING


def _rule(spending: Spending | None, rest: list[CostPart], style: Style) -> str:
    words = _(
        "A KPI belongs to the activities of its departments. A cost belongs to the activity of its department, "
        "one without a department to that of its category."
    )
    if not rest or spending is None:
        return words
    left = _("{cost} name neither and are in no activity.").format(cost=number(_sum(rest), "currency", style))
    return f"{words}{gap()}{left}"
