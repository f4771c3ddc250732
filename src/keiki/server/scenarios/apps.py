"""The Django app of what-if, scenarios and ideas."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScenariosConfig(AppConfig):
    name = "keiki.server.scenarios"
    audit_words: ClassVar[dict[str, Any]] = {
        "scenarios.keep_scenario": _("Kept a scenario"),
        "scenarios.remove_scenario": _("Removed a scenario"),
        "scenarios.keep_idea": _("Kept an idea"),
        "scenarios.remove_idea": _("Removed an idea"),
    }
