import uuid

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("scenarios", "0001_initial"),
        ("scenarios", "0002_ideas"),
    ]
    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0007_departments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Idea",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tree", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=80)),
                ("node", models.CharField(blank=True, default="", max_length=64)),
                ("how", models.CharField(blank=True, default="", max_length=8)),
                ("amount", models.FloatField(null=True)),
                (
                    "chance",
                    models.PositiveSmallIntegerField(
                        default=50,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ideas", to="accounts.business"
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
                "ordering": ["made_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", None), ("how", ""), ("node", "")),
                            models.Q(
                                models.Q(("node", ""), _negated=True),
                                models.Q(("how", ""), _negated=True),
                                ("amount__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="idea_moves_a_number_or_none",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("chance__gte", 1), ("chance__lte", 100)), name="idea_chance"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tree", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, default="", max_length=400)),
                ("moves", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("made_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scenarios", to="accounts.business"
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
                "ordering": ["made_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "tree", "name"), name="scenario_name_once")
                ],
            },
        ),
    ]
