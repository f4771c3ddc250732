from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_restricted_kpis"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="palette",
            field=models.CharField(
                choices=[
                    ("usual", "Blue-green, yellow, red"),
                    ("distinct", "Blue and orange, easy to tell apart"),
                ],
                default="usual",
                max_length=8,
                verbose_name="Colours of status",
            ),
        ),
    ]
