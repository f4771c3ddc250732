"""The Django app of files and imports."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DataConfig(AppConfig):
    name = "keiki.server.data"
    audit_words: ClassVar[dict[str, Any]] = {
        "data.receive_file": _("Sent a file"),
        "data.start_import": _("Started an import"),
        "data.drop_upload": _("Removed a file that was not imported"),
        "data.undo_import": _("Took an import back"),
        "data.erase_customer": _("Erased a customer"),
        "data.observe": _("Entered a value by hand"),
        "data.make_demo": _("Asked for sample data"),
        "data.set_rates": _("Set exchange rates"),
        "data.remove_rate": _("Removed an exchange rate"),
        "data.report_issue": _("Reported a data-quality issue"),
        "data.own_issue": _("Gave a data-quality issue to somebody"),
        "data.close_issue": _("Closed a data-quality issue"),
        "data.add_audit": _("Planned a recurring audit"),
        "data.finish_audit": _("Finished an audit of the data"),
        "data.end_audit": _("Ended a recurring audit"),
        "data.reopen_issue": _("Opened a data-quality issue again"),
    }
    audit_kinds: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "data.start_import",
            "data.undo_import",
            "data.observe",
            "data.make_demo",
            "data.set_rates",
            "data.remove_rate",
        ),
        "values",
    )
