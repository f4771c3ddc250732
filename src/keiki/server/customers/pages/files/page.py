"""A panel of customer value as CSV or Excel, with exactly the filters of its page."""

from __future__ import annotations

from typing import Any, Final

from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
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
from keiki.server.customers.pages.files.panel import Panels, panel_answer

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
def panel_file(request: Any, business: Business, panel: str, page: str = OVERVIEW) -> Any:
    """A panel as the file that `file=` asks for."""
    return panel_answer(request, business, PAGES.get(page, {}).get(panel))
