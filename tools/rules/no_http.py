"""Models, rules, queries and actions of an app know nothing of HTTP; pages, APIs and tasks call them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.tree import files

QUIET = ("models", "rules", "queries", "actions")
HTTP = ("django.http", "django.shortcuts", "django.urls", "django.views")


def problems(root: Path) -> Iterator[str]:
    """Every import of Django's pages in a file that only reads or writes."""
    for path in files(root, *(f"src/keiki/server/*/{name}.py" for name in QUIET)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for name in (module + alias.name for alias in node.names):
                if name.startswith(HTTP):
                    yield f"{path.relative_to(root)}:{node.lineno} imports {name}; only pages know HTTP"
