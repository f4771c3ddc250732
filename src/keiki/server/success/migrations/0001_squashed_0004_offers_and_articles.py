import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("success", "0001_initial"),
        ("success", "0002_alerts_and_registers"),
        ("success", "0003_webhook"),
        ("success", "0004_offers_and_articles"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0007_departments"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="Product item")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Not decided"),
                            ("planned", "Planned"),
                            ("building", "Being built"),
                            ("shipped", "Shipped"),
                            ("declined", "Will not be done"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="Status",
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="product_items",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "name"), name="product_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "planned", "building", "shipped", "declined"])),
                        name="product_item_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200, verbose_name="Customer")),
                ("text", models.CharField(max_length=400, verbose_name="What they ask for")),
                ("on", models.DateField(verbose_name="Day")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="product_requests",
                        to="accounts.business",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requests",
                        to="success.productitem",
                        verbose_name="Item",
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
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme", models.CharField(max_length=80, verbose_name="Programme")),
                ("referrer", models.CharField(max_length=200, verbose_name="Referrer")),
                ("referred", models.CharField(max_length=200, verbose_name="Who was referred")),
                ("on", models.DateField(verbose_name="Day")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("named", "Named"),
                            ("contacted", "Contacted"),
                            ("converted", "Converted"),
                            ("lost", "Not converted"),
                        ],
                        default="named",
                        max_length=9,
                        verbose_name="Status",
                    ),
                ),
                (
                    "reward",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="Reward"),
                ),
                ("deal", models.CharField(blank=True, max_length=200, verbose_name="Won deal")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="referrals", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["named", "contacted", "converted", "lost"])),
                        name="referral_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "converted"), _negated=True),
                            models.Q(("deal", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="referral_converted_names_its_deal",
                        violation_error_message="A converted referral names the deal that was won.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200)),
                ("held_on", models.DateField()),
                ("attendees", models.CharField(max_length=400)),
                ("results", models.TextField(max_length=2000)),
                ("agreed", models.TextField(max_length=2000)),
                ("next_on", models.DateField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="success_reviews",
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
                "ordering": ["-held_on", "-id"],
                "indexes": [models.Index(fields=["business", "customer_id"], name="success_rev_busines_4b2da3_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("next_on__gt", models.F("held_on"))), name="review_next_is_later"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StageChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("onboarding", "Onboarding"),
                            ("adoption", "Adoption"),
                            ("retention", "Retention"),
                            ("expansion", "Expansion"),
                            ("advocacy", "Advocacy"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField()),
                ("reason", models.CharField(max_length=400)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stage_changes",
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
                "ordering": ["on", "id"],
                "indexes": [models.Index(fields=["business", "customer_id"], name="success_sta_busines_357022_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["onboarding", "adoption", "retention", "expansion", "advocacy"])
                        ),
                        name="stage_change_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="stage_change_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SuccessPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200)),
                ("purpose", models.CharField(max_length=400)),
                ("metrics", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("agreed_on", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("agreed", "Agreed with the customer"),
                            ("reached", "Reached"),
                            ("ended", "Ended"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("ltv_target", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                (
                    "ltv_cadence",
                    models.CharField(
                        choices=[("monthly", "Monthly"), ("quarterly", "Quarterly"), ("yearly", "Yearly")],
                        default="quarterly",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="success_plans",
                        to="accounts.business",
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
            ],
            options={
                "ordering": ["customer_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "customer_id"), name="success_plan_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "agreed", "reached", "ended"])),
                        name="success_plan_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ltv_cadence__in", ["monthly", "quarterly", "yearly"])),
                        name="success_plan_cadence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "agreed"), _negated=True), ("agreed_on__isnull", False), _connector="OR"
                        ),
                        name="success_plan_agreed_on_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField()),
                ("host", models.CharField(max_length=255)),
                ("up_to", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="webhook", to="accounts.business"
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
        ),
        migrations.CreateModel(
            name="WeeklyScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200)),
                ("week_end", models.DateField()),
                ("score", models.FloatField()),
                ("band", models.CharField(max_length=8)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="weekly_scores",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "ordering": ["customer_id", "week_end"],
                "indexes": [models.Index(fields=["business", "week_end"], name="success_wee_busines_e1d5a3_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "customer_id", "week_end"), name="weekly_score_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("use_fell", "Use fell"),
                            ("score_fell", "Health fell"),
                            ("renewal", "Renewal"),
                            ("unpaid", "Unpaid invoice"),
                            ("onboarding_late", "Late onboarding"),
                            ("ticket_late", "Escalated ticket"),
                        ],
                        max_length=16,
                    ),
                ),
                ("customer_id", models.CharField(blank=True, max_length=200)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("on", models.DateField()),
                ("over_on", models.DateField(blank=True, null=True)),
                ("owner", models.CharField(blank=True, max_length=200)),
                ("amount", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("details", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("raised_at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="accounts.business"
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "told",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="alerts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-on", models.OrderBy(models.F("amount"), descending=True, nulls_last=True), "id"],
                "indexes": [
                    models.Index(fields=["business", "over_on", "seen_at"], name="success_ale_busines_9f3857_idx"),
                    models.Index(fields=["business", "customer_id"], name="success_ale_busines_2d0345_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "kind", "customer_id", "subject", "on"), name="alert_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["use_fell", "score_fell", "renewal", "unpaid", "onboarding_late", "ticket_late"],
                            )
                        ),
                        name="alert_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="As your data names it in the column content of events.",
                        max_length=200,
                        verbose_name="Article",
                    ),
                ),
                ("topic", models.CharField(max_length=120, verbose_name="Topic of tickets")),
                (
                    "url",
                    models.CharField(
                        blank=True,
                        max_length=400,
                        validators=[django.core.validators.URLValidator(schemes=("http", "https"))],
                        verbose_name="Address",
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="articles", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("business", "name"), name="article_once")],
            },
        ),
        migrations.CreateModel(
            name="CaseStudy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200, verbose_name="Customer")),
                (
                    "kind",
                    models.CharField(
                        choices=[("case", "Case study"), ("talk", "Talk"), ("review", "Review or post")],
                        default="case",
                        max_length=6,
                        verbose_name="Kind",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="Title")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("agreed", "Agreed"),
                            ("published", "Published"),
                            ("declined", "Declined"),
                        ],
                        default="asked",
                        max_length=9,
                        verbose_name="Status",
                    ),
                ),
                ("asked_on", models.DateField(verbose_name="Asked on")),
                ("published_on", models.DateField(blank=True, null=True, verbose_name="Published on")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="case_studies", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["case", "talk", "review"])), name="case_study_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "agreed", "published", "declined"])),
                        name="case_study_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            ("published_on__isnull", False),
                            _connector="OR",
                        ),
                        name="case_study_published_on_a_day",
                        violation_error_message="Write the day on which it was published.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200)),
                ("metric", models.CharField(max_length=120, verbose_name="The customer's number")),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="Unit")),
                ("before", models.DecimalField(decimal_places=4, max_digits=16, verbose_name="Before us")),
                ("before_on", models.DateField(verbose_name="Measured before on")),
                ("after", models.DecimalField(decimal_places=4, max_digits=16, verbose_name="With us")),
                ("after_on", models.DateField(verbose_name="Measured after on")),
                (
                    "value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="Estimated value per year"
                    ),
                ),
                ("source", models.CharField(max_length=400, verbose_name="Source of the numbers and of the estimate")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="customer_results",
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
                "ordering": ["after_on", "id"],
                "indexes": [models.Index(fields=["business", "customer_id"], name="success_cus_busines_1eb35f_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("after_on__gt", models.F("before_on"))),
                        name="customer_result_days",
                        violation_error_message="The later measurement has to come after the earlier one.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Feature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("is_core", models.BooleanField(default=True)),
                ("since", models.DateField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="features", to="accounts.business"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("business", "name"), name="feature_once")],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200, verbose_name="Customer")),
                ("product", models.CharField(max_length=120, verbose_name="Product offered")),
                ("reason", models.CharField(max_length=400, verbose_name="Why it fits this customer")),
                ("on", models.DateField(verbose_name="Day")),
                (
                    "result",
                    models.CharField(
                        choices=[("open", "No answer yet"), ("accepted", "Accepted"), ("declined", "Declined")],
                        default="open",
                        max_length=8,
                        verbose_name="Result",
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="accounts.business"
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
                "indexes": [models.Index(fields=["business", "customer_id"], name="success_off_busines_e65645_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["open", "accepted", "declined"])), name="offer_result"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("product", ""), _negated=True), models.Q(("reason", ""), _negated=True)
                        ),
                        name="offer_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OnboardingStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.CharField(max_length=200)),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("setup", "Set-up"),
                            ("data", "Data migration"),
                            ("training", "Training"),
                            ("quick_win", "Quick win"),
                        ],
                        max_length=9,
                    ),
                ),
                ("owner", models.CharField(blank=True, max_length=80)),
                ("due", models.DateField(blank=True, null=True)),
                ("done", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="onboarding_steps",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "ordering": ["customer_id", "step"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "customer_id", "step"), name="onboarding_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["setup", "data", "training", "quick_win"])),
                        name="onboarding_step_step",
                    ),
                ],
            },
        ),
    ]
