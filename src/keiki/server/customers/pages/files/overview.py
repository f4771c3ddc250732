"""The panels of the overview as files: who stays, what a customer brought, the last whole month, one number each."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404
from django.utils.translation import gettext as _

from keiki.server.customers.pages.files.cohorts import table_of
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table, Told
from keiki.server.customers.pages.files.recurring import one_period
from keiki.server.customers.pages.overview import PROFIT, cohorts_of, subjects, whole_month


def stays(asking: Asking) -> PanelFile:
    """Who is there so many months after the beginning."""
    return table_of(asking, *cohorts_of(asking.user, asking.business, "share"))


def profit(asking: Asking) -> PanelFile:
    """What a customer of each cohort has brought by every age."""
    return table_of(asking, *cohorts_of(asking.user, asking.business, PROFIT))


def waterfall(asking: Asking) -> PanelFile:
    """The last whole month of recurring revenue from its start to its end."""
    month = whole_month(asking.user, asking.business)
    if month is None:
        raise Http404
    return one_period(asking, month)


def numbers(asking: Asking) -> PanelFile:
    """The one number of every further page."""
    told, found = Told(), subjects(asking.user, asking.business, asking.style)
    rows = [(each.subject, told(each.value, _customers(each.value, each.unit)), each.meaning) for each in found]
    columns = (Column(_("Subject")), Column(_("Value")), Column(_("What it means")))
    units = tuple(each.unit for each in found)
    return PanelFile(_("What customers are worth"), Table(columns, rows, units), few=told.few)


def _customers(value: float | Decimal | None, unit: str) -> int | None:
    """How many customers a number stands for, where it counts them."""
    return round(value) if unit == "count" and value is not None else None


PANELS: Panels = {"stays": stays, "profit": profit, "waterfall": waterfall, "subjects": numbers}
