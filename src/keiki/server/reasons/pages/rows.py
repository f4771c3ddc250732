"""The rows behind a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.files_out import Book, Cell, Flow, Sheet
from keiki.charts.format import Style, counter_word, exact, number
from keiki.facts import FACTS, fact, value_words
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import IN_EXCEL, file_answer, file_asked, flowing_answer
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import EveryRow, TreeNumbers
from keiki.server.reasons.pages.asked import numbers_of, path_to
from keiki.server.ui.templatetags.ui import colon
from keiki.trees.build import Node

"""Rows that a workbook holds at most, since it is made in memory; its filters say how many there are. A CSV has all."""


@dataclass(frozen=True)
class Column:
    """A column of the rows: its name, and whether its cells stand to the right as numbers do."""

    words: str
    number: bool


@dataclass(frozen=True)
class RowsOf:
    """The rows that one measure counted, each cell with its column."""

    measure: str
    fact: str
    sentence: str
    head: tuple[Column, ...] = ()
    rows: tuple[tuple[tuple[Column, str], ...], ...] = ()


@dataclass(frozen=True)
class RowsPage:
    title: str
    subtitle: str
    tree: str
    fresh: str
    lens_form: kpis.LensForm
    value: str
    exact: str
    chips: tuple[kpis.Chip, ...]
    lists: tuple[RowsOf, ...]
    why_url: str


@business_page()
@require_safe
def rows_page(request: HttpRequest, business: Business, tree: str, node: str) -> Any:
    """The rows behind a number of one period, narrowed to a segment when the address names one."""
    asked = Asked.read(request.GET)
    numbers = numbers_of(request, business, tree, asked)
    chosen = numbers.tree.by_id.get(node) if numbers is not None else None
    if numbers is None or chosen is None:
        raise Http404
    style = kpis.style_of(business, numbers.known)
    label = chosen.label(style.language)
    if file_asked(request):
        every = door.every_row_behind(request.user, business, numbers, chosen)
        answer = file_answer if file_asked(request) == "xlsx" else flowing_answer
        return answer(request, business, _book(request, business, numbers, chosen, every, style))
    behind = door.rows_behind(request.user, business, numbers, chosen)
    lists = _alike(_rows_of(business, one, request, style) for one in behind)
    chips = []
    if asked.segment is not None:
        dimension, value = asked.segment
        words = f"{kpis.dimension_words(dimension, style)}{colon()}{value_words(dimension, value, style.language)}"
        chips.append(kpis.Chip(words, "accent", asked.url(path_to(business, "rows", numbers, chosen), segment=None)))
    page = RowsPage(
        title=_("Rows behind {name}").format(name=label),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=numbers.tree.id,
        fresh=kpis.fresh_words(numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=False),
        value=number(numbers.value(chosen), chosen.unit, style, counter_word(label)),
        exact=exact(numbers.value(chosen), chosen.unit, style, counter_word(label)),
        chips=tuple(chips),
        lists=lists,
        why_url=asked.url(path_to(business, "why", numbers, chosen), by="", segment=None),
    )
    return render(request, "reasons/rows.html", {"page": page})


def _book(
    request: HttpRequest, business: Business, numbers: TreeNumbers, node: Node, every: EveryRow | None, style: Style
) -> Book:
    """The rows as a file, with the number they add up to; a measure whose rows cannot be shown has none.

    A CSV flows and has all of them; a workbook has the newest `IN_EXCEL` and says so.
    """
    columns = every.columns if every is not None else ()
    source = every.source if every is not None else ""
    counted = every.count if every is not None else 0
    label = node.label(style.language)
    filters = [
        *kpis.filters_of(request, business, numbers, style),
        (_("Rows counted"), f"{counted:,}"),
        (_("Rows in this file, the newest first"), f"{min(counted, IN_EXCEL):,}"),
    ]
    if counted > IN_EXCEL:
        words = _("A workbook holds the newest {most} rows; the CSV of this page has all {count}.")
        filters.append((_("Left out"), words.format(most=f"{IN_EXCEL:,}", count=f"{counted:,}")))
    rows: Iterable[Sequence[Cell]] = ()
    if every is not None:
        rows = tuple(islice(every, IN_EXCEL)) if file_asked(request) == "xlsx" else Flow(lambda: iter(every))
    return Book(
        _("Rows behind {name}").format(name=label),
        Sheet((_("Name"), _("Unit"), _("Value")), [(label, node.unit, numbers.value(node))], (node.unit,), by_row=True),
        Sheet(tuple(_column(source, name, style) for name in columns), rows),
        tuple(filters),
        kpis.definitions_of(request, business, numbers, (node,), style),
    )


def _alike(lists: Iterable[RowsOf]) -> tuple[RowsOf, ...]:
    """Measures that counted the very same rows share one list."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for each in lists:
        found.setdefault((each.fact, each.sentence, each.head, each.rows), []).append(each.measure)
    return tuple(RowsOf(" · ".join(names), *key) for key, names in found.items())


def _rows_of(business: Business, one: Any, request: HttpRequest, style: Style) -> RowsOf:
    measure = door.catalogue_of(request.user, business).measures[one.asked.measure]
    name = measure.ja if style.japanese else measure.en
    source = _source(one.source, style)
    if one.rows is None:
        words = _("It is worked out over all of {fact} at once; there is no list of rows that adds up to it.")
        return RowsOf(name, source, words.format(fact=source))
    if not one.rows:
        return RowsOf(name, source, _("No row of {fact} was counted in this period.").format(fact=source))
    shown = (
        _("{count} rows of {fact}; the newest {shown} are listed.")
        if one.count > len(one.rows)
        else _("{count} rows of {fact}.")
    )
    sentence = shown.format(count=f"{one.count:,}", fact=source, shown=len(one.rows))
    head = tuple(Column(_column(one.source, each, style), _is_number(one.rows, each)) for each in one.columns)
    body = (
        zip(head, (_cell(one.source, each, row[each], style) for each in one.columns), strict=True) for row in one.rows
    )
    return RowsOf(name, source, sentence, head, tuple(map(tuple, body)))


def _is_number(rows: Sequence[Any], column: str) -> bool:
    return any(isinstance(row[column], int | float | Decimal) and not isinstance(row[column], bool) for row in rows)


def _source(name: str, style: Style) -> str:
    if name not in FACTS:
        return name
    return fact(name).ja if style.japanese else fact(name).en


def _column(source: str, name: str, style: Style) -> str:
    column = FACTS[source].column(name) if source in FACTS else None
    return name if column is None else column.ja if style.japanese else column.en


def _cell(source: str, column: str, value: Any, style: Style) -> str:
    """A cell as a person reads it; words of a vocabulary by their names, times in the zone of the business."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        aware = value if value.tzinfo else timezone.make_aware(value, timezone.get_fixed_timezone(0))
        return f"{timezone.localtime(aware):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return f"{Decimal(str(value)).normalize():,f}"
    if isinstance(value, int):
        return f"{value:,}"
    return value_words(column, str(value), style.language, source if source in FACTS and "." not in column else None)
