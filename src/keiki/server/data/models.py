"""The table of files people have sent, each on its way from upload to rows."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business
from keiki.server.jobs.models import Run


class Mode(models.TextChoices):
    UPSERT = "upsert", _("Add new rows and update changed ones")
    APPEND = "append", _("Add every row")
    REPLACE = "replace", _("Replace what is there")


class Upload(models.Model):
    """One file. `suffix` is the only part of its name that reaches the disk; `reading` is how its columns are read,
    as plain data, once a person has confirmed it; `import_id` names its entry in the history of the lake.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255)
    suffix = models.CharField(max_length=12)
    size = models.PositiveBigIntegerField()
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.UPSERT)
    reading = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    import_id = models.CharField(max_length=40, default="", db_index=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-sent_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(mode__in=Mode.values), name="upload_mode")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the file lies; the name a person gave it is never part of it."""
        return self.business.folder / "uploads" / f"{self.id.hex}{self.suffix}"

    @property
    def look_path(self) -> Path:
        """Where it is kept what the file would become, so that it is found out once and not on every page."""
        return self.path.with_name(f"{self.id.hex}.look")

    def forget_file(self) -> None:
        """Delete the file and what was seen in it."""
        self.path.unlink(missing_ok=True)
        self.look_path.unlink(missing_ok=True)
