"""The Django app of customer value."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "keiki.server.customers"
