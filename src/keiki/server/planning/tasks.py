"""Background work on targets: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from keiki.server.accounts.models import Business
from keiki.server.jobs.actions import Live, job
from keiki.server.planning import actions


@job(actions.SCORE_JOB, every=timedelta(days=1))
def score_due(live: Live) -> dict[str, int]:
    """Look once a day which trees are due for their quarterly scorecard."""
    return {"made": actions.score_due()}


@job(actions.DEMO_JOB)
def keep_demo(live: Live, business_id: str) -> dict[str, bool]:
    """Put the targets of the demo company in force."""
    return {"kept": actions.keep_demo(Business.objects.get(pk=business_id))}
