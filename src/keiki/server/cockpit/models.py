"""Tables of the cockpit: dashboards with their panels, and what happened on a day."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business


class PanelKind(models.TextChoices):
    NUMBER = "number", _("Number card")
    TREND = "trend", _("Trend")
    BARS = "bars", _("Bars by segment")
    FUNNEL = "funnel", _("Funnel")
    TABLE = "table", _("Table of a tree")
    PLAN = "plan", _("Plan and actual")
    WEEKLY = "weekly", _("Weekly numbers by owner")
    ACTS = "acts", _("Where to act now")
    CAMPAIGNS = "campaigns", _("Campaigns")
    NOTE = "note", _("Note")


WIDTHS = (3, 4, 6, 8, 12)
"""How wide a panel may be, in twelfths of the page."""


class Dashboard(models.Model):
    """Panels in an order, saved for one person (`owner`) or, without one, shared by everybody in the business.

    `version` grows with every change. `made_from` is the generated dashboard it began as.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="dashboards")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="dashboards")
    name = models.CharField(max_length=80)
    made_from = models.CharField(max_length=16, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "id"]

    def __str__(self) -> str:
        return self.name


class Panel(models.Model):
    """One panel of a dashboard: its kind, the number it is about, its place and size.

    `group` puts panels under one heading. `text` is a note's words; `title` takes the place of the number's name.
    """

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="panels")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=PanelKind)
    tree = models.CharField(max_length=64, default="", blank=True)
    node = models.CharField(max_length=64, default="", blank=True)
    by = models.CharField(max_length=32, default="", blank=True)
    title = models.CharField(max_length=80, default="", blank=True)
    text = models.TextField(max_length=2000, default="", blank=True)
    group = models.CharField(max_length=40, default="", blank=True)
    width = models.PositiveSmallIntegerField(default=6)
    tall = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["dashboard", "place", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(kind__in=PanelKind.values), name="panel_kind"),
            models.CheckConstraint(condition=models.Q(width__in=WIDTHS), name="panel_width"),
        ]

    def __str__(self) -> str:
        return f"{self.dashboard_id} {self.place} {self.kind}"
