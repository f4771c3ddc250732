"""The catalogue of KPIs: searched as one types, narrowed by tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.tags import TAGS, in_order, label
from keiki.charts.files_out import Book, Sheet
from keiki.charts.format import Style, change, exact, number
from keiki.charts.status import status
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries
from keiki.server.kpis.forms import CatalogueAsked
from keiki.server.kpis.pages.numbers import (
    Chip,
    comma,
    definition,
    fresh_on,
    kpi_name,
    kpi_url,
    page_url,
    style_of,
)
from keiki.server.ui.templatetags.ui import colon

ON_A_PAGE = 60

MAIN_FACETS = 4

TONES = {"data": "", "hand": "accent", "lacks": "watch"}


@dataclass(frozen=True)
class Facet:
    """One select of the catalogue; options are (value, words, how many there would be)."""

    name: str
    words: str
    options: tuple[tuple[str, str, int], ...]
    chosen: str


@dataclass(frozen=True)
class KpiRow:
    """A KPI in a list. `value` is "" while it is being measured."""

    url: str
    name: str
    definition: str
    unit: str
    tags: str
    chip: str
    tone: str
    value: str = ""
    exact: str = ""
    change: str = ""
    status: str = "plain"


@dataclass(frozen=True)
class KpiGroup:
    words: str
    rows: tuple[KpiRow, ...]


@dataclass(frozen=True)
class Activity:
    """One of the three activities: how many KPIs a business steers by there, and how they stand."""

    words: str
    about: str
    url: str
    current: bool
    active: int
    statuses: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class CataloguePage:
    title: str
    subtitle: str
    fresh: str
    words: str
    facets: tuple[Facet, ...]
    more_facets: tuple[Facet, ...]
    more_open: bool
    chips: tuple[Chip, ...]
    clear_url: str
    count: str
    groups: tuple[KpiGroup, ...]
    shown: str
    earlier_url: str
    later_url: str
    measure_url: str
    activities: tuple[Activity, ...]
    new_url: str
    period: str
    automation: AutomationPanel


@dataclass(frozen=True)
class AutomationPanel:
    """How far the KPIs of the trees are measured without hands; the others with how they get their number."""

    sentence: str
    others: tuple[tuple[str, str, str], ...]


@business_page()
@require_safe
def catalogue_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Every KPI: searched as one types, narrowed by its tags, with its value of the last complete month."""
    asked = CatalogueAsked.read(request.GET)
    if file_asked(request):
        return file_answer(request, business, _catalogue_book(request, business, asked))
    answer = render(request, "kpis/catalogue.html", {"page": _catalogue_page(request, business, asked)})
    if request.headers.get("HX-Request") and not asked.values:  # the address bar keeps what was chosen and no more
        answer["HX-Replace-Url"] = asked.url(request.path)
    return answer


