import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("cockpit", "0001_initial"),
        ("cockpit", "0002_annotations"),
        ("cockpit", "0003_screens"),
        ("cockpit", "0004_beginning"),
        ("cockpit", "0005_views"),
        ("cockpit", "0006_campaign_tags"),
        ("cockpit", "0007_panels"),
        ("cockpit", "0008_changes"),
        ("cockpit", "0009_panels_over_time"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0007_departments"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Beginning",
            fields=[
                (
                    "business",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="beginning",
                        serialize=False,
                        to="accounts.business",
                    ),
                ),
                ("step", models.CharField(default="type", max_length=8)),
                ("template", models.CharField(blank=True, default="", max_length=64)),
                ("tree", models.CharField(blank=True, default="", max_length=64)),
                ("upload", models.UUIDField(null=True)),
                ("meeting_on", models.DateField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Annotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kpi", models.CharField(blank=True, default="", max_length=64)),
                ("where", models.TextField(blank=True, default="")),
                ("tree", models.CharField(blank=True, default="", max_length=64)),
                ("node", models.CharField(blank=True, default="", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("action", "Action"),
                            ("campaign", "Campaign"),
                            ("incident", "Incident"),
                            ("price", "Price change"),
                            ("definition", "Definition changed"),
                            ("target", "Target changed"),
                            ("note", "Note"),
                        ],
                        default="note",
                        max_length=10,
                    ),
                ),
                ("on", models.DateField()),
                ("until", models.DateField(null=True)),
                ("text", models.CharField(max_length=400)),
                ("campaign", models.CharField(blank=True, default="", max_length=200)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="annotations", to="accounts.business"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-id"],
                "indexes": [models.Index(fields=["business", "on"], name="cockpit_ann_busines_c92a2c_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["action", "campaign", "incident", "price", "definition", "target", "note"])
                        ),
                        name="annotation_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("on")), _connector="OR"),
                        name="annotation_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("campaign", models.CharField(max_length=200)),
                (
                    "media_type",
                    models.CharField(
                        choices=[("paid", "Paid"), ("earned", "Earned"), ("shared", "Shared"), ("owned", "Owned")],
                        max_length=6,
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaign_tags",
                        to="accounts.business",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "campaign"), name="campaign_tag_once"),
                    models.CheckConstraint(
                        condition=models.Q(("media_type__in", ["paid", "earned", "shared", "owned"])),
                        name="campaign_tag_type",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dashboard",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("made_from", models.CharField(blank=True, default="", max_length=16)),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dashboards", to="accounts.business"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dashboards",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Horizon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("months", models.PositiveSmallIntegerField()),
                ("expected", models.FloatField(null=True)),
                ("day", models.DateField(null=True)),
                ("value", models.FloatField(null=True)),
                ("version", models.PositiveIntegerField(null=True)),
                ("snapshot", models.PositiveBigIntegerField(null=True)),
                ("measured_at", models.DateTimeField(null=True)),
                (
                    "annotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="horizons", to="cockpit.annotation"
                    ),
                ),
            ],
            options={
                "ordering": ["annotation", "months"],
                "constraints": [
                    models.UniqueConstraint(fields=("annotation", "months"), name="horizon_once"),
                    models.CheckConstraint(condition=models.Q(("months__in", (1, 3, 6))), name="horizon_months"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Panel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("number", "Number card"),
                            ("line", "Line over time"),
                            ("trend", "Columns over time with target"),
                            ("bars", "Bars by segment"),
                            ("heat", "Table in colour by segment and period"),
                            ("shares", "Shares of the whole over time"),
                            ("funnel", "Funnel"),
                            ("table", "Table of a tree"),
                            ("plan", "Plan and actual"),
                            ("weekly", "Weekly numbers by owner"),
                            ("acts", "Where to act now"),
                            ("campaigns", "Campaigns"),
                            ("note", "Note"),
                        ],
                        max_length=10,
                    ),
                ),
                ("tree", models.CharField(blank=True, default="", max_length=64)),
                ("node", models.CharField(blank=True, default="", max_length=64)),
                ("by", models.CharField(blank=True, default="", max_length=32)),
                ("title", models.CharField(blank=True, default="", max_length=80)),
                ("text", models.TextField(blank=True, default="", max_length=2000)),
                ("group", models.CharField(blank=True, default="", max_length=40)),
                ("width", models.PositiveSmallIntegerField(default=6)),
                ("tall", models.BooleanField(default=False)),
                (
                    "refresh",
                    models.CharField(
                        choices=[
                            ("opened", "Whenever the page is opened"),
                            ("minutes", "Every 5 minutes"),
                            ("daily", "Once a day"),
                        ],
                        default="opened",
                        max_length=8,
                    ),
                ),
                (
                    "dashboard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="panels", to="cockpit.dashboard"
                    ),
                ),
            ],
            options={
                "ordering": ["dashboard", "place", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "number",
                                    "line",
                                    "trend",
                                    "bars",
                                    "heat",
                                    "shares",
                                    "funnel",
                                    "table",
                                    "plan",
                                    "weekly",
                                    "acts",
                                    "campaigns",
                                    "note",
                                ],
                            )
                        ),
                        name="panel_kind",
                    ),
                    models.CheckConstraint(condition=models.Q(("width__in", (3, 4, 6, 8, 12))), name="panel_width"),
                    models.CheckConstraint(
                        condition=models.Q(("refresh__in", ["opened", "minutes", "daily"])), name="panel_refresh"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("shows", models.CharField(max_length=40)),
                ("query", models.CharField(blank=True, default="", max_length=600)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to="accounts.business"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Screen",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("dashboards", models.JSONField()),
                ("seconds", models.PositiveSmallIntegerField(null=True)),
                ("language", models.CharField(default="ja", max_length=2)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="screens", to="accounts.business"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="StartPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shows", models.CharField(max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.business"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("business", "user"), name="start_page_once")],
            },
        ),
    ]
