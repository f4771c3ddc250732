"""The Django app of the morning page, dashboards and campaigns."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CockpitConfig(AppConfig):
    name = "keiki.server.cockpit"
    audit_words: ClassVar[dict[str, Any]] = {
        "cockpit.make_dashboard": _("Made a dashboard"),
        "cockpit.change_dashboard": _("Changed a dashboard"),
        "cockpit.remove_dashboard": _("Removed a dashboard"),
        "cockpit.add_panel": _("Added a panel"),
        "cockpit.move_panel": _("Moved a panel"),
        "cockpit.resize_panel": _("Changed the size of a panel"),
        "cockpit.change_panel": _("Changed the words of a panel"),
        "cockpit.remove_panel": _("Removed a panel"),
        "cockpit.make_screen": _("Made a link to dashboards"),
        "cockpit.revoke_screen": _("Revoked a link to dashboards"),
        "cockpit.finish_beginning": _("Finished the set-up"),
        "cockpit.save_view": _("Saved a view"),
        "cockpit.forget_view": _("Removed a saved view"),
        "cockpit.tag_campaign": _("Said which media a campaign uses"),
        "cockpit.annotate": _("Wrote down what happened"),
        "cockpit.aim_change": _("Said what a change is to move"),
        "cockpit.remove_annotation": _("Took back what was written down"),
    }
