"""The Django app of the way to buy."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "keiki.server.journeys"
    audit_words: ClassVar[dict[str, Any]] = {
        "journeys.propose_rule": _("Proposed a rule that scores leads"),
        "journeys.agree_to_rule": _("Agreed to a rule that scores leads"),
    }
