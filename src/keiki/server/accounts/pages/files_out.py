"""What is on a page as a file: CSV or Excel with exactly its filters, without e-mail addresses unless an owner asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keiki.charts.files_out import ADDRESS, Book, Sheet, csv_lines, excel, unheld, without_addresses
from keiki.server.accounts import actions
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import OWN, allows
from keiki.server.ui.templatetags.ui import FILE_KINDS, file_address

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    """The book as the file the address asks for.

    E-mail addresses are hidden, except for an owner; then the log says that they left.
    """
    kind, language = file_asked(request), get_language() or "ja"
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
    encoding = "cp932" if kind == "cp932" else "utf-8"
    lacking = unheld(whole.details, encoding) if kind == "cp932" and "anyway" not in request.GET else ()
    if lacking:
        page = UnheldPage(
            _("Characters that do not fit"),
            business.name,
            lacking,
            file_address(request, "cp932", anyway="1"),
            file_address(request, "csv"),
        )
        return render(request, "accounts/unheld.html", {"page": page})
    charset = "Shift_JIS" if kind == "cp932" else "utf-8"
    lines = csv_lines(whole.details, encoding)
    return _attached(HttpResponse(lines, content_type=f"text/csv; charset={charset}"), f"{stem}.csv")


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _listed(sheet: Sheet) -> Sheet:
    return replace(sheet, rows=tuple(sheet.rows))


def _has_address(rows: Any) -> bool:
    return any(isinstance(cell, str) and ADDRESS.search(cell) for row in rows for cell in row)
