"""A panel of customer value as CSV or Excel, with exactly the filters of its page."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from keiki.errors import NoCustomers
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer
from keiki.server.customers.pages.files import (
    cohorts,
    forecast,
    ideal,
    lifetime_value,
    overview,
    quality,
    recurring,
    segments,
    whole,
)
from keiki.server.customers.pages.files.panel import Asking, Panels, book_of
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

OVERVIEW: Final = "overview"
"""The page that has no part of the address of its own."""
PAGES: Final[dict[str, Panels]] = {
    OVERVIEW: overview.PANELS,
    "whole": whole.PANELS,
    "cohorts": cohorts.PANELS,
    "segments": segments.PANELS,
    "recurring": recurring.PANELS,
    "quality": quality.PANELS,
    "lifetime-value": lifetime_value.PANELS,
    "forecast": forecast.PANELS,
    "ideal": ideal.PANELS,
}
"""The last part of a page's address and its panels."""


@business_page()
@require_safe
def panel_file(request: Any, business: Business, panel: str, page: str = OVERVIEW) -> HttpResponse:
    """A panel as the file that `file=` asks for (csv where it asks for none); 404 while it has nothing to show."""
    known = door.known(request.user, business)
    make = PAGES.get(page, {}).get(panel)
    if make is None or known.today is None:
        raise Http404
    asking = Asking(request, business, known, kpis.style_of(business, known))
    try:
        found = make(asking)
    except NoCustomers as error:
        raise Http404 from error
    return file_answer(request, business, book_of(asking, found))
