from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from keiki.server.audit.actions import record
from keiki.server.audit.models import Entry


@pytest.fixture
def entry(db: None) -> Entry:
    record(None, "test.done", business_id="tea", new={"a": 1})
    return Entry.objects.get()


CHANGES: dict[str, Callable[[Entry], Any]] = {
    "save": lambda entry: entry.save(),
    "delete": lambda entry: entry.delete(),
    "update": lambda entry: Entry.objects.update(action="x"),
    "filtered update": lambda entry: Entry.objects.filter(pk=entry.pk).update(action="x"),
    "bulk update": lambda entry: Entry.objects.bulk_update([entry], ["action"]),
    "delete all": lambda entry: Entry.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_entry_cannot_be_changed_by_the_program(change: Callable[[Entry], Any], entry: Entry) -> None:
    with pytest.raises(TypeError, match="can only grow"):
        change(entry)
    assert list(Entry.objects.values_list("action", flat=True)) == ["test.done"]


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_entry_cannot_be_changed_by_sql(statement: str, entry: Entry) -> None:
    with pytest.raises(DatabaseError, match="can only grow"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Entry.objects.values_list("action", flat=True)) == ["test.done"]


def test_table_cannot_be_emptied(entry: Entry) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="can only grow"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_entry")


def test_entry_outlives_the_person(cast: Any) -> None:
    record(cast.viewer, "test.done", business_id="tea")
    number = cast.viewer.pk
    cast.viewer.delete()
    assert Entry.objects.get(action="test.done").actor_id == number
