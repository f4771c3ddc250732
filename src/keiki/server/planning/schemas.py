"""What targets give back to programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop
from ninja import Field, Schema


class RevisionOut(Schema):
    """A target as it was written once, and when it held."""

    number: int
    state: str = Field(description=gettext_noop("draft, proposed, approved or aside."))
    since: date
    until: date | None = Field(description=gettext_noop("The last day on which it held; empty while it does."))
    in_force: bool = Field(description=gettext_noop("Whether it judges today."))
    target: dict[str, Any] = Field(description=gettext_noop("The target as a kpi-tree document writes it."))
    reason: str
    made_at: datetime


class NodeTargetsOut(Schema):
    """Every revision of the target of one node, oldest first."""

    node: str
    kpi: str | None
    revisions: list[RevisionOut]
