"""The table of runs: one row per piece of background work, and the truth about it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.ui.language import current_language


class Status(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


class Run(models.Model):
    """Work of one kind with its arguments; `progress` goes from 0 to 1, `attempt` counts the starts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    business_id = models.CharField(max_length=40, default="", db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    status = models.CharField(max_length=7, choices=Status, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=3)
    progress = models.FloatField(default=0.0)
    message_en = models.CharField(max_length=200, default="")
    message_ja = models.CharField(max_length=200, default="")
    error_en = models.TextField(default="")
    error_ja = models.TextField(default="")
    error_id = models.CharField(max_length=16, default="")
    result = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    task_id = models.CharField(max_length=36, default="")
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-queued_at", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["status", "heartbeat_at"], name="run_open")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(progress__range=(0, 1)), name="run_progress"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="run_status"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status} {self.progress:.0%}"

    @property
    def is_finished(self) -> bool:
        return self.status in {Status.DONE, Status.FAILED}

    @property
    def message(self) -> str:
        """What is being done now, in the reader's language."""
        return self.message_ja if current_language() == "ja" else self.message_en

    @property
    def error(self) -> str:
        """Why it stopped, in the reader's language."""
        return self.error_ja if current_language() == "ja" else self.error_en
