"""Background work of customer success: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from keiki.server.accounts.models import Business
from keiki.server.jobs.actions import Live, job
from keiki.server.success.actions import alerts, demo, webhook


@job(alerts.WATCH_JOB, every=timedelta(hours=1))
def watch_accounts(live: Live) -> dict[str, int]:
    """Look once an hour whether an account gives reason for an alert."""
    return alerts.watch_accounts()


@job(webhook.POST_JOB, attempts=webhook.TRIES)
def post_alerts(live: Live, business_id: str, alerts: list[int]) -> dict[str, int]:
    """Post alerts to the address of a business."""
    return webhook.post_alerts(business_id, alerts, str(live.id))


@job(demo.DEMO_JOB)
def keep_demo(live: Live, business_id: str) -> dict[str, bool]:
    """Write what people of the demo company wrote down."""
    return {"kept": demo.keep_demo(Business.objects.get(pk=business_id))}
