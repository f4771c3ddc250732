"""Requests of customers and the product items that answer them as files."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table
from keiki.server.success.queries import registers


def requests(asking: Asking) -> PanelFile:
    """What customers asked for, those without a product item first."""
    columns = (*(Column(_("Day")), Column(_("Customer")), Column(_("Request")), Column(_("Product item"))),)
    rows = [
        (each.on, each.customer_id, each.text, "" if each.item is None else each.item.name)
        for each in registers.requests(asking.business)
    ]
    return PanelFile(_("Requests"), Table(columns, rows))


def items(asking: Asking) -> PanelFile:
    """Product items with how often and by how many customers they were asked for."""
    columns = (
        *(Column(_("Product item")), Column(_("Status")), Column(_("Requests"), "count")),
        *(Column(_("Customers asking"), "count"), Column(_("First asked")), Column(_("Last asked"))),
    )

    def row(item: Any) -> tuple[Any, ...]:
        return (item.name, str(item.get_status_display()), item.wanted, item.customers, item.oldest, item.newest)

    return PanelFile(_("Product items"), Table(columns, [row(each) for each in registers.items(asking.business)]))


PANELS: Final[Panels] = {"requests": requests, "items": items}
