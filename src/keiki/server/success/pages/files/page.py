"""A panel about accounts as CSV or Excel. Lists of any length flow into a CSV; a workbook holds their beginning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer, file_asked, flowing_answer
from keiki.server.customers.pages.files.panel import Asking, PanelFile, Panels, book_of
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.pages.files import account, accounts, health

PAGES: Final[dict[str, Panels]] = {"accounts": accounts.PANELS, "health": health.PANELS}


@business_page()
@require_safe
def panel_file(request: Any, business: Business, page: str, panel: str) -> Any:
    """A panel of a page about accounts as the file that `file=` asks for; 404 while it has nothing to show."""
    return _sent(request, business, PAGES[page].get(panel))


@business_page()
@require_safe
def account_file(request: Any, business: Business, customer: str, panel: str) -> Any:
    """A panel of the page of a customer as the file that `file=` asks for; 404 for one that no fact knows."""
    make = account.PANELS.get(panel)
    if make is None or door.known(request.user, business).today is None:
        raise Http404
    found = queries.account(request.user, business, customer)
    if found is None:
        raise Http404
    return _sent(request, business, lambda asking: make(asking, found))


def _sent(request: Any, business: Business, make: Callable[[Asking], PanelFile] | None) -> HttpResponseBase:
    known = door.known(request.user, business)
    if make is None or known.today is None:
        raise Http404
    asking = Asking(request, business, known, kpis.style_of(business, known))
    found = make(asking)
    if found.flowing is not None and file_asked(request) != "xlsx":
        return flowing_answer(request, business, book_of(asking, found))
    return file_answer(request, business, book_of(asking, found.in_workbook))
