"""The Django app of the look."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "keiki.server.ui"
