"""The Django app of the way in: set-up, home and error pages."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "keiki.server.site"
