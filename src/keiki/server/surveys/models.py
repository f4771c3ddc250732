"""Tables of surveys: what is asked by a link, and every answer until and after it is in the lake."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business


class Kind(models.TextChoices):
    NPS = "nps", _("Recommendation (NPS, 0–10)")
    CSAT = "csat", _("Satisfaction (CSAT, 1–5)")
    CES = "ces", _("Effort (CES, 1–7)")


STEPS: Final[Mapping[str, range]] = {Kind.NPS: range(11), Kind.CSAT: range(1, 6), Kind.CES: range(1, 8)}
"""The scores that can be given, by kind."""


class Survey(models.Model):
    """One question that whoever holds its link answers without signing in, until it is closed. Only the digest of the
    token in the link is kept.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="surveys")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("Name"), max_length=80)
    kind = models.CharField(_("What is asked"), max_length=4, choices=Kind)
    question = models.CharField(_("Question"), max_length=200)
    language = models.CharField(max_length=2, default="ja")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="survey_kind")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def steps(self) -> range:
        """The scores that can be given."""
        return STEPS[self.kind]

    @property
    def subject(self) -> str:
        """How its answers are told from others in the lake."""
        return f"survey:{self.pk}"


class Answer(models.Model):
    """One answer. `loaded_at`: when it came into the lake."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answers")
    score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(auto_now_add=True)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-answered_at", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["loaded_at"], name="answer_waiting")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(score__range=(0, 10)), name="answer_score")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.score}"
