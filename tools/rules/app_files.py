"""A server app has the same files as every other, so that the file name answers the question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.tree import files

FILES = frozenset(
    [
        "__init__",
        "models",
        "rules",
        "queries",
        "actions",
        "forms",
        "schemas",
        "pages",
        "api",
        "tasks",
        "urls",
        "apps",
        "admin",
    ]
)
FOLDERS = frozenset({"migrations", "templates", "static", "locale"})
GROWN = frozenset({"queries", "actions", "forms", "pages", "api"})
"""Files that may become a folder of the same name once their app has several subjects: one file per subject."""
FRAME = frozenset({"site", "ui"})


def problems(root: Path) -> Iterator[str]:
    """Every other file or folder of an app; `site` and `ui` are the frame that holds the apps."""
    server = root / "src" / "keiki" / "server"
    for path in files(root, "src/keiki/server"):
        app, *rest = path.relative_to(server).parts
        if not rest or app in FRAME:
            continue
        if len(rest) > 1 and rest[0] not in FOLDERS | GROWN:
            yield f"{path.relative_to(root)} is in a folder that apps do not have"
        elif len(rest) == 1 and not (path.suffix == ".py" and path.stem in FILES):
            yield f"{path.relative_to(root)} is not one of the files an app has"
