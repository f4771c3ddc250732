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


class IssueKind(models.TextChoices):
    """What found an issue: a check of the series, an import that refused rows, or a person."""

    MISSING = "missing", _("Missing in the series")
    REJECTED = "rejected", _("Rows that were refused")
    REPORTED = "reported", _("Noticed by a person")


class Resolution(models.TextChoices):
    """How an issue was settled."""

    CORRECTED = "corrected", _("The data was corrected")
    EXPLAINED = "explained", _("The data is right; this is why")
    ACCEPTED = "accepted", _("It cannot be mended; we live with it")


class Issue(models.Model):
    """Something that is wrong with the data, as somebody took it up. `mark` names it as long as its check finds it;
    `name_ja` and `name_en` say what it is about, `day` and `grain` of which period, `rows` how many were refused.

    The state is in `closed_at`; whoever closes it says in `note` what was done.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="issues")
    mark = models.CharField(max_length=32)
    kind = models.CharField(max_length=8, choices=IssueKind)
    name_ja = models.CharField(max_length=255)
    name_en = models.CharField(max_length=255)
    day = models.DateField(null=True)
    grain = models.CharField(max_length=7, default="")
    rows = models.PositiveBigIntegerField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    resolution = models.CharField(max_length=9, choices=Resolution, default="", blank=True)
    note = models.CharField(max_length=1000, default="", blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-found_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "mark"], name="issue_once"),
            models.CheckConstraint(condition=models.Q(kind__in=IssueKind.values), name="issue_kind"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, resolution="", note="")
                | (models.Q(closed_at__isnull=False, resolution__in=Resolution.values) & ~models.Q(note="")),
                name="issue_closed_with_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name_en}"


class IssueWhat(models.TextChoices):
    REPORTED = "reported", _("Reported")
    OWNED = "owned", _("Given to somebody")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Opened again")


class IssueStep(models.Model):
    """One thing that was done about an issue, by whom and when; steps only get more."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="steps")
    what = models.CharField(max_length=8, choices=IssueWhat)
    resolution = models.CharField(max_length=9, choices=Resolution, default="", blank=True)
    note = models.CharField(max_length=1000, default="", blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(what__in=IssueWhat.values), name="issue_step_what"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.what}"


class AuditRule(models.Model):
    """Something about the data that is audited in every month, quarter or year (`every`), due `days` after it began."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="audit_rules")
    name = models.CharField(max_length=200)
    every = models.CharField(max_length=7)
    days = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(every__in=("month", "quarter", "year")), name="audit_rhythm"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.every}"


class AuditTask(models.Model):
    """One audit of a rule, for the period that begins on `begins_on`; whoever did it says what was found."""

    rule = models.ForeignKey(AuditRule, on_delete=models.CASCADE, related_name="tasks")
    begins_on = models.DateField()
    due_on = models.DateField()
    note = models.CharField(max_length=1000, default="", blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rule", "begins_on"], name="audit_task_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.begins_on}"
