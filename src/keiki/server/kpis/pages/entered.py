"""The values that people entered for a KPI: who, with which evidence, and those that nothing shows to be right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from keiki.catalogue.kpi import Kpi
from keiki.charts.files_out import Book, Sheet
from keiki.charts.format import Style, exact, number
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer
from keiki.server.data.queries import authors
from keiki.server.kpis import queries
from keiki.server.kpis.pages.numbers import definition, kpi_name, kpi_url, style_of

SHOWN: Final = 24
"""The newest values that stand on the page; the file has all."""
EVER: Final = date(1900, 1, 1)


@dataclass(frozen=True)
class EnteredLine:
    """One value: its period, who entered it, and what shows that it is right (empty: nothing does)."""

    period: str
    value: str
    exact: str
    author: str
    evidence: str
    more: str


@dataclass(frozen=True)
class EnteredPanel:
    """The newest values with their sentence, the ways to the file, and how many more the file holds."""

    sentence: str
    lines: tuple[EnteredLine, ...]
    more: int
    files: tuple[tuple[str, str], ...]


def no_evidence() -> str:
    """The mark of a value that nothing shows to be right."""
    return _("no evidence")


def entered_panel(request: Any, business: Business, kpi: Kpi, grain: Grain, style: Style) -> EnteredPanel | None:
    """The values entered for a KPI in periods of a grain, newest first; None while there are none."""
    found = queries.entered_of(request.user, business, kpi.id, grain, EVER)[::-1]
    if not found:
        return None
    names = authors(business, {each.import_id for each in found[:SHOWN]})
    lines = tuple(
        EnteredLine(
            business.calendar.label(business.calendar.period(grain, each.day), style.language),
            number(each.value, kpi.unit, style),
            exact(each.value, kpi.unit, style),
            names.get(each.import_id, ""),
            each.evidence,
            " · ".join(words for words in (each.source, each.note) if words),
        )
        for each in found[:SHOWN]
    )
    path = kpi_url(business, kpi.id, "entered_file")
    kinds = (("csv", "CSV"), ("cp932", _("CSV for old Excel (Shift_JIS)")), ("xlsx", "Excel"))
    files = tuple((f"{path}?{urlencode({'grain': grain, 'file': kind})}", words) for kind, words in kinds)
    return EnteredPanel(_sentence(found), lines, max(len(found) - SHOWN, 0), files)


def _sentence(found: tuple[queries.EnteredValue, ...]) -> str:
    unproved = sum(each.unproved for each in found)
    if not unproved:
        return ngettext(
            "{count} value was entered by hand, with evidence.",
            "{count} values were entered by hand, all with evidence.",
            len(found),
        ).format(count=f"{len(found):,}")
    words = ngettext(
        "{unproved} of {count} value entered by hand has no evidence: it counts, and is marked.",
        "{unproved} of {count} values entered by hand have no evidence: they count, and are marked.",
        len(found),
    )
    return words.format(unproved=f"{unproved:,}", count=f"{len(found):,}")


@business_page()
@require_safe
def entered_file(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Every value entered for a KPI in periods of one grain as the file that `file=` asks for."""
    declared = queries.catalogue_of(request.user, business).kpis.get(kpi)
    grain = request.GET.get("grain", "month")
    if declared is None or grain not in {str(each) for each in Grain}:
        raise Http404
    known = queries.known(request.user, business)
    style = style_of(business, known)
    found = queries.entered_of(request.user, business, kpi, Grain(grain), EVER)
    names = authors(business, {each.import_id for each in found})
    name = kpi_name(declared, style.language)
    head = (_("Period"), _("Value"), _("Entered by"), _("Evidence"), _("Mark"), _("Where it comes from"), _("Note"))
    rows = [
        (
            each.day,
            each.value,
            names.get(each.import_id, ""),
            each.evidence,
            no_evidence() if each.unproved else "",
            each.source,
            each.note,
        )
        for each in found
    ]
    sheet = Sheet(head, rows, ("date", declared.unit))
    filters = (
        (_("Business"), business.name),
        (_("KPI"), name),
        (_("Grain"), grain),
        (_("State of the data"), str(known.snapshot)),
        (_("Made by"), str(request.user)),
    )
    unit = queries.unit_words(declared.unit, style.language)
    meaning = Sheet((_("Name"), _("Definition"), _("Unit")), [(name, definition(declared, style.language), unit)])
    return file_answer(request, business, Book(_("{name}, entered").format(name=name), sheet, sheet, filters, meaning))
