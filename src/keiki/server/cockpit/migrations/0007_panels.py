from django.db import migrations, models

KINDS = [
    ("number", "Number card"),
    ("line", "Line over time"),
    ("trend", "Columns over time with target"),
    ("bars", "Bars by segment"),
    ("funnel", "Funnel"),
    ("table", "Table of a tree"),
    ("plan", "Plan and actual"),
    ("weekly", "Weekly numbers by owner"),
    ("acts", "Where to act now"),
    ("campaigns", "Campaigns"),
    ("note", "Note"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("cockpit", "0006_campaign_tags"),
    ]

    operations = [
        migrations.AddField(
            model_name="panel",
            name="refresh",
            field=models.CharField(
                choices=[
                    ("opened", "Whenever the page is opened"),
                    ("minutes", "Every 5 minutes"),
                    ("daily", "Once a day"),
                ],
                default="opened",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="panel",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
        migrations.RemoveConstraint(model_name="panel", name="panel_kind"),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _words in KINDS])), name="panel_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(("refresh__in", ["opened", "minutes", "daily"])), name="panel_refresh"
            ),
        ),
    ]
