"""Every package that pyproject.toml asks for is in the lock, and has its line in the list of licences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

LOCK = Path("requirements", "dev.lock")
LICENCES = Path("docs", "decisions", "002-dependencies.md")


def problems(root: Path) -> Iterator[str]:
    """Every package that was added without `make lock` or without its licence."""
    if not (root / "pyproject.toml").is_file():
        return
    asked = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = asked["project"]
    groups = [*project.get("optional-dependencies", {}).values(), *asked.get("dependency-groups", {}).values()]
    locked = set(re.findall(r"^([\w.-]+)==", (root / LOCK).read_text(encoding="utf-8"), re.MULTILINE))
    listed = (root / LICENCES).read_text(encoding="utf-8")
    for name in sorted({_name(line) for lines in [project.get("dependencies", []), *groups] for line in lines}):
        if name not in locked:
            yield f"{name} is not in {LOCK}; `make lock` writes it"
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", listed):
            yield f"{name} has no line with its licence in {LICENCES}"


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement)[0].lower()
