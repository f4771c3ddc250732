"""A panel about channels or leads as CSV or Excel."""

from __future__ import annotations

from typing import Any, Final

from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages.files.panel import Panels, panel_answer
from keiki.server.journeys.pages.files import channels, leads

PAGES: Final[dict[str, Panels]] = {"channels": channels.PANELS, "leads": leads.PANELS}


@business_page()
@require_safe
def panel_file(request: Any, business: Business, page: str, panel: str) -> Any:
    """A panel as the file that `file=` asks for."""
    return panel_answer(request, business, PAGES[page].get(panel))
