from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_squashed_0007_departments")]

    operations = [
        migrations.AddField(model_name="business", name="ideal", field=models.JSONField(blank=True, default=dict)),
    ]
