import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kpi", models.CharField(blank=True, default="", max_length=64)),
                ("where", models.TextField(blank=True, default="")),
                ("tree", models.CharField(blank=True, default="", max_length=64)),
                ("node", models.CharField(blank=True, default="", max_length=64)),
                ("version", models.PositiveIntegerField(default=0)),
                ("review_on", models.DateField(null=True)),
                ("recheck_since", models.DateTimeField(null=True)),
                ("recheck_of", models.CharField(blank=True, default="", max_length=130)),
                ("retired_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plans", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "kpi", "where", "tree", "node"), name="plan_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("node", ""), ("tree", ""), models.Q(("kpi", ""), _negated=True)),
                            models.Q(
                                ("kpi", ""),
                                ("where", ""),
                                models.Q(("tree", ""), _negated=True),
                                models.Q(("node", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="plan_of_a_kpi_or_of_a_node",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("aside", "Set aside"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Set directly"),
                            ("top", "From above (top-down)"),
                            ("bottom", "From the team (bottom-up)"),
                            ("agreed", "Agreed between both"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("since", models.DateField()),
                ("content", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="planning.plan"
                    ),
                ),
            ],
            options={
                "ordering": ["plan", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="plan_revision_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "proposed", "approved", "aside"])),
                        name="plan_revision_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["", "top", "bottom", "agreed"])), name="plan_revision_way"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scorecard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tree", models.CharField(max_length=64)),
                ("marks", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scorecards", to="accounts.business"
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
                "ordering": ["-made_at", "-id"],
                "indexes": [
                    models.Index(fields=["business", "tree", "-made_at"], name="planning_sc_busines_5f4d60_idx")
                ],
            },
        ),
    ]
