"""Audits of the data as they stand."""

from __future__ import annotations

from datetime import date

from keiki.server.accounts.models import Business
from keiki.server.data.models import AuditRule, AuditTask

SHOWN = 12


def audit_rules(business: Business) -> tuple[AuditRule, ...]:
    """What is audited again and again, the oldest rule first."""
    return tuple(AuditRule.objects.filter(business=business, ended_at=None).select_related("owner"))


def audit_tasks(business: Business) -> tuple[AuditTask, ...]:
    """The audits that wait, the most urgent first, then the last ones that were done."""
    rows = AuditTask.objects.filter(rule__business=business).select_related("rule", "rule__owner", "done_by")
    waiting = rows.filter(done_at=None).order_by("due_on", "id")
    return (*waiting, *rows.filter(done_at__isnull=False).order_by("-done_at")[:SHOWN])


def is_overdue(task: AuditTask, today: date) -> bool:
    """Whether a task should have been done by now."""
    return task.done_at is None and task.due_on < today
