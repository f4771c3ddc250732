"""Background work on data: envelopes around one action each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from keiki.server.data import actions
from keiki.server.data.actions import audits, erasing
from keiki.server.jobs.actions import Live, job


@job(actions.IMPORT_JOB)
def import_file(live: Live, upload_id: str, business_id: str) -> dict[str, Any]:
    """Bring an uploaded file into the lake."""
    return actions.import_upload(upload_id, business_id, live.report)


@job(actions.UNDO_JOB)
def undo_import(live: Live, import_id: str, business_id: str) -> dict[str, Any]:
    """Take an import back."""
    return actions.undo_import(import_id, business_id, live.report)


@job(actions.DEMO_JOB)
def make_demo(live: Live, business_id: str) -> dict[str, Any]:
    """Fill a business with the sample company."""
    return actions.make_demo(business_id, live.report)


@job(audits.PLAN_JOB, every=timedelta(days=1))
def plan_audits(live: Live) -> dict[str, int]:
    """Look once a day which audits begin."""
    return {"made": audits.plan_audits()}


@job(erasing.ERASE_JOB)
def erase_customer(live: Live, business_id: str, customer: str, also: list[str]) -> dict[str, Any]:
    """Erase a customer from everything that is kept."""
    return erasing.erase_queued(live.id, business_id, customer, also, live.report)
