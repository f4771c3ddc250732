"""The glossary: what every KPI means, its formula, unit and source, and which have no source yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from keiki.catalogue.load import Catalogue
from keiki.catalogue.search import fold
from keiki.catalogue.sources import source_words
from keiki.catalogue.tags import TAGS, label
from keiki.charts.files_out import Book, Sheet
from keiki.charts.format import Style
from keiki.facts import value_words
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.kpis import queries
from keiki.server.kpis.pages.kpi import formula_words
from keiki.server.kpis.pages.numbers import Choice, comma, definition, fresh_on, kpi_name, kpi_url, style_of
from keiki.server.kpis.queries import Entry
from keiki.trees.document import Owner

OURS, EVERY = "ours", "all"


@dataclass(frozen=True)
class GlossaryLine:
    """One KPI as the glossary writes it."""

    name: str
    url: str
    definition: str
    formula: str
    unit: str
    source: str
    owners: str
    procedure: str = ""


@dataclass(frozen=True)
class GlossaryPage:
    title: str
    subtitle: str
    fresh: str
    words: str
    choices: tuple[Choice, ...]
    count: str
    unsourced_sentence: str
    unsourced: tuple[GlossaryLine, ...]
    lines: tuple[GlossaryLine, ...]


@business_page()
@require_safe
def glossary_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Clear words for everyone; the address holds which KPIs, which field of work and what was searched."""
    known = queries.known(request.user, business)
    catalogue = queries.catalogue_of(request.user, business)
    style = style_of(business, known)
    entries = queries.glossary(request.user, business, known)
    which = EVERY if request.GET.get("which") == EVERY or not any(each.active for each in entries) else OURS
    field, words = request.GET.get("domain", ""), request.GET.get("q", "").strip()[:80]
    chosen = [each for each in entries if which == EVERY or each.active]
    found = [each for each in chosen if _matches(each, field, words, style)]
    unsourced = [each for each in entries if each.active and not each.sourced]
    lines = tuple(_line(business, catalogue, each, style) for each in found)
    if file_asked(request):
        return file_answer(request, business, _book(business, lines))
    active = sum(each.active for each in entries)
    there = {each.one.kpi.domain[0].partition(":")[0] for each in chosen if each.one.kpi.domain}
    fields = tuple((name, label("domain", name, style.language)) for name in TAGS["domain"] if name in there)
    page = GlossaryPage(
        title=_("Glossary"),
        subtitle=_("{business} / what our numbers mean").format(business=business.name),
        fresh=fresh_on(known.today, style),
        words=words,
        choices=(
            Choice("which", _("KPIs"), ((OURS, _("In our trees")), (EVERY, _("All"))), which),
            Choice("domain", _("Field of work"), (("", _("All")), *fields), field),
        ),
        count=ngettext("{count} KPI", "{count} KPIs", len(found)).format(count=f"{len(found):,}"),
        unsourced_sentence=_unsourced_sentence(len(unsourced), active),
        unsourced=tuple(_line(business, catalogue, each, style) for each in unsourced),
        lines=lines,
    )
    return render(request, "kpis/glossary.html", {"page": page})


def _matches(entry: Entry, field: str, words: str, style: Style) -> bool:
    kpi = entry.one.kpi
    fields = {part for each in kpi.domain for part in (each, each.partition(":")[0])}
    text = fold(" ".join((kpi.id, kpi.ja, kpi.en, definition(kpi, style.language), *kpi.aliases)))
    return (not field or field in fields) and all(fold(word) in text for word in words.split())


def _line(business: Business, catalogue: Catalogue, entry: Entry, style: Style) -> GlossaryLine:
    kpi = entry.one.kpi
    return GlossaryLine(
        name=kpi_name(kpi, style.language),
        url=kpi_url(business, kpi.id),
        definition=definition(kpi, style.language),
        formula=formula_words(catalogue, kpi.formula, style.language),
        unit=queries.unit_words(kpi.unit, style.language),
        source=_source(entry, style),
        owners=comma(style).join(_owner(owner, style) for owner in entry.owners),
        procedure=kpi.procedure,
    )


def _source(entry: Entry, style: Style) -> str:
    """The facts a KPI is read from, or the source that a person has named."""
    if entry.one.kpi.data_source:
        return source_words(entry.one.kpi, style.language)
    return comma(style).join(queries.fact_words(name, style.language) for name in entry.one.supply.facts)


def _owner(owner: Owner, style: Style) -> str:
    department = value_words("department", owner.department or "", style.language)
    return " ".join(word for word in (owner.person, department) if word)


def _unsourced_sentence(count: int, active: int) -> str:
    if not active:
        return _("No tree of ours names a KPI yet.")
    if not count:
        return _("All {active} KPIs of our trees have a source.").format(active=active)
    return _("{count} of {active} KPIs of our trees have no source yet.").format(count=count, active=active)


def _book(business: Business, lines: tuple[GlossaryLine, ...]) -> Book:
    head = (
        _("Name"),
        _("Definition"),
        _("Formula"),
        _("Unit"),
        _("Source"),
        pgettext("KPI", "Owner"),
        _("How it is measured"),
    )
    rows: list[tuple[Any, ...]] = [
        (each.name, each.definition, each.formula, each.unit, each.source, each.owners, each.procedure)
        for each in lines
    ]
    sheet = Sheet(head, rows)
    return Book(_("Glossary"), sheet, sheet, ((_("Business"), business.name),), Sheet(head, []))
