"""The Django app of the KPI tree."""

from __future__ import annotations

from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "keiki.server.kpis"
