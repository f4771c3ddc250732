"""The files of the repository: what git tracks and what it would track."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path


def files(root: Path, *patterns: str) -> Iterator[Path]:
    """Files that are tracked, or new and not ignored, in order; `patterns` are git's (`*.py`, `src/**/*.py`)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    for name in sorted(set(listing.split("\0")) - {""}):
        path = root / name
        if path.is_file():
            yield path
