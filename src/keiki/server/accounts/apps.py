"""The Django app of people and businesses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "keiki.server.accounts"
    audit_words: ClassVar[dict[str, Any]] = {
        "accounts.set_up": _("Set up Keiki"),
        "accounts.add_business": _("Added the business"),
        "accounts.change_business": _("Changed the settings of the business"),
        "accounts.invite": _("Invited somebody"),
        "accounts.withdraw_invitation": _("Withdrew an invitation"),
        "accounts.join": _("Joined the business"),
        "accounts.change_role": _("Changed a role"),
        "accounts.remove_member": _("Removed a member"),
        "accounts.change_preferences": _("Changed own preferences"),
    }

    def ready(self) -> None:
        from keiki.server.accounts import rules  # noqa: F401 - declares who may do what
