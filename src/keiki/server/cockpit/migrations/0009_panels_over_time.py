from django.db import migrations, models

KINDS = [
    ("number", "Number card"),
    ("line", "Line over time"),
    ("trend", "Columns over time with target"),
    ("bars", "Bars by segment"),
    ("heat", "Table in colour by segment and period"),
    ("shares", "Shares of the whole over time"),
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
        ("cockpit", "0008_changes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="panel", name="panel_kind"),
        migrations.AlterField(
            model_name="panel",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _words in KINDS])), name="panel_kind"
            ),
        ),
    ]
