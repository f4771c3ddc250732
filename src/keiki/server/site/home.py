"""The folder that holds everything Keiki keeps (KEIKI_HOME), and the secret key in it."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def home_folder(name: str | None = None) -> Path:
    """The folder named by `name` or KEIKI_HOME, else `.keiki` here; made when missing, closed to other accounts."""
    home = Path(name or os.environ.get("KEIKI_HOME") or ".keiki").expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def secret_key(home: Path) -> str:
    """The installation's own secret, drawn on the first start and kept in `secret.key` (mode 0600).

    Two processes that start together agree on one key: the file appears whole, and only once.
    """
    path = home / "secret.key"
    if not path.exists():
        _publish(path, secrets.token_urlsafe(64))
    path.chmod(0o600)
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 50:
        raise ValueError(f"{path} holds fewer than 50 characters; delete it and a fresh secret key is made")
    return key


def _publish(path: Path, text: str) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp opens with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its key is the key
    finally:
        os.unlink(draft)
