import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_departments"),
        ("kpis", "0003_verdicts"),
    ]

    operations = [
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measurements",
                        to="accounts.business",
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
    ]
