"""The Django app of notices."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "keiki.server.inbox"
    audit_words: ClassVar[dict[str, Any]] = {"inbox.choose_here": _("Chose which notices to find in Keiki")}
