"""A panel about accounts as CSV or Excel."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages.files.panel import Panels, panel_answer
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.pages.files import account, accounts, advocates, health, support, use, value, voice

PAGES: Final[dict[str, Panels]] = {
    "accounts": accounts.PANELS,
    "health": health.PANELS,
    "use": use.PANELS,
    "support": support.PANELS,
    "value": value.PANELS,
    "voice": voice.PANELS,
    "advocates": advocates.PANELS,
}


@business_page()
@require_safe
def panel_file(request: Any, business: Business, page: str, panel: str) -> Any:
    """A panel of a page about accounts as the file that `file=` asks for; 404 while it has nothing to show."""
    return panel_answer(request, business, PAGES[page].get(panel))


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
    return panel_answer(request, business, lambda asking: make(asking, found))
