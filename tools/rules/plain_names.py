"""No file, folder or class carries a name that says nothing (utils, helpers, manager …)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.tree import files

EMPTY = frozenset(
    [
        "util",
        "utils",
        "helper",
        "helpers",
        "common",
        "core",
        "misc",
        "base",
        "manager",
        "managers",
        "service",
        "services",
        "handler",
        "handlers",
        "processor",
        "processors",
        "legacy",
    ]
)


def words(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in small letters.

    >>> words("OrderLineManager"), words("old_orders_v2")
    (['order', 'line', 'manager'], ['old', 'orders', 'v2'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def _empty(name: str) -> bool:
    parts = words(name)
    return bool(EMPTY.intersection(parts)) or parts[:1] in (["new"], ["old"]) or parts[-1:] == ["v2"]


def problems(root: Path) -> Iterator[str]:
    """Every file, folder and class with such a name."""
    folders: set[Path] = set()
    for path in files(root, "src", "tests", "tools", "benchmarks"):
        here = path.relative_to(root)
        imposed = "allauth" in here.parts  # the names of the templates that replace django-allauth's
        if path.suffix in {".py", ".html"} and not imposed and _empty(path.stem.removeprefix("test_")):
            yield f"{here} needs a name that says what it holds"
        folders.update(here.parents)
        if path.suffix == ".py":
            yield from _classes(path, here)
    yield from (f"{folder}/ needs a name that says what it holds" for folder in sorted(folders) if _empty(folder.name))


def _classes(path: Path, here: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and EMPTY.intersection(words(node.name)[-1:]):
            yield f"{here}:{node.lineno} class {node.name} needs a name that says what it is"
