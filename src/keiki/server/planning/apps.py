"""The Django app of targets."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "keiki.server.planning"
    audit_words: ClassVar[dict[str, Any]] = {
        "planning.propose_target": _("Proposed a target"),
        "planning.choose_target": _("Chose between two proposals"),
        "planning.approve_target": _("Approved a target"),
        "planning.withdraw_target": _("Withdrew a proposed target"),
        "planning.confirm_target": _("Checked that a target is still right"),
        "planning.retire_target": _("Retired a target"),
        "planning.adopt_targets": _("Took over the targets of a template"),
        "planning.score_targets": _("Made a SMART scorecard"),
        "planning.keep_demo": _("Sample targets were written"),
    }
    audit_kinds: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("planning.propose_target", "planning.choose_target", "planning.approve_target"),
            *("planning.withdraw_target", "planning.retire_target", "planning.adopt_targets"),
        ),
        "definitions",
    )
