"""The guides show the output that their commands give on the real data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.guides import GUIDES, replayed


@pytest.mark.parametrize("page", sorted(GUIDES.glob("*.md")), ids=lambda page: page.name)
def test_guides_show_what_their_commands_print(page, shared_data):
    assert replayed(page, shared_data) == page.read_text(encoding="utf-8")


def test_guides_write_files_and_answer_commands(tmp_path):
    page = tmp_path / "one.md"
    text = "```text title=note.txt\nhello\n```\n\n```console\n$ cat note.txt\nold\n$ python -c 'print(1)'\n```\n"
    page.write_text(text, encoding="utf-8")
    assert replayed(page, Path("data")) == text.replace("old", "hello").replace("(1)'\n", "(1)'\n1\n")
