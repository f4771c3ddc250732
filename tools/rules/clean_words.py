"""No file names a package registry's host or a path of one person's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.tree import files

HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "proxy." + "golang", "crates" + ".io")
MACHINE_PATH = re.compile(r"(?<![\w.~})\]/-])/(?:work|root|home/\w+|Users/\w+|private/var)/")


def problems(root: Path) -> Iterator[str]:
    """Every line that names such a host or path."""
    for path in files(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            if any(host in line for host in HOSTS):
                yield f"{path.relative_to(root)}:{number} names a package registry"
            if MACHINE_PATH.search(line):
                yield f"{path.relative_to(root)}:{number} names a path of one machine"
