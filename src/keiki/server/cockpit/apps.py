"""The Django app of the morning page."""

from __future__ import annotations

from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "keiki.server.cockpit"
