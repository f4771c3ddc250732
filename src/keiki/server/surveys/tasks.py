"""Background work on surveys: an envelope around one action."""

from __future__ import annotations

from datetime import timedelta

from keiki.server.jobs.actions import Live, job
from keiki.server.surveys import actions


@job(actions.LOAD_JOB, every=timedelta(minutes=1))
def load_answers(live: Live) -> dict[str, int]:
    """Bring the answers of the last minute into the lake."""
    return actions.load_answers()
