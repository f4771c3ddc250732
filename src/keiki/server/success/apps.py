"""The Django app of customer success."""

from __future__ import annotations

from django.apps import AppConfig


class SuccessConfig(AppConfig):
    name = "keiki.server.success"
