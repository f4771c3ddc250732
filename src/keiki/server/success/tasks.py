"""Background work of customer success: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from keiki.server.jobs.actions import Live, job
from keiki.server.success.actions import alerts


@job(alerts.WATCH_JOB, every=timedelta(hours=1))
def watch_accounts(live: Live) -> dict[str, int]:
    """Look once an hour whether an account gives reason for an alert."""
    return alerts.watch_accounts()
