"""Tables of reports and alerts by e-mail: when they are sent, who does not want them, and what was sent."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business, WeekStart
from keiki.server.kpis.models import Notice
from keiki.server.success.models import Alert


class Cadence(models.TextChoices):
    DAILY = "daily", _("Daily report")
    WEEKLY = "weekly", _("Weekly report")
    ALERTS = "alerts", _("Alerts about accounts")
    NAMED = "named", _("Comments for you")


LETTERS: Final = (Cadence.DAILY, Cadence.WEEKLY)
"""What goes out at an hour; alerts and comments go out as soon as there is one."""

PLANNED: Final = (*LETTERS, Cadence.ALERTS)
"""What editors switch on and off for a business; a comment that names somebody always reaches them."""


class Delivery(models.Model):
    """When a report of a business goes to all its members: at `hour` in the zone of the business, a weekly one on
    `weekday`. `tree` is the tree it is about, the first one while it is empty. Alerts go out when they are raised.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="deliveries")
    cadence = models.CharField(max_length=6, choices=Cadence)
    is_on = models.BooleanField(_("Send it to all members"), default=False)
    weekday = models.PositiveSmallIntegerField(_("Day of the week"), choices=WeekStart, default=WeekStart.MONDAY)
    hour = models.PositiveSmallIntegerField(_("Hour"), default=7)
    tree = models.CharField(max_length=64, default="", blank=True)
    since = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "cadence"], name="delivery_once"),
            models.CheckConstraint(condition=models.Q(cadence__in=Cadence.values), name="delivery_cadence"),
            models.CheckConstraint(condition=models.Q(weekday__range=(0, 6)), name="delivery_weekday"),
            models.CheckConstraint(condition=models.Q(hour__range=(0, 23)), name="delivery_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.cadence}"


class OptOut(models.Model):
    """A member who does not want a report of a business by e-mail."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cadence = models.CharField(max_length=6, choices=Cadence)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "user", "cadence"], name="opt_out_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.cadence} {self.business_id}"


class Sent(models.Model):
    """One e-mail to one member, the report of the day `on`: it goes out once, however often the work is done again."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cadence = models.CharField(max_length=6, choices=Cadence)
    on = models.DateField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "user", "cadence", "on"], name="sent_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.cadence} {self.user_id}"


class AlertSent(models.Model):
    """An alert that one member got by e-mail: it goes out once, however often the work is done again."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alert", "user"], name="alert_sent_once")
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.user_id}"


class NoticeSent(models.Model):
    """A comment that whom it is for got by e-mail: it goes out once, however often the work is done again."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="sent")
    sent_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.notice_id)
