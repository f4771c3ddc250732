"""The Django app of the way to buy."""

from __future__ import annotations

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "keiki.server.journeys"
