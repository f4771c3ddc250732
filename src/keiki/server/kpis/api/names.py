"""What scripts of the KPI pages ask for, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import queries
from keiki.server.ui.language import current_language

LONGEST_TEXT = 4_000


@business_page()
@require_safe
def names(request: Any, business: Business) -> HttpResponse:
    """What may stand at the place `at` of a formula `text`: names, columns or values, the likeliest first."""
    text, at = request.GET.get("text", "")[:LONGEST_TEXT], request.GET.get("at", "")
    place = min(int(at[:6]), len(text)) if at.isdecimal() else len(text)
    language = current_language()
    found = queries.completions(request.user, business, text, place, language)
    options = [{"write": one.write, "label": one.label, "kind": one.kind} for one in found.options]
    return JsonResponse({"start": found.start, "end": found.end, "options": options})
