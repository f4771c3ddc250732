"""Small files of a business that are replaced as a whole."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file anew; the old one stays whole until the new one is, also where several write at the same moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
