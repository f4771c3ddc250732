import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("reports", "0001_deliveries"),
        ("reports", "0002_alerts_by_mail"),
        ("reports", "0003_comments_by_mail"),
    ]
    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0007_departments"),
        ("kpis", "0001_squashed_0007_marketing_mix"),
        ("success", "0001_squashed_0004_offers_and_articles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeSent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sent", to="kpis.notice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AlertSent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="success.alert"
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
                "constraints": [models.UniqueConstraint(fields=("alert", "user"), name="alert_sent_once")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("daily", "Daily report"),
                            ("weekly", "Weekly report"),
                            ("alerts", "Alerts about accounts"),
                            ("named", "Comments for you"),
                        ],
                        max_length=6,
                    ),
                ),
                ("is_on", models.BooleanField(default=False, verbose_name="Send it to all members")),
                (
                    "weekday",
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
                        verbose_name="Day of the week",
                    ),
                ),
                ("hour", models.PositiveSmallIntegerField(default=7, verbose_name="Hour")),
                ("tree", models.CharField(blank=True, default="", max_length=64)),
                ("since", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="accounts.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "cadence"), name="delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(("cadence__in", ["daily", "weekly", "alerts", "named"])),
                        name="delivery_cadence",
                    ),
                    models.CheckConstraint(condition=models.Q(("weekday__range", (0, 6))), name="delivery_weekday"),
                    models.CheckConstraint(condition=models.Q(("hour__range", (0, 23))), name="delivery_hour"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("daily", "Daily report"),
                            ("weekly", "Weekly report"),
                            ("alerts", "Alerts about accounts"),
                            ("named", "Comments for you"),
                        ],
                        max_length=6,
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
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
                "constraints": [models.UniqueConstraint(fields=("business", "user", "cadence"), name="opt_out_once")],
            },
        ),
        migrations.CreateModel(
            name="Sent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("daily", "Daily report"),
                            ("weekly", "Weekly report"),
                            ("alerts", "Alerts about accounts"),
                            ("named", "Comments for you"),
                        ],
                        max_length=6,
                    ),
                ),
                ("on", models.DateField()),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
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
                "constraints": [
                    models.UniqueConstraint(fields=("business", "user", "cadence", "on"), name="sent_once")
                ],
            },
        ),
    ]
