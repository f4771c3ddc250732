"""The Django app of people and businesses."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "keiki.server.accounts"

    def ready(self) -> None:
        from keiki.server.accounts import rules  # noqa: F401  (declares who may do what)
