from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from keiki.server.audit.actions import record
from keiki.server.audit.queries import Change, log


def test_log_reads_newest_first_in_pages(db: None) -> None:
    for number in range(5):
        record(None, f"test.{number}", business_id="tea")
    record(None, "test.other", business_id="books")
    first = log("tea", limit=3)
    assert [line.action for line in first.lines] == ["test.4", "test.3", "test.2"]
    second = log("tea", before=first.before, limit=3)
    assert [line.action for line in second.lines] == ["test.1", "test.0"]
    assert second.before is None


@pytest.mark.parametrize(("language", "role", "words"), [("ja", "役割", "閲覧者"), ("en", "Role", "Viewer")])
def test_log_speaks_in_words(db: None, language: str, role: str, words: str) -> None:
    record(None, "accounts.change_role", business_id="tea", old={"role": "viewer"}, new={"role": "owner"})
    with translation.override(language):
        (line,) = log("tea").lines
        (change,) = line.changes
        assert (str(change.words), str(change.before)) == (role, words)


def test_log_shows_yes_and_no(db: None) -> None:
    record(None, "test.done", business_id="tea", old={"x": True}, new={"x": None, "y": False})
    with translation.override("en"):
        (line,) = log("tea").lines
        assert [(each.words, each.before and str(each.before), each.after) for each in line.changes] == [
            ("x", "Yes", None),
            ("y", None, "No"),
        ]
    assert line.changes[0] == Change("x", line.changes[0].before, None)


def test_log_of_an_erased_person_has_no_name(cast: Any) -> None:
    record(cast.viewer, "test.done", business_id="tea")
    cast.viewer.delete()
    assert [line.actor for line in log("tea").lines] == [None]


@pytest.mark.parametrize("rows", [1, 3])
def test_log_costs_one_query(cast: Any, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        record(cast.owner, "test.done", business_id="tea")
    with django_assert_num_queries(1):
        assert [line.actor for line in log("tea").lines] == ["Olivia"] * rows
