"""Generated pages that are missing or out of date are found."""

from __future__ import annotations

import pytest

from tools.pages.capabilities import pages, proofs
from tools.write_pages import stale

MARKED = '''
@pytest.mark.feature("F-900")
@pytest.mark.skipif(False, reason="")
def test_import_twice_changes_nothing():
    """The same file twice changes nothing.

    More words."""


@pytest.mark.feature("F-901")
def test_undo_restores(): ...
'''


def test_write_pages_finds_missing_and_changed_pages(tmp_path):
    same, changed, missing = tmp_path / "same.md", tmp_path / "changed.md", tmp_path / "missing.md"
    same.write_text("a", encoding="utf-8")
    changed.write_text("a", encoding="utf-8")
    assert stale({same: "a", changed: "b", missing: "c"}) == [changed, missing]


def test_capabilities_lists_marks_with_titles_and_links(repository, write):
    write("tests/engine/test_store.py", MARKED)
    assert pages(repository)["capabilities.md"].splitlines()[-2:] == [
        "| F-900 | The same file twice changes nothing"
        " | [test_import_twice_changes_nothing](../../tests/engine/test_store.py) |",
        "| F-901 | Undo restores | [test_undo_restores](../../tests/engine/test_store.py) |",
    ]


def test_capabilities_wants_one_plain_id(repository, write):
    write("tests/test_a.py", "@pytest.mark.feature(NAME)\ndef test_a(): ...\n")
    with pytest.raises(ValueError, match="a feature mark takes one id"):
        list(proofs(repository))
