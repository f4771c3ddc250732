"""Tables of what a business defines itself: its own KPIs with every version."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from keiki.server.accounts.models import Business

# --- own KPIs ---


class OwnKpi(models.Model):
    """A KPI that a business defines itself, or a built-in one that it defines differently.

    `version` is the number of the newest of its `versions`. `retired_on` is the day from which nobody should start to
    use it; it is never deleted, so that its history stays.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="own_kpis")
    kpi_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    retired_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kpi_id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "kpi_id"], name="own_kpi_once")
        ]

    def __str__(self) -> str:
        return self.kpi_id


class KpiVersion(models.Model):
    """What a KPI meant from a day on. `document` is the declaration as in a YAML file; `since` None: from the start.

    Versions only get more: a formula is never changed in place, so that every old value can be calculated again.
    """

    kpi = models.ForeignKey(OwnKpi, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    since = models.DateField(null=True)
    document = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=400, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kpi", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kpi", "number"], name="kpi_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} v{self.number}"
