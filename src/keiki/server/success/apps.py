"""The Django app of customer success."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuccessConfig(AppConfig):
    name = "keiki.server.success"
    audit_words: ClassVar[dict[str, Any]] = {
        "success.save_plan": _("Changed a success plan"),
        "success.change_stage": _("Set the stage of an account by hand"),
        "success.plan_onboarding": _("Planned an onboarding"),
        "success.add_review": _("Added a review with a customer"),
        "success.mark_core": _("Marked a core feature"),
        "success.see_alert": _("Saw to an alert about an account"),
    }
