from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_money_unit"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="restricted",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
