"""The tables of the way to buy: versions of the rule that scores leads, and who agreed to them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business


class LeadRuleVersion(models.Model):
    """A rule for the score of leads as somebody proposed it; versions stay.

    `criteria`: a list of [name, attribute, values, points], as `keiki.journeys.lead_scores.Criterion`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="lead_rules")
    number = models.PositiveIntegerField()
    criteria = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "number"], name="lead_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.number}"


class Side(models.TextChoices):
    """Who has to agree."""

    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")


class LeadRuleApproval(models.Model):
    """A side that agreed to a version, by one of its people."""

    version = models.ForeignKey(LeadRuleVersion, on_delete=models.CASCADE, related_name="approvals")
    side = models.CharField(max_length=9, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["side", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "side"], name="lead_rule_side_once"),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="lead_rule_side"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.side}"
