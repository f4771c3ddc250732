"""What scrolls by itself is reached by keyboard and has a name, in every template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.tree import files

SCROLLING = re.compile(r"""<\w+[^>]*\bclass="(?:[^"]*\s)?scroll(?:\s[^"]*)?"[^>]*>""")


def problems(root: Path) -> Iterator[str]:
    """Every element of class `scroll` without `tabindex="0"`, a role, or a name for those who do not see it."""
    for path in files(root, "src/keiki/server/*.html"):
        text = path.read_text(encoding="utf-8")
        for found in SCROLLING.finditer(text):
            wanted = ('tabindex="0"', "role=", "aria-label")
            if lacking := [part for part in wanted if part not in found[0]]:
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path.relative_to(root)}:{line} scrolls without {', '.join(lacking)}"
