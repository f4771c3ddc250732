from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_palette"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="departments",
            field=models.JSONField(blank=True, default=list, verbose_name="Departments"),
        ),
    ]