def _catalogue_page(request: Any, business: Business, asked: CatalogueAsked) -> CataloguePage:
    path = reverse("kpis:catalogue", kwargs={"business": business.id})
    known = queries.known(request.user, business)
    style = style_of(business, known)
    chosen = dict(asked.chosen)
    found = queries.find_kpis(request.user, business, asked.words, style.language, chosen, known)
    first = min((asked.page - 1) * ON_A_PAGE, max(len(found.kpis) - 1, 0) // ON_A_PAGE * ON_A_PAGE)
    listed = found.kpis[first : first + ON_A_PAGE]
    active = queries.active_kpis(request.user, business, known)
    wanted = tuple(dict.fromkeys([*(one.kpi.id for one in listed), *active]))
    values = queries.known_values(request.user, business, wanted, known)
    if values is None and asked.values:
        values = queries.kpi_values(request.user, business, wanted, known)
    facets = tuple(_facet(name, found, chosen, style.language) for name in queries.FACETS)
    more = facets[MAIN_FACETS:]
    rows = [(one, _kpi_row(business, one, values, style)) for one in listed]
    page = first // ON_A_PAGE + 1
    last = first + len(listed)
    return CataloguePage(
        title=_("KPI catalogue"),
        subtitle=_("{business} / what can be measured, how it is calculated, and where it stands").format(
            business=business.name
        ),
        fresh=fresh_on(known.today, style),
        words=asked.words,
        facets=facets[:MAIN_FACETS],
        more_facets=more,
        more_open=any(facet.chosen for facet in more),
        chips=_facet_chips(facets, asked, path),
        clear_url=path if asked.chosen or asked.words else "",
        count=ngettext("{count} KPI", "{count} KPIs", len(found.kpis)).format(count=f"{len(found.kpis):,}"),
        groups=_groups(rows, asked, chosen.get("domain", ""), style.language),
        shown=f"{first + 1}–{last} / {len(found.kpis):,}" if len(found.kpis) > ON_A_PAGE else "",
        earlier_url=asked.url(path, page=page - 1) if first else "",
        later_url=asked.url(path, page=page + 1) if last < len(found.kpis) else "",
        measure_url=asked.url(path, page=page, values=True) if values is None else "",
        activities=_activities(queries.tagged_kpis(request.user, business, known), asked, active, values, path, style),
        new_url=page_url("kpis:new_kpi", business) if allows(request.membership.role, EDIT) else "",
        automation=_automation(queries.automation(request.user, business, known), business, style),
        period=next((business.calendar.label(one.period, style.language) for one in (values or {}).values()), ""),
    )


def _automation(found: queries.Automation, business: Business, style: Style) -> AutomationPanel:
    if found.ratio is None:
        return AutomationPanel("", ())
    words = _("{share} measured without hands: {computed} of the {count} KPIs in our trees.")
    sentence = words.format(share=number(found.ratio, "ratio", style), computed=len(found.computed), count=found.count)
    ways = ((found.by_hand, _("entered by hand")), (found.lacking, _("data is missing")))
    others = [(kpi_name(kpi, style.language), kpi_url(business, kpi.id), way) for kpis, way in ways for kpi in kpis]
    return AutomationPanel(sentence, tuple(others))


def _catalogue_book(request: Any, business: Business, asked: CatalogueAsked) -> Book:
    """The KPIs found with their definitions and values of the last complete month."""
    known = queries.known(request.user, business)
    style = style_of(business, known)
    found = queries.find_kpis(request.user, business, asked.words, style.language, dict(asked.chosen), known).kpis
    values = queries.kpi_values(request.user, business, tuple(one.kpi.id for one in found), known)
    summary, details, definitions = [], [], []
    for one in found:
        kpi, measured = one.kpi, values.get(one.kpi.id)
        label, unit = kpi.ja if style.japanese else kpi.en, queries.unit_words(kpi.unit, style.language)
        value, before = (measured.value, measured.before) if measured is not None else (None, None)
        summary.append((label, unit, value, before))
        definitions.append(
            (kpi.id, label, kpi.definition_ja if style.japanese else kpi.definition_en, kpi.source, unit)
        )
        if measured is not None and value is not None:
            details.append((kpi.id, measured.period.start, "month", value, label))
    month = next((business.calendar.label(one.period, style.language) for one in values.values()), _("Value"))
    filters = [(_("Business"), business.name), (_("Words"), asked.words)]
    filters += [(str(facet_words()[name]), value) for name, value in asked.chosen]
    filters += [(_("State of the data"), str(known.snapshot)), (_("Made by"), str(request.user))]
    units = tuple(one.kpi.unit for one in found)
    return Book(
        _("KPI catalogue"),
        Sheet((_("Name"), _("Unit"), month, _("The month before")), summary, units, by_row=True),
        Sheet(("metric", "date", "grain", "value", "note"), details),
        tuple(filters),
        Sheet((_("ID"), _("Name"), _("Definition"), _("Formula"), _("Unit")), definitions),
    )


def facet_words() -> dict[str, Any]:
    """What the selects of the catalogue are called."""
    return {
        "domain": _("Field of work"),
        "supply": _("Data"),
        "stage": _("Journey stage"),
        "department": _("Department"),
        "layer": _("Layer"),
        "horizon": _("Horizon"),
        "kind": _("Quantity or quality"),
        "lead_lag": _("Leading or lagging"),
        "cadence": _("Looked at"),
        "value_chain": _("Activity"),
        "direction": _("Wished direction"),
        "origin": _("Defined by"),
    }


def value_words(facet: str, value: str, language: str) -> str:
    """What a value of a facet is called."""
    own: dict[tuple[str, str], str] = {
        ("supply", queries.DATA): _("Measured from our data"),
        ("supply", queries.HAND): _("Entered by hand"),
        ("supply", queries.LACKS): _("Data is missing"),
        ("origin", queries.BUILT_IN): pgettext("origin", "Keiki"),
        ("origin", queries.OWN): _("Ourselves"),
        ("origin", queries.CHANGED): _("Keiki, changed by us"),
        ("origin", queries.RETIRED): _("Ourselves, retired"),
    }
    return own.get((facet, value)) or (label(facet, value, language) if facet in TAGS else value)


def _facet(name: str, found: queries.Found, chosen: Mapping[str, str], language: str) -> Facet:
    counts = found.counts[name]
    given = {*counts, *([chosen[name]] if chosen.get(name) else [])}
    values = in_order(name, given) if name in TAGS else sorted(given, key=SUPPLIES_AND_ORIGINS.index)
    options = tuple((value, value_words(name, value, language), counts.get(value, 0)) for value in values)
    return Facet(name, facet_words()[name], options, chosen.get(name, ""))


SUPPLIES_AND_ORIGINS = ("data", "hand", "lacks", "built_in", "own", "changed", "retired")


def _facet_chips(facets: Sequence[Facet], asked: CatalogueAsked, path: str) -> tuple[Chip, ...]:
    return tuple(
        Chip(f"{facet.words}{colon()}{words}", "accent", asked.url(path, **{facet.name: ""}))
        for facet in facets
        for value, words, _count in facet.options
        if value == facet.chosen
    )


def _kpi_row(
    business: Business, one: queries.Tagged, values: Mapping[str, queries.KpiValue] | None, style: Style
) -> KpiRow:
    kpi, language = one.kpi, style.language
    tags = [("stage", kpi.journey_stage), ("layer", kpi.layer), ("kind", kpi.kind), ("lead_lag", kpi.lead_lag)]
    row = KpiRow(
        url=kpi_url(business, kpi.id),
        name=kpi_name(kpi, language),
        definition=definition(kpi, language),
        unit=queries.unit_words(kpi.unit, language),
        tags=("・" if style.japanese else " · ").join(label(tag, str(value), language) for tag, value in tags if value),
        chip=_supply_chip(one, style),
        tone=TONES[one.supply.way] if one.origin == queries.BUILT_IN or one.supply.way != queries.DATA else "accent",
    )
    if values is None:
        return row
    told = values.get(kpi.id)
    value, before = (told.value, told.before) if told else (None, None)
    return replace(
        row,
        value=number(value, kpi.unit, style),
        exact=exact(value, kpi.unit, style),
        change=change(value, before, kpi.unit, style) if value is not None and before is not None else "",
        status=status(value, before, kpi.unit, kpi.direction) if value is not None else "plain",
    )


def _supply_chip(one: queries.Tagged, style: Style) -> str:
    if one.supply.way == queries.HAND:
        return _("Entered by hand")
    if one.supply.way == queries.LACKS:
        names = [queries.fact_words(name, style.language) for name in one.supply.missing[:2]]
        return _("Needs {facts}").format(facts=comma(style).join(names)) if names else _("Cannot be measured")
    return "" if one.origin == queries.BUILT_IN else value_words("origin", one.origin, style.language)


def _groups(
    rows: Sequence[tuple[queries.Tagged, KpiRow]], asked: CatalogueAsked, domain: str, language: str
) -> tuple[KpiGroup, ...]:
    """By field of work; what was searched by words stands in one list, the nearest first."""
    if asked.words:
        return (KpiGroup("", tuple(row for _one, row in rows)),) if rows else ()
    grouped = groupby(rows, key=lambda each: queries.domain_of(each[0], domain))
    return tuple(
        KpiGroup(label("domain", name, language) if name else _("Other"), tuple(row for _one, row in each))
        for name, each in grouped
    )


def _activities(
    tagged: Mapping[str, queries.Tagged],
    asked: CatalogueAsked,
    active: Sequence[str],
    values: Mapping[str, queries.KpiValue] | None,
    path: str,
    style: Style,
) -> tuple[Activity, ...]:
    """The KPIs that a business steers by, by creation, communication and operation, and how they stand."""
    about = {
        "creation": _("making what customers value"),
        "communication": _("finding and winning customers"),
        "operation": _("delivering, keeping and earning"),
    }
    found = []
    for name, words in TAGS["value_chain"].items():
        kpis = [tagged[each].kpi for each in active if each in tagged and tagged[each].kpi.value_chain == name]
        states = Counter(_state(kpi, (values or {}).get(kpi.id)) for kpi in kpis) if values is not None else Counter()
        current = dict(asked.chosen).get("value_chain") == name
        found.append(
            Activity(
                words=words.words(style.language),
                about=about[name],
                url=asked.url(path, value_chain="" if current else name),
                current=current,
                active=len(kpis),
                statuses=tuple((kind, states[kind]) for kind in ("good", "watch", "act", "none") if states[kind]),
            )
        )
    return tuple(found)


def _state(kpi: Kpi, told: queries.KpiValue | None) -> str:
    """How a KPI stands; what cannot be judged is on track when it has a value."""
    if told is None or told.value is None:
        return "none"
    found = status(told.value, told.before, kpi.unit, kpi.direction)
    return "good" if found == "plain" else found
