"""The address people type to reach this server, for links that leave it."""

from __future__ import annotations

from django.conf import settings

HERE = "http://localhost:8000"
"""Where links lead while nobody has set KEIKI_URL."""


def site_url() -> str:
    """The address without a slash at its end."""
    return str(settings.PUBLIC_URLS[0] if settings.PUBLIC_URLS else HERE).rstrip("/")
