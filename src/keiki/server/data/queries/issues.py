"""Reads of data-quality issues: what people have taken up, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keiki.server.accounts.models import Business
from keiki.server.data.models import Issue


@dataclass(frozen=True)
class StepTaken:
    """One thing that was done about an issue."""

    what: str
    by: str
    at: datetime
    resolution: str
    note: str
    owner: str


def taken_up(business: Business) -> dict[str, Issue]:
    """The issues of a business that people have taken up, by their mark, newest first."""
    rows = Issue.objects.filter(business=business).select_related("owner", "closed_by")
    return {row.mark: row for row in rows}


def steps_of(issue: Issue) -> tuple[StepTaken, ...]:
    """What was done about an issue, newest first."""
    steps = issue.steps.select_related("made_by", "owner").order_by("-made_at", "-id")
    return tuple(
        StepTaken(
            str(step.get_what_display()),
            str(step.made_by or ""),
            step.made_at,
            str(step.get_resolution_display()) if step.resolution else "",
            step.note,
            str(step.owner or ""),
        )
        for step in steps
    )
