"""The progress of a run: a page, the fragment inside it, and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keiki.server.jobs import queries
from keiki.server.jobs.models import Run


@dataclass(frozen=True)
class RunPage:
    title: str
    subtitle: str
    run: Run
    waits_for_worker: bool


@never_cache
@login_required
@require_safe
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a run is. htmx gets the fragment, `Accept: application/json` the plain values."""
    run = queries.run_for(request.user, run_id)
    if run is None:
        raise Http404
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(_values(run))
    if request.headers.get("HX-Request"):
        response = render(request, "jobs/progress.html", {"run": run})
        if run.is_finished:
            response["HX-Trigger"] = "run-finished"
        return response
    page = RunPage(_("Progress"), run.get_status_display(), run, run.status == "queued")
    return render(request, "jobs/run.html", {"page": page, "run": run})


def _values(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "kind": run.kind,
        "status": run.status,
        "progress": run.progress,
        "message": run.message,
        "error": run.error,
        "error_id": run.error_id,
        "result": run.result if run.is_finished else {},
    }
