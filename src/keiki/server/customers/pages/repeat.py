"""How customers buy again, as a panel: rates with their definitions, days between purchases, what each order leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keiki.charts.format import Style, number
from keiki.server.accounts.models import Business
from keiki.server.customers.queries import repeat as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.templatetags.ui import gap

if TYPE_CHECKING:
    from keiki.catalogue.load import Catalogue
    from keiki.customers.repeat_profile import OrderProfit
    from keiki.engine.repeat import Repeat, RepeatRate


@dataclass(frozen=True)
class RateRow:
    """One definition of a repeat rate: how soon the second purchase must come, the share, of how many, and when those
    first bought.
    """

    name: str
    url: str
    window: str
    share: str
    base: str
    period: str


@dataclass(frozen=True)
class OrderRow:
    """What the first, second, third … orders left."""

    order: str
    orders: str
    revenue: str
    gross_profit: str
    acquisition: str
    profit: str


@dataclass(frozen=True)
class RepeatPanel:
    sentence: str
    rates: tuple[RateRow, ...]
    orders: tuple[OrderRow, ...]
    statuses: str
    rule: str


def repeat_panel(request: Any, business: Business, style: Style) -> RepeatPanel | None:
    """The panel of a business; None where nobody has bought yet."""
    found = queries.bought_again(request.user, business)
    if not found.by_order:
        return None
    catalogue = door.catalogue_of(request.user, business)
    last = found.by_order[-1].order_no
    return RepeatPanel(
        sentence=sentence(found, style),
        rates=tuple(_rate(rate, business, catalogue, style) for rate in found.rates),
        orders=tuple(_order(row, last, style) for row in found.by_order),
        statuses=_statuses(found, style),
        rule=_rule(found, business, style),
    )


def _rule(found: Repeat, business: Business, style: Style) -> str:
    """Of which periods the rates are, and why one of them is still empty."""
    words = _(
        "A rate with a limit is of the last twelve months whose new customers have all had that long, the others of "
        "{period}; days and profits of everything up to the last day of the data."
    ).format(period=business.calendar.label(found.period, style.language))
    if all(rate.base for rate in found.rates if rate.window is not None):
        return words
    empty = _("A share stays empty until the window of somebody who first bought in that period has ended.")
    return f"{words}{gap()}{empty}"


def sentence(found: Repeat, style: Style) -> str:
    """How soon half of all have bought again."""
    interval = found.interval
    if interval.median is None:
        return _("Nobody has bought a second time yet.")
    words = {
        "median": number(interval.median, "days", style),
        "half": number(interval.half_after, "days", style),
    }
    if interval.half_after is None:
        return _("Who buys again does so after {median} at the middle; fewer than half have so far.").format(**words)
    return _("Who buys again does so after {median} at the middle; half of all have after {half}.").format(**words)


def _rate(rate: RepeatRate, business: Business, catalogue: Catalogue, style: Style) -> RateRow:
    unit = "currency" if rate.definition == "repeat_revenue_ratio" else "count"
    return RateRow(
        name=kpis.kpi_name(catalogue.kpis[rate.definition], style.language),
        url=kpis.kpi_url(business, rate.definition),
        window=_("no limit") if rate.window is None else number(int(rate.window[:-1]), "days", style),
        period=business.calendar.label(rate.period, style.language),
        share=number(rate.share, "ratio", style),
        base=number(rate.base, unit, style),
    )


def _order(row: OrderProfit, last: int, style: Style) -> OrderRow:
    money = (row.revenue, row.gross_profit, row.acquisition, row.profit)
    return OrderRow(
        f"{row.order_no}{'+' if row.order_no == last > 1 else ''}",
        number(row.orders, "count", style),
        *(number(amount, "currency", style) for amount in money),
    )


def _statuses(found: Repeat, style: Style) -> str:
    told = found.statuses
    return _("{active} active, {dormant} silent for {days} or more; {back} came back in that year.").format(
        active=number(told.active, "count", style),
        dormant=number(told.dormant, "count", style),
        days=number(found.dormancy_days, "days", style),
        back=number(told.reactivated, "count", style),
    )
