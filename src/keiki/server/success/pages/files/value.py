"""What customer success costs and brings as a file, month by month."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from keiki.customers.success_return import cost_share
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table
from keiki.server.success import queries

NAMES: Final = ("revenue", "gross_profit", "cost", "mrr_start", "kept", "lost", "expansion")


def share(asking: Asking) -> PanelFile:
    """Cost beside revenue, profit, and what was kept, lost and grown."""
    told = queries.accounting(asking.user, asking.business)
    heads = (
        *(_("Revenue"), _("Gross profit"), _("Cost"), _("Recurring at the start")),
        *(_("Kept"), _("Lost revenue"), _("Grown")),
    )
    columns = (
        Column(_("Month")),
        *(Column(head, "currency") for head in heads),
        Column(_("Cost of customer success ÷ revenue"), "ratio"),
    )
    rows = [
        (
            *(asking.label(month), *(row[name] for name in NAMES)),
            cost_share(float(row["cost"]), float(row["revenue"])),
        )
        for month, row in zip(told.months, told.rows, strict=True)
    ]
    return PanelFile(_("Cost beside revenue and profit"), Table(columns, rows))


PANELS: Final[Panels] = {"share": share}
