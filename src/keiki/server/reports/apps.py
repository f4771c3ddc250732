"""The Django app of reports."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "keiki.server.reports"
    audit_words: ClassVar[dict[str, Any]] = {
        "reports.change_delivery": _("Changed when a report is sent"),
        "reports.choose_mail": _("Chose which reports to get by e-mail"),
    }
