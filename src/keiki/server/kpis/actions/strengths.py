"""Judging how well an activity does against competitors."""

from __future__ import annotations

from django.db import transaction

from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.kpis.models import ActivityScore


@transaction.atomic
def score_activity(
    actor: User, business: Business, activity: str, score: int, reason: str, rival: str = ""
) -> ActivityScore:
    """Say how well an activity does, -2 to 2, and why; what was said before stays in the history."""
    before = ActivityScore.objects.filter(business=business, activity=activity).first()
    made = ActivityScore.objects.create(
        business=business, activity=activity, score=score, reason=reason, rival=rival, judged_by=actor
    )
    old = None if before is None else {"score": before.score, "reason": before.reason}
    new = {"score": score, "reason": reason, "rival": rival}
    target = f"activity:{activity}"
    record(actor, "kpis.score_activity", business_id=business.id, target=target, old=old, new=new)
    return made
