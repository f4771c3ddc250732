from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_surveys")]

    operations = [
        migrations.RemoveConstraint(model_name="survey", name="survey_kind"),
        migrations.AlterField(
            model_name="survey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("nps", "Recommendation (NPS, 0–10)"),
                    ("csat", "Satisfaction (CSAT, 1–5)"),
                    ("ces", "Effort (CES, 1–7)"),
                ],
                max_length=4,
                verbose_name="What is asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["nps", "csat", "ces"])), name="survey_kind"
            ),
        ),
    ]
