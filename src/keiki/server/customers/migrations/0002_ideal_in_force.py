"""The newest version of the ideal customer is the one in force, which a business keeps with its settings."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def keep_newest(apps: Any, schema_editor: Any) -> None:
    newest: dict[str, Any] = {}
    for version in apps.get_model("customers", "IdealVersion").objects.order_by("number"):
        newest[version.business_id] = version
    businesses = apps.get_model("accounts", "Business").objects
    for business_id, version in newest.items():
        traits = {attribute: {"values": values, "weight": weight} for attribute, values, weight in version.traits}
        businesses.filter(pk=business_id).update(ideal={"threshold": version.threshold, "traits": traits})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_ideal"), ("customers", "0001_ideal_customers")]
    operations = [migrations.RunPython(keep_newest, migrations.RunPython.noop)]
