"""Every folder of the source with Python files is a package, so that the layer rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.tree import files


def problems(root: Path) -> Iterator[str]:
    """Every folder that holds Python files and no `__init__.py`."""
    folders = {path.parent for path in files(root, "src/keiki/*.py")}
    for folder in sorted(folders):
        if not (folder / "__init__.py").is_file():
            yield f"{folder.relative_to(root)}/ has no __init__.py, so no rule sees its modules"
