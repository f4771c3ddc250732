"""Tables of notices: which alerts a person has read, and what they do not want to find here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business
from keiki.server.reports.models import Cadence
from keiki.server.success.models import Alert


class Kind(models.TextChoices):
    """What a person is told of: here, and by e-mail under the same name."""

    NAMED = Cadence.NAMED.value, _("Comments that name you or answer yours")
    ALERTS = Cadence.ALERTS.value, _("Alerts about accounts")


class AlertRead(models.Model):
    """An alert that a member has read; it stays open for the others."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alert", "user"], name="alert_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.user_id}"


class Quiet(models.Model):
    """A kind of notices that a member does not want to find here."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "user", "kind"], name="quiet_once"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="quiet_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.business_id}"
