"""Reads about background work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keiki.server.jobs import rules
from keiki.server.jobs.models import Run, Status


def run_for(user: Any, run_id: UUID) -> Run | None:
    """The run, when it exists and the person may see it."""
    run = Run.objects.filter(pk=run_id).first()
    return run if run is not None and rules.may_see(user, run) else None


def open_runs(business_id: str, kind: str = "") -> tuple[Run, ...]:
    """The runs of a business that wait or work, oldest first."""
    runs = Run.objects.filter(business_id=business_id, status__in=[Status.QUEUED, Status.RUNNING])
    return tuple((runs.filter(kind=kind) if kind else runs).order_by("queued_at", "id"))


def recent_runs(business_id: str, limit: int = 20) -> tuple[Run, ...]:
    """The newest runs of a business."""
    return tuple(Run.objects.filter(business_id=business_id)[:limit])
