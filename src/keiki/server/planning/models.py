"""Tables of targets: what each number is to reach, every revision of it, and the scorecards made of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business


class Plan(models.Model):
    """The plan for one number. A KPI has one plan wherever it stands: `kpi` and `where` (its condition as written
    canonically); a node without a KPI has one in its tree: `tree` and `node`.

    `version` is the number of its newest revision. `review_on`: when somebody looks whether it is still right.
    `recheck_since`: a goal above has changed since; `recheck_of` is that goal as
    `tree/node`. `retired_at`: it no longer
    judges anything; its revisions stay.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="plans")
    kpi = models.CharField(max_length=64, default="", blank=True)
    where = models.TextField(default="", blank=True)
    tree = models.CharField(max_length=64, default="", blank=True)
    node = models.CharField(max_length=64, default="", blank=True)
    version = models.PositiveIntegerField(default=0)
    review_on = models.DateField(null=True)
    recheck_since = models.DateTimeField(null=True)
    recheck_of = models.CharField(max_length=130, default="", blank=True)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "kpi", "where", "tree", "node"], name="plan_once"),
            models.CheckConstraint(
                condition=(models.Q(tree="", node="") & ~models.Q(kpi=""))
                | (models.Q(kpi="", where="") & ~models.Q(tree="") & ~models.Q(node="")),
                name="plan_of_a_kpi_or_of_a_node",
            ),
        ]

    def __str__(self) -> str:
        return self.kpi or f"{self.tree}/{self.node}"


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    ASIDE = "aside", _("Set aside")


class Way(models.TextChoices):
    DIRECT = "", _("Set directly")
    TOP_DOWN = "top", _("From above (top-down)")
    BOTTOM_UP = "bottom", _("From the team (bottom-up)")
    AGREED = "agreed", _("Agreed between both")


class Revision(models.Model):
    """A plan as somebody wrote it once; never changed afterwards, only its `state` goes on.

    `content` is the target as in a kpi-tree document. `since`: from which day it holds. `reason`: why.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    way = models.CharField(max_length=6, choices=Way, default=Way.DIRECT, blank=True)
    since = models.DateField()
    content = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=400, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["plan", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_revision_once"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="plan_revision_state"),
            models.CheckConstraint(condition=models.Q(way__in=Way.values), name="plan_revision_way"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} r{self.number}"


class Scorecard(models.Model):
    """The SMART marks of a tree's targets on one day: node id → letter → mark. Scorecards only get more."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="scorecards")
    tree = models.CharField(max_length=64)
    marks = models.JSONField(encoder=DjangoJSONEncoder)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "tree", "-made_at"])]

    def __str__(self) -> str:
        return f"{self.business_id} {self.tree} {self.made_at:%F}"
