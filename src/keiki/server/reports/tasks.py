"""Background work on reports: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from keiki.server.jobs.actions import Live, job
from keiki.server.kpis.actions.comments import NOTICES_JOB
from keiki.server.reports import actions


@job(actions.SEND_JOB, every=timedelta(minutes=10))
def send_due(live: Live) -> dict[str, int]:
    """Look every ten minutes which reports are to go out."""
    return actions.send_due(timezone.now())


@job(actions.ALERTS_JOB, every=timedelta(minutes=10))
def send_alerts(live: Live) -> dict[str, int]:
    """Look every ten minutes whether there are alerts that somebody has not got yet."""
    return actions.send_alerts()


@job(NOTICES_JOB, every=timedelta(minutes=10))
def send_notices(live: Live) -> dict[str, int]:
    """Send comments to whom they are for: when one is written, and what could not be sent every ten minutes."""
    return actions.send_notices(timezone.now())
