from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_api_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="money",
            field=models.CharField(
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
    ]
