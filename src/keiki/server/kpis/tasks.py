"""Background work on numbers: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from keiki.server.jobs.actions import Live, job
from keiki.server.kpis import actions


@job(actions.MEASURE_JOB, every=timedelta(hours=1))
def measure_due(live: Live) -> dict[str, int]:
    """Look every hour in which businesses the night's calculation is due."""
    return actions.measure_due(timezone.now())
