"""The Django app of background work."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "keiki.server.jobs"

    def ready(self) -> None:
        autodiscover_modules("tasks")  # each app's tasks.py declares its kinds of job
