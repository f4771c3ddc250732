import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_rules_of_models"),
        ("accounts", "0003_api_tokens"),
        ("accounts", "0004_money_unit"),
        ("accounts", "0005_restricted_kpis"),
        ("accounts", "0006_palette"),
        ("accounts", "0007_departments"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Business",
            fields=[
                ("id", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, verbose_name="Name of the business")),
                (
                    "currency",
                    models.CharField(
                        default="JPY",
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{3}$", "Three capital letters.")],
                        verbose_name="Currency",
                    ),
                ),
                (
                    "money",
                    models.CharField(
                        choices=[
                            ("auto", "By size (4.35M, 1.80 hundred million)"),
                            ("yen", "In full"),
                            ("thousand", "Thousands"),
                            ("man", "Ten thousands (in English thousands)"),
                            ("million", "Millions"),
                            ("oku", "Hundred millions (in English millions)"),
                        ],
                        default="auto",
                        max_length=8,
                        verbose_name="Amounts are shown",
                    ),
                ),
                ("zone", models.CharField(default="Asia/Tokyo", max_length=64, verbose_name="Time zone")),
                (
                    "week_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="First day of the week",
                    ),
                ),
                (
                    "fiscal_start",
                    models.PositiveSmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="First month of the fiscal year",
                    ),
                ),
                (
                    "closing_day",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(27),
                        ],
                        verbose_name="Closing day of the month",
                    ),
                ),
                (
                    "label_style",
                    models.CharField(
                        choices=[("calendar", "Calendar year (Oct 2026)"), ("fiscal", "Fiscal year (FY2026 Q3)")],
                        default="calendar",
                        max_length=8,
                        verbose_name="Name of periods",
                    ),
                ),
                ("country", models.CharField(default="JP", max_length=2, verbose_name="Country of the holidays")),
                ("tax_included", models.BooleanField(default=False, verbose_name="Amounts in our files include tax")),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=4,
                        default="0.1000",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="Tax rate",
                    ),
                ),
                ("rules", models.JSONField(blank=True, default=dict)),
                ("restricted", models.JSONField(blank=True, default=dict)),
                ("is_demo", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("week_start__range", (0, 6))), name="business_week_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fiscal_start__range", (1, 12))), name="business_fiscal_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closing_day", None), ("closing_day__range", (1, 27)), _connector="OR"),
                        name="business_closing_day",
                    ),
                    models.CheckConstraint(condition=models.Q(("tax_rate__range", (0, 1))), name="business_tax_rate"),
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="E-mail address")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("", "As the browser asks"), ("ja", "日本語"), ("en", "English")],
                        default="",
                        max_length=2,
                        verbose_name="Language",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "As the device is set"), ("light", "Light"), ("dark", "Dark")],
                        default="auto",
                        max_length=5,
                        verbose_name="Colours",
                    ),
                ),
                (
                    "palette",
                    models.CharField(
                        choices=[
                            ("usual", "Blue-green, yellow, red"),
                            ("distinct", "Blue and orange, easy to tell apart"),
                        ],
                        default="usual",
                        max_length=8,
                        verbose_name="Colours of status",
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_lower",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "Reads"), ("write", "Reads and writes")],
                        default="read",
                        max_length=5,
                        verbose_name="What it may do",
                    ),
                ),
                ("ending", models.CharField(max_length=4)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="api_tokens", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("scope__in", ["read", "write"])), name="api_token_scope")
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="E-mail address")),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("editor", "Editor"), ("viewer", "Viewer")],
                        default="viewer",
                        max_length=6,
                        verbose_name="Role",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="accounts.business"
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("editor", "Editor"), ("viewer", "Viewer")],
                        max_length=6,
                        verbose_name="Role",
                    ),
                ),
                ("departments", models.JSONField(blank=True, default=list, verbose_name="Departments")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="accounts.business"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["user__name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "business"), name="membership_once"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "editor", "viewer"])), name="membership_role"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="business",
            name="members",
            field=models.ManyToManyField(through="accounts.Membership", to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name="SetupToken",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="setup_token_one")],
            },
        ),
    ]
