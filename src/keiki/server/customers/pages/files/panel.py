"""A panel as a file: its table as on the page, every value behind it, what it was asked with, what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from keiki.charts.files_out import Book, Cell, Sheet
from keiki.charts.format import Style
from keiki.customers.small_groups import LEAST
from keiki.errors import NoCustomers
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages.files_out import IN_EXCEL, file_answer, file_asked, flowing_answer
from keiki.server.data.pages.rates import left_out_words
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

Filters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asking:
    """Who asks for a file, of which business, with which query string."""

    request: Any
    business: Business
    known: door.Known
    style: Style

    @property
    def user(self) -> Any:
        """The person."""
        return self.request.user

    def label(self, period: Any) -> str:
        """A period as the page names it."""
        return self.business.calendar.label(period, self.style.language)


@dataclass(frozen=True)
class Column:
    """A column of a file: its head, the unit of its numbers, and what it means where the head does not say."""

    head: str
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Table:
    """Columns with rows of plain values; by_row: units of the rows, where each row is a number of its own."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    by_row: tuple[str, ...] = ()

    @property
    def sheet(self) -> Sheet:
        """The same for a file."""
        units = self.by_row or tuple(column.unit for column in self.columns)
        return Sheet(tuple(column.head for column in self.columns), self.rows, units, by_row=bool(self.by_row))


@dataclass(frozen=True)
class PanelFile:
    """A panel for a file. `details` are what the CSV holds (None: the table itself); `rules` the sentences that stand
    under the panel; `few`: numbers of fewer than five customers were left out; `flowing`: how many rows the details
    have, where they are asked for while they are sent.
    """

    name: str
    shown: Table
    details: Table | None = None
    filters: Filters = ()
    rules: tuple[str, ...] = ()
    few: bool = False
    flowing: int | None = None

    @property
    def in_workbook(self) -> PanelFile:
        """The same for a workbook, which holds no more than the beginning of a list and says so."""
        if self.details is None or self.flowing is None or self.flowing <= IN_EXCEL:
            return self
        words = _("A workbook holds the first {most} rows; the CSV of this panel has all {count}.")
        left = (_("Left out"), words.format(most=f"{IN_EXCEL:,}", count=f"{self.flowing:,}"))
        first = replace(self.details, rows=tuple(islice(self.details.rows, IN_EXCEL)))
        return replace(self, details=first, filters=(*self.filters, left))


Make = Callable[[Asking], PanelFile]
Panels = Mapping[str, Make]


def panel_answer(request: Any, business: Business, make: Make | None) -> HttpResponseBase:
    """A panel as the file that `file=` asks for (csv where it asks for none); 404 while it has nothing to show.

    Lists of any length flow into a CSV; a workbook holds their beginning.
    """
    known = door.known(request.user, business)
    if make is None or known.today is None:
        raise Http404
    asking = Asking(request, business, known, kpis.style_of(business, known))
    try:
        found = make(asking)
    except NoCustomers as error:
        raise Http404 from error
    if found.flowing is not None and file_asked(request) != "xlsx":
        return flowing_answer(request, business, book_of(asking, found))
    return file_answer(request, business, book_of(asking, found.in_workbook))


@dataclass(frozen=True)
class Told:
    """Numbers of groups on their way out: what rests on one to four customers becomes None, and that is remembered."""

    hidden: list[bool] = field(default_factory=list)

    def __call__(self, value: Cell, customers: int | None) -> Cell:
        few = customers is not None and 0 < customers < LEAST
        self.hidden.append(few and value is not None)
        return None if few else value

    @property
    def few(self) -> bool:
        """Whether anything was left out."""
        return any(self.hidden)


def chosen(choices: Iterable[kpis.Choice]) -> Filters:
    """The selects above a page with what is chosen, in words."""
    return tuple((choice.words, dict(choice.options).get(choice.chosen, "")) for choice in choices)


def book_of(asking: Asking, panel: PanelFile) -> Book:
    """The panel as a book of four sheets."""
    known, business = asking.known, asking.business
    filters = [
        (_("Business"), business.name),
        *panel.filters,
        (_("Currency"), f"{business.currency} ({kpis.tax_words(business)})"),
        (_("Data up to"), known.today.isoformat() if known.today else ""),
        (_("State of the data"), str(known.snapshot)),
        (_("Made by"), str(asking.user)),
    ]
    left = left_out_words(door.left_out_of(asking.user, business))
    if left:
        filters.append((_("Without an exchange rate"), left))
    if panel.few:
        filters.append((_("Left out"), left_out()))
    details = panel.details or panel.shown
    columns = {column.head: column for column in (*panel.shown.columns, *details.columns)}
    language = asking.style.language
    rows = [
        (column.head, door.unit_words(column.unit, language) if column.unit else "", column.meaning)
        for column in columns.values()
    ]
    rules = [(_("Rule"), "", words) for words in panel.rules if words]
    definitions = Sheet((_("Name"), _("Unit"), _("Definition")), [*rows, *rules])
    return Book(panel.name, panel.shown.sheet, details.sheet, tuple(filters), definitions)


def left_out() -> str:
    """Why a cell of a file is empty though the page shows it."""
    words = _("Numbers of fewer than {count} customers, and what would give them away, are left out of files.")
    return words.format(count=LEAST)
