"""Triggers that refuse to change or remove an entry of the audit log, on SQLite and on PostgreSQL."""

from __future__ import annotations

from django.db import migrations

SQLITE = {
    "keiki_audit_keep": """
        CREATE TRIGGER keiki_audit_keep BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'The audit log can only grow.'); END""",
    "keiki_audit_fixed": """
        CREATE TRIGGER keiki_audit_fixed BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'The audit log can only grow.'); END""",
}
POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION keiki_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'The audit log can only grow.' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER keiki_audit_fixed BEFORE UPDATE OR DELETE ON audit_entry
       FOR EACH ROW EXECUTE FUNCTION keiki_audit_refuse()""",
    """CREATE TRIGGER keiki_audit_keep BEFORE TRUNCATE ON audit_entry
       FOR EACH STATEMENT EXECUTE FUNCTION keiki_audit_refuse()""",
)


def guard(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    with schema_editor.connection.cursor() as cursor:
        for statement in POSTGRESQL if postgresql else SQLITE.values():
            cursor.execute(statement)


def unguard(apps, schema_editor):
    table = " ON audit_entry" if schema_editor.connection.vendor == "postgresql" else ""
    with schema_editor.connection.cursor() as cursor:
        for name in SQLITE:
            cursor.execute(f"DROP TRIGGER {name}{table}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
