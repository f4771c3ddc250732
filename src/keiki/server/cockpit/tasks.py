"""Background work on what happened: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from keiki.server.accounts.models import Business
from keiki.server.cockpit.actions import changes, demo
from keiki.server.jobs.actions import Live, job


@job(changes.EFFECTS_JOB, every=timedelta(hours=1))
def store_effects(live: Live) -> dict[str, int]:
    """Look every hour which changes have come to a month in which their effect is measured."""
    return changes.store_due(timezone.now())


@job(demo.DEMO_JOB)
def keep_demo(live: Live, business_id: str) -> dict[str, bool]:
    """Write down what happened at the demo company."""
    return {"kept": demo.keep_demo(Business.objects.get(pk=business_id))}
