"""Recurring audits of the data: a rule makes one task at the beginning of each of its periods."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keiki.periods import Grain
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.data.models import AuditRule, AuditTask

PLAN_JOB: Final = "data.plan_audits"


@transaction.atomic
def add_audit(actor: User, business: Business, name: str, every: str, days: int, owner: int | None) -> AuditRule:
    """From now on something is audited in every month, quarter or year; the task of the running one is made at once."""
    rule = AuditRule.objects.create(business=business, name=name, every=every, days=days, owner_id=owner)
    new = {"name": name, "every": every, "days": days, "owner": owner}
    record(actor, "data.add_audit", business_id=business.id, target=f"audit:{rule.pk}", new=new)
    plan_audits(business.calendar.today())
    return rule


@transaction.atomic
def end_audit(actor: User, business: Business, rule: int) -> None:
    """No further task is made; those that were stay."""
    row = AuditRule.objects.select_for_update().get(business=business, pk=rule, ended_at=None)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    record(actor, "data.end_audit", business_id=business.id, target=f"audit:{rule}")


@transaction.atomic
def finish_audit(actor: User, business: Business, task: int, note: str) -> None:
    """Somebody looked and says what was found."""
    row = AuditTask.objects.select_for_update().get(rule__business=business, pk=task, done_at=None)
    row.note, row.done_by, row.done_at = note, actor, timezone.now()
    row.save(update_fields=["note", "done_by", "done_at"])
    record(actor, "data.finish_audit", business_id=business.id, target=f"audit:{row.rule_id}", new={"note": note})


def plan_audits(today: date | None = None) -> int:
    """The tasks of the periods that run, one for each rule; gives how many were new.

    `today` is the day for every business; without it each one's own.
    """
    made = 0
    for rule in AuditRule.objects.filter(ended_at=None).select_related("business"):
        calendar = rule.business.calendar
        first = calendar.period(Grain(rule.every), today or calendar.today()).start
        due: dict[str, Any] = {"due_on": first + timedelta(days=rule.days)}
        made += AuditTask.objects.get_or_create(rule=rule, begins_on=first, defaults=due)[1]
    return made
