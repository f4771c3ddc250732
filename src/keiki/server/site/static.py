"""Static files: only our own are served, under hashed names; ES modules keep finding each other after the renaming."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no types
    support_js_module_import_aggregation = True


class OwnFiles(AppDirectoriesFinder):
    """What the libraries ship (another htmx, scripts of pages we draw ourselves) stays where it is."""

    def __init__(self, app_names: Any = None, *args: Any, **options: Any) -> None:
        super().__init__([f"keiki.server.{name}" for name in settings.PRESENT], *args, **options)
