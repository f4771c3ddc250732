"""Who may see a run: whoever may see its business; without a business, the person who started it."""

from __future__ import annotations

from typing import Any

from keiki.server.jobs.models import Run

VIEW = "keiki.view"  # declared by the app of accounts, which stands above this one


def may_see(user: Any, run: Run) -> bool:
    """Whether the person may watch this run."""
    if run.business_id:
        return bool(user.has_perm(VIEW, run.business_id))
    return run.actor_id is not None and run.actor_id == user.pk
