"""The Django app of people and businesses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from keiki.facts.vocabulary import Label
from keiki.measures.choices import CHOICES
from keiki.server.ui.language import current_language


def _words(label: Label) -> str:
    return label.words(current_language())


_in_language = lazy(_words, str)


class AccountsConfig(AppConfig):
    name = "keiki.server.accounts"
    audit_words: ClassVar[dict[str, Any]] = {
        "accounts.set_up": _("Set up Keiki"),
        "accounts.add_business": _("Added the business"),
        "accounts.change_business": _("Changed the settings of the business"),
        "accounts.change_rules": _("Changed the rules of calculation"),
        "accounts.invite": _("Invited somebody"),
        "accounts.withdraw_invitation": _("Withdrew an invitation"),
        "accounts.join": _("Joined the business"),
        "accounts.change_role": _("Changed a role"),
        "accounts.limit_member": _("Changed whose KPIs a member sees"),
        "accounts.remove_member": _("Removed a member"),
        "accounts.issue_password_link": _("Made a link for a fresh password"),
        "accounts.export_addresses": _("Exported e-mail addresses"),
        "accounts.make_api_token": _("Made a token for programs"),
        "accounts.revoke_api_token": _("Withdrew a token for programs"),
        "accounts.change_preferences": _("Changed own preferences"),
    }

    audit_kinds: ClassVar[dict[str, str]] = {"accounts.change_rules": "definitions"}
    audit_names: ClassVar[dict[str, Any]] = {
        "name": _("Name"),
        "currency": _("Currency"),
        "money": _("Amounts are shown"),
        "zone": _("Time zone"),
        "week_start": _("First day of the week"),
        "fiscal_start": _("First month of the fiscal year"),
        "closing_day": _("Closing day of the month"),
        "label_style": _("Name of periods"),
        "country": _("Public holidays of"),
        "tax_included": _("Amounts in our files include tax"),
        "tax_rate": _("Tax rate"),
        "role": _("Role"),
        "departments": _("Departments"),
        "scope": _("What it may do"),
        "language": _("Language"),
        "theme": _("Colours"),
        "palette": _("Colours of status"),
    }
    audit_values: ClassVar[dict[str, Any]] = {
        "owner": _("Owner"),
        "editor": _("Editor"),
        "viewer": _("Viewer"),
        "read": _("Reads"),
        "write": _("Reads and writes"),
        "calendar": _("Calendar year (Oct 2026)"),
        "fiscal": _("Fiscal year (FY2026 Q3)"),
        "auto": _("By size (4.35M, 1.80 hundred million)"),
        "yen": _("In full"),
        "thousand": _("Thousands"),
        "man": _("Ten thousands (in English thousands)"),
        "million": _("Millions"),
        "oku": _("Hundred millions (in English millions)"),
    }

    def ready(self) -> None:
        names = {f"{one.subject}.{one.name}": _in_language(one.label) for one in CHOICES}
        self.audit_names.update(names)
        from keiki.server.accounts import rules  # noqa: F401 - declares who may do what
