"""The Django app of explanations and priorities."""

from __future__ import annotations

from django.apps import AppConfig


class ReasonsConfig(AppConfig):
    name = "keiki.server.reasons"
