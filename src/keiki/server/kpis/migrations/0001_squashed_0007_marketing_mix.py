import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("kpis", "0001_own_kpis"),
        ("kpis", "0002_own_trees"),
        ("kpis", "0003_verdicts"),
        ("kpis", "0004_measurements"),
        ("kpis", "0005_comments"),
        ("kpis", "0006_activity_scores"),
        ("kpis", "0007_marketing_mix"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0007_departments"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kpi_id", models.CharField(max_length=64)),
                ("where", models.CharField(blank=True, default="", max_length=1000)),
                ("grain", models.CharField(max_length=7)),
                ("day", models.DateField()),
                ("text", models.TextField(blank=True, max_length=2000)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "answers",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answered_by",
                        to="kpis.comment",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
                "indexes": [models.Index(fields=["business", "kpi_id"], name="kpis_commen_busines_8f2512_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deleted_at", None), models.Q(("text", ""), _negated=True)),
                            models.Q(("deleted_at__isnull", False), ("text", "")),
                            _connector="OR",
                        ),
                        name="comment_has_text_until_taken_back",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MarketingMix",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("tree", models.CharField(blank=True, default="", max_length=64)),
                ("target", models.TextField(blank=True, default="", max_length=2000)),
                ("product", models.TextField(blank=True, default="", max_length=2000)),
                ("price", models.TextField(blank=True, default="", max_length=2000)),
                ("place", models.TextField(blank=True, default="", max_length=2000)),
                ("promotion", models.TextField(blank=True, default="", max_length=2000)),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mixes", to="accounts.business"
                    ),
                ),
                (
                    "written_by",
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
                "constraints": [models.UniqueConstraint(fields=("business", "number"), name="marketing_mix_once")],
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kpi_id", models.CharField(max_length=64)),
                ("grain", models.CharField(max_length=7)),
                ("day", models.DateField()),
                ("value", models.FloatField()),
                ("version", models.PositiveIntegerField(null=True)),
                ("snapshot", models.PositiveBigIntegerField()),
                ("night", models.DateField()),
                ("measured_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="measurements", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["-measured_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "kpi_id", "grain", "day", "night"), name="measurement_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[("mentioned", "You were mentioned"), ("answered", "Your comment was answered")],
                        max_length=9,
                    ),
                ),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="kpis.comment"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-comment__made_at", "-id"],
                "indexes": [models.Index(fields=["user", "read_at"], name="kpis_notice_user_id_665be2_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("comment", "user"), name="notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["mentioned", "answered"])), name="notice_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnKpi",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kpi_id", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("retired_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="own_kpis", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["kpi_id"],
                "constraints": [models.UniqueConstraint(fields=("business", "kpi_id"), name="own_kpi_once")],
            },
        ),
        migrations.CreateModel(
            name="KpiVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("since", models.DateField(null=True)),
                ("document", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
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
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="kpis.ownkpi"
                    ),
                ),
            ],
            options={
                "ordering": ["kpi", "number"],
                "constraints": [models.UniqueConstraint(fields=("kpi", "number"), name="kpi_version_once")],
            },
        ),
        migrations.CreateModel(
            name="OwnTree",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tree_id", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("published", models.PositiveIntegerField(default=0)),
                ("made_from", models.CharField(blank=True, default="", max_length=64)),
                ("active_since", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="own_trees", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["tree_id"],
                "constraints": [models.UniqueConstraint(fields=("business", "tree_id"), name="own_tree_once")],
            },
        ),
        migrations.CreateModel(
            name="TreeVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "step",
                    models.CharField(
                        choices=[("edit", "Edited"), ("undo", "Undone"), ("redo", "Redone")],
                        default="edit",
                        max_length=4,
                    ),
                ),
                ("document", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("done", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
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
                    "tree",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="kpis.owntree"
                    ),
                ),
            ],
            options={
                "ordering": ["tree", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("tree", "number"), name="tree_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["edit", "undo", "redo"])), name="tree_version_step"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kpi_id", models.CharField(max_length=64)),
                ("grain", models.CharField(max_length=7)),
                ("day", models.DateField()),
                (
                    "word",
                    models.CharField(
                        choices=[("confirmed", "It is right"), ("excluded", "Leave it out")], max_length=9
                    ),
                ),
                ("value", models.FloatField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("said_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="verdicts", to="accounts.business"
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "kpi_id", "grain", "day"), name="verdict_once"),
                    models.CheckConstraint(
                        condition=models.Q(("word__in", ["confirmed", "excluded"])), name="verdict_word"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("activity", models.CharField(max_length=20)),
                ("score", models.SmallIntegerField()),
                ("reason", models.CharField(max_length=500)),
                ("rival", models.CharField(blank=True, default="", max_length=120)),
                ("judged_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activity_scores",
                        to="accounts.business",
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-judged_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", -2), ("score__lte", 2)), name="activity_score_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="activity_score_has_reason"
                    ),
                ],
            },
        ),
    ]
