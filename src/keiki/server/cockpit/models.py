"""Tables of the cockpit: dashboards with their panels, what happened on a day, links to big screens and to share."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keiki.server.accounts.models import Business


class PanelKind(models.TextChoices):
    NUMBER = "number", _("Number card")
    LINE = "line", _("Line over time")
    TREND = "trend", _("Columns over time with target")
    BARS = "bars", _("Bars by segment")
    HEAT = "heat", _("Table in colour by segment and period")
    SHARES = "shares", _("Shares of the whole over time")
    FUNNEL = "funnel", _("Funnel")
    TABLE = "table", _("Table of a tree")
    PLAN = "plan", _("Plan and actual")
    WEEKLY = "weekly", _("Weekly numbers by owner")
    ACTS = "acts", _("Where to act now")
    CAMPAIGNS = "campaigns", _("Campaigns")
    NOTE = "note", _("Note")


class Refresh(models.TextChoices):
    OPENED = "opened", _("Whenever the page is opened")
    MINUTES = "minutes", _("Every 5 minutes")
    DAILY = "daily", _("Once a day")


SPLIT = frozenset({PanelKind.BARS, PanelKind.HEAT, PanelKind.SHARES})
"""Kinds that show a number by the values of a dimension."""
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
    `refresh` says how often it looks for newer data.
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
    refresh = models.CharField(max_length=8, choices=Refresh, default=Refresh.OPENED)

    class Meta:
        ordering: ClassVar[list[str]] = ["dashboard", "place", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(kind__in=PanelKind.values), name="panel_kind"),
            models.CheckConstraint(condition=models.Q(width__in=WIDTHS), name="panel_width"),
            models.CheckConstraint(condition=models.Q(refresh__in=Refresh.values), name="panel_refresh"),
        ]

    def __str__(self) -> str:
        return f"{self.dashboard_id} {self.place} {self.kind}"


class MediaType(models.TextChoices):
    PAID = "paid", pgettext_lazy("media", "Paid")
    EARNED = "earned", pgettext_lazy("media", "Earned")
    SHARED = "shared", pgettext_lazy("media", "Shared")
    OWNED = "owned", pgettext_lazy("media", "Owned")


class CampaignTag(models.Model):
    """The kind of media that people say a campaign uses; it goes before what its rows tell."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="campaign_tags")
    campaign = models.CharField(max_length=200)
    media_type = models.CharField(max_length=6, choices=MediaType)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "campaign"], name="campaign_tag_once"),
            models.CheckConstraint(condition=models.Q(media_type__in=MediaType.values), name="campaign_tag_type"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.media_type}"


class Happening(models.TextChoices):
    ACTION = "action", pgettext_lazy("mark", "Action")
    CAMPAIGN = "campaign", pgettext_lazy("mark", "Campaign")
    INCIDENT = "incident", _("Incident")
    PRICE = "price", _("Price change")
    DEFINITION = "definition", _("Definition changed")
    TARGET = "target", _("Target changed")
    NOTE = "note", _("Note")


WRITTEN = (Happening.ACTION, Happening.CAMPAIGN, Happening.INCIDENT, Happening.PRICE, Happening.NOTE)
"""What people write down; changes of definitions and targets are told by their versions."""
STARTED = (Happening.ACTION, Happening.CAMPAIGN)
"""What somebody starts in order to move a number."""
CHANGES = (*STARTED, Happening.PRICE)
"""What we change ourselves."""
HORIZONS = (1, 3, 6)
"""Months after the one in which a change began in which its short and its long effect are measured."""


class Annotation(models.Model):
    """Something that happened on a day, to be seen beside the numbers it may have moved.

    It belongs to a KPI wherever it stands (`kpi` and, when it counts only some rows, `where`), to a node without one
    (`tree` and `node`), or, with none of these, to the whole business. `until`: the last day of something that lasted.
    `campaign` is what the data calls a campaign; while a campaign with a KPI lasts, that KPI is looked at every day.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="annotations")
    kpi = models.CharField(max_length=64, default="", blank=True)
    where = models.TextField(default="", blank=True)
    tree = models.CharField(max_length=64, default="", blank=True)
    node = models.CharField(max_length=64, default="", blank=True)
    kind = models.CharField(max_length=10, choices=Happening, default=Happening.NOTE)
    on = models.DateField()
    until = models.DateField(null=True)
    text = models.CharField(max_length=400)
    campaign = models.CharField(max_length=200, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "on"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(kind__in=Happening.values), name="annotation_kind"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("on")), name="annotation_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.text}"


class Horizon(models.Model):
    """What the KPI of a change is to be in the month `months` after the one in which it began, and what it was.

    The value is stored once, when that month is over, and never changed: `day` is the first day of the month, `version`
    that of the definition, `snapshot` the state of the data.
    """

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="horizons")
    months = models.PositiveSmallIntegerField()
    expected = models.FloatField(null=True)
    day = models.DateField(null=True)
    value = models.FloatField(null=True)
    version = models.PositiveIntegerField(null=True)
    snapshot = models.PositiveBigIntegerField(null=True)
    measured_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["annotation", "months"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["annotation", "months"], name="horizon_once"),
            models.CheckConstraint(condition=models.Q(months__in=HORIZONS), name="horizon_months"),
        ]

    def __str__(self) -> str:
        return f"{self.annotation_id} +{self.months}"


class Screen(models.Model):
    """A link that shows dashboards to whoever holds it, without signing in and read-only, until it is revoked.

    With `seconds` it is a big screen that shows one dashboard after the other; without them a link to share. It shows
    what `made_by` may see, and nothing once that person has left. Only the digest of its token is kept.
    `dashboards` are kinds or ids, in order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="screens")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    dashboards = models.JSONField()
    seconds = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=2, default="ja")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "id"]

    def __str__(self) -> str:
        return self.name


class Beginning(models.Model):
    """How far a business has come with its set-up: kept after every step, so that it goes on where it was left.

    `template` is the type of business that was chosen, `tree` the tree made of it, `upload` the last file that was
    sent. `finished_at`: from when nobody is asked any more.
    """

    business = models.OneToOneField(Business, primary_key=True, on_delete=models.CASCADE, related_name="beginning")
    step = models.CharField(max_length=8, default="type")
    template = models.CharField(max_length=64, default="", blank=True)
    tree = models.CharField(max_length=64, default="", blank=True)
    upload = models.UUIDField(null=True)
    meeting_on = models.DateField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.business_id} {self.step}"


class SavedView(models.Model):
    """A dashboard with the filters of its address under a name, for one person or, without an owner, for everybody.

    `shows` is the kind or id of the dashboard, `query` its filters as in the address.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    shows = models.CharField(max_length=40)
    query = models.CharField(max_length=600, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class StartPage(models.Model):
    """Which page a person sees first in a business: `today`, the kind of a dashboard, or the id of one."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shows = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "user"], name="start_page_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.shows}"
