import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0007_departments"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadRuleVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("criteria", models.JSONField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lead_rules", to="accounts.business"
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
                "ordering": ["-number"],
                "constraints": [models.UniqueConstraint(fields=("business", "number"), name="lead_rule_once")],
            },
        ),
        migrations.CreateModel(
            name="LeadRuleApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("marketing", "Marketing"), ("sales", "Sales")], max_length=9)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="journeys.leadruleversion",
                    ),
                ),
            ],
            options={
                "ordering": ["side", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "side"), name="lead_rule_side_once"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["marketing", "sales"])), name="lead_rule_side"
                    ),
                ],
            },
        ),
    ]
