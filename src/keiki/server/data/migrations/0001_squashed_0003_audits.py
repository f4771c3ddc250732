import uuid

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("data", "0001_initial"), ("data", "0002_issues"), ("data", "0003_audits")]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0007_departments"),
        ("accounts", "__first__"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("every", models.CharField(max_length=7)),
                ("days", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="audit_rules", to="accounts.business"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("every__in", ("month", "quarter", "year"))), name="audit_rhythm"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins_on", models.DateField()),
                ("due_on", models.DateField()),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="data.auditrule"
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "constraints": [models.UniqueConstraint(fields=("rule", "begins_on"), name="audit_task_once")],
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missing", "Missing in the series"),
                            ("rejected", "Rows that were refused"),
                            ("reported", "Noticed by a person"),
                        ],
                        max_length=8,
                    ),
                ),
                ("name_ja", models.CharField(max_length=255)),
                ("name_en", models.CharField(max_length=255)),
                ("day", models.DateField(null=True)),
                ("grain", models.CharField(default="", max_length=7)),
                ("rows", models.PositiveBigIntegerField(null=True)),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("corrected", "The data was corrected"),
                            ("explained", "The data is right; this is why"),
                            ("accepted", "It cannot be mended; we live with it"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("closed_at", models.DateTimeField(null=True)),
                ("found_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="issues", to="accounts.business"
                    ),
                ),
                (
                    "closed_by",
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
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-found_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "mark"), name="issue_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["missing", "rejected", "reported"])), name="issue_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("note", ""), ("resolution", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("resolution__in", ["corrected", "explained", "accepted"]),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="issue_closed_with_a_note",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssueStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("reported", "Reported"),
                            ("owned", "Given to somebody"),
                            ("closed", "Closed"),
                            ("reopened", "Opened again"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("corrected", "The data was corrected"),
                            ("explained", "The data is right; this is why"),
                            ("accepted", "It cannot be mended; we live with it"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="data.issue"
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
                        condition=models.Q(("what__in", ["reported", "owned", "closed", "reopened"])),
                        name="issue_step_what",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("suffix", models.CharField(max_length=12)),
                ("size", models.PositiveBigIntegerField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("upsert", "Add new rows and update changed ones"),
                            ("append", "Add every row"),
                            ("replace", "Replace what is there"),
                        ],
                        default="upsert",
                        max_length=7,
                    ),
                ),
                ("reading", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("import_id", models.CharField(db_index=True, default="", max_length=40)),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="accounts.business"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="jobs.run"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-sent_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["upsert", "append", "replace"])), name="upload_mode"
                    )
                ],
            },
        ),
    ]
