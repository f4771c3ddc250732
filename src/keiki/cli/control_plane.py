"""The way from the command line into the server, when it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from types import ModuleType

from keiki.errors import ServerNotInstalled


def control_plane() -> ModuleType:
    """`keiki.server.site`; `ServerNotInstalled` when only the library is here."""
    if find_spec("django") is None:
        raise ServerNotInstalled
    from keiki.server import site  # imported late: a notebook's install has no Django

    return site
