"""Every link between the pages of the repository leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tools.tree import files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """The names under which the headings of a page can be reached.

    >>> sorted(anchors("# Two words\\n## 三つ の語"))
    ['two-words', '三つ-の語']
    """
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def problems(root: Path) -> Iterator[str]:
    """Every link to a file or heading that is not there."""
    for page in files(root, "*.md"):
        text = page.read_text(encoding="utf-8")
        for target in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = unquote(target).partition("#")
            aim = (page.parent / name) if name else page
            if not aim.exists():
                yield f"{page.relative_to(root)} links to {target}, which is not there"
            elif anchor and aim.suffix == ".md" and anchor not in anchors(aim.read_text(encoding="utf-8")):
                yield f"{page.relative_to(root)} links to {target}, a heading that is not there"
