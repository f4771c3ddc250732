"""The Django app of the numbers: the catalogue, the business's own KPIs and its own trees."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KpisConfig(AppConfig):
    name = "keiki.server.kpis"
    audit_words: ClassVar[dict[str, Any]] = {
        "kpis.save_kpi": _("Saved a KPI of its own"),
        "kpis.retire_kpi": _("Retired a KPI of its own"),
        "kpis.bring_back_kpi": _("Brought a retired KPI back"),
        "kpis.restrict_kpi": _("Changed who sees a KPI"),
        "kpis.say_of_value": _("Said whether an unusual value is right"),
        "kpis.write_comment": _("Commented on a KPI"),
        "kpis.change_comment": _("Changed a comment"),
        "kpis.take_back_comment": _("Took a comment back"),
        "kpis.add_tree": _("Added a tree"),
        "kpis.edit_tree": _("Changed a tree"),
        "kpis.archive_tree": _("Archived a tree"),
        "kpis.bring_back_tree": _("Brought an archived tree back"),
        "kpis.activate_goal": _("Activated a goal"),
        "kpis.score_activity": _("Compared an activity with competitors"),
        "kpis.write_mix": _("Wrote down the marketing mix"),
        "kpis.pause_goal": _("Made a goal a draft again"),
    }
    audit_kinds: ClassVar[dict[str, str]] = {"kpis.say_of_value": "values"} | dict.fromkeys(
        (
            *("kpis.save_kpi", "kpis.retire_kpi", "kpis.bring_back_kpi"),
            *("kpis.add_tree", "kpis.edit_tree", "kpis.archive_tree", "kpis.bring_back_tree"),
        ),
        "definitions",
    )
