"""What is on a page as a file: CSV or Excel with exactly its filters, without e-mail addresses unless an owner asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from keiki.charts.files_out import (
    ADDRESS,
    Book,
    Cell,
    Flow,
    Sheet,
    csv_lines,
    excel,
    parcels,
    unheld,
    without_addresses,
)
from keiki.server.accounts import actions
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import OWN, allows
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import FILE_KINDS, file_address

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_EXCEL: Final = 100_000
"""Rows of a list that a workbook holds; a CSV has all of them."""
PARCEL: Final = 65_536
"""Bytes of a CSV that are put together before they are sent."""
ENCODINGS: Final = {"csv": "utf-8", "cp932": "cp932"}
CSV: Final = {"csv": "text/csv; charset=utf-8", "cp932": "text/csv; charset=Shift_JIS"}
"""Encoding and content type of a CSV by the kind that an address asks for."""


@dataclass(frozen=True)
class UnheldPage:
    """Characters that the old Japanese encoding cannot hold."""

    title: str
    subtitle: str
    characters: tuple[str, ...]
    anyway_url: str
    csv_url: str


def file_asked(request: Any) -> str:
    """The kind of file that the address asks for with `file=`; empty for the page itself."""
    kind = request.GET.get("file", "")
    return kind if kind in FILE_KINDS else ""


def file_answer(request: Any, business: Business, book: Book) -> HttpResponse:
    """The book as the file the address asks for, as CSV where it names none.

    E-mail addresses are hidden, except for an owner; then the log says that they left.
    """
    kind, language = file_asked(request) or "csv", current_language()
    whole = replace(
        book,
        summary=_listed(book.summary),
        details=_listed(book.details),
        definitions=_listed(book.definitions),
    )
    if allows(request.membership.role, OWN):
        if any(_has_address(sheet.rows) for sheet in (whole.summary, whole.details)):
            actions.note_export(request.user, business, book.name)
    else:
        whole = replace(
            whole,
            summary=_listed(without_addresses(whole.summary)),
            details=_listed(without_addresses(whole.details)),
        )
    stem = slugify(book.name, allow_unicode=False) or "keiki"
    if kind == "xlsx":
        return _attached(HttpResponse(excel(whole, language), content_type=EXCEL), f"{stem}.xlsx")
    return _unheld(request, business, whole.details, kind) or _attached(
        HttpResponse(csv_lines(whole.details, ENCODINGS[kind]), content_type=CSV[kind]), f"{stem}.csv"
    )


def flowing_answer(request: Any, business: Business, book: Book) -> HttpResponseBase:
    """The details of a book as CSV, sent while they are asked for: never all in memory, and nothing more is asked for
    once nobody takes it. The same rules as for `file_answer`.

    An old encoding is gone through twice, so that what it cannot hold is told before the first byte.
    """
    kind, details = file_asked(request) or "csv", book.details
    if not allows(request.membership.role, OWN):
        details = without_addresses(details)
    refused = _unheld(request, business, details, kind)
    if refused is not None:
        return refused
    if allows(request.membership.role, OWN):
        rows = details.rows
        details = replace(details, rows=Flow(lambda: _noted(request, business, book.name, rows)))
    return flowing_csv(details, slugify(book.name, allow_unicode=False) or "keiki", kind)


def flowing_csv(sheet: Sheet, stem: str, kind: str = "csv") -> StreamingHttpResponse:
    """A sheet as CSV, sent while its rows are asked for; `stem`: the name of the file without its ending."""
    lines = parcels(csv_lines(sheet, ENCODINGS[kind]), PARCEL)
    return _attached(StreamingHttpResponse(lines, content_type=CSV[kind]), f"{stem}.csv")


def _noted(request: Any, business: Business, name: str, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    """The rows; before the first one with an e-mail address the log says that addresses leave."""
    noted = False
    for row in rows:
        if not noted and _has_address([row]):
            actions.note_export(request.user, business, name)
            noted = True
        yield row


def _unheld(request: Any, business: Business, details: Sheet, kind: str) -> HttpResponse | None:
    """The page that lists the characters an old encoding cannot hold, before a file without them is sent."""
    lacking = unheld(details, "cp932") if kind == "cp932" and "anyway" not in request.GET else ()
    if not lacking:
        return None
    page = UnheldPage(
        _("Characters that do not fit"),
        business.name,
        lacking,
        file_address(request, "cp932", anyway="1"),
        file_address(request, "csv"),
    )
    return render(request, "accounts/unheld.html", {"page": page})


Sent = TypeVar("Sent", bound=HttpResponseBase)


def _attached(response: Sent, name: str) -> Sent:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _listed(sheet: Sheet) -> Sheet:
    return replace(sheet, rows=tuple(sheet.rows))


def _has_address(rows: Any) -> bool:
    return any(isinstance(cell, str) and ADDRESS.search(cell) for row in rows for cell in row)
