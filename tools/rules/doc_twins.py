"""A page for users exists in Japanese and in English with the same sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.rules.doc_links import FENCE
from tools.tree import files

TWINS = ("README.md", "docs/start/*.md", "docs/guides/*.md", "docs/words/*.md")


def outline(page: Path) -> list[int]:
    """The levels of a page's headings in order."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return [len(marks) for marks in re.findall(r"^(#{1,6})\s", text, re.MULTILINE)]


def problems(root: Path) -> Iterator[str]:
    """Every page without its twin, and every pair whose headings differ."""
    for page in files(root, *TWINS):
        if page.name.endswith(".ja.md"):
            if not page.with_name(page.name.replace(".ja.md", ".md")).is_file():
                yield f"{page.relative_to(root)} has no English twin"
            continue
        twin = page.with_name(page.name.replace(".md", ".ja.md"))
        if not twin.is_file():
            yield f"{page.relative_to(root)} has no Japanese twin"
        elif outline(page) != outline(twin):
            yield f"{page.relative_to(root)} and {twin.name} have different sections"
