"""The panels of the accounts as files: a whole list, the stages, and every contract due for renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keiki.charts.files_out import Flow
from keiki.customers.small_groups import small_parts
from keiki.server.customers.pages.files.panel import Asking, Column, Filters, PanelFile, Panels, Table
from keiki.server.success import queries
from keiki.server.success.forms import read_filter
from keiki.server.success.pages import stage_words, why, word
from keiki.server.success.pages.accounts import heading, list_words, lists_rule

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell
    from keiki.engine.customer_success import Row


def every(asking: Asking) -> PanelFile:
    """All accounts of the list in the address; the summary says what every list adds up to."""
    asked, _page = read_filter(asking.request.GET, queries.PAGE)
    found = queries.accounts(asking.user, asking.business, asked)
    rule, style = found.overview.outlook.rule, asking.style
    totals = [
        (name, each.accounts, each.mrr, each.loss, each.gain)
        for name, each in zip(list_words().values(), found.overview.lists.values(), strict=True)
    ]
    loss, gain = Column(_("Expected loss"), "currency"), Column(_("Expected extra profit"), "currency")
    columns = (
        *(Column(_("Customer")), Column(_("Contract plan")), Column(_("Per month"), "currency")),
        *(Column(_("Stage")), Column(_("Since")), Column(_("Set by hand")), Column(_("Health"), "score")),
        *(Column(_("Seats"), "count"), Column(_("Seats in use"), "count")),
        *(Column(_("Chance to leave"), "ratio", _("Within 90 days")), loss, gain, Column(_("Renewal"))),
        Column(_("Why")),
    )

    def row(each: Row) -> tuple[Cell, ...]:
        return (
            *(each["customer_id"], each["plan"] or word("product", each["product"]), each["mrr"]),
            *(stage_words(each["stage"]), each["stage_since"], each["by_hand"], each["score"]),
            *(each["seats"], each["active"], each["chance"], each["loss"], each["gain"], each["renewal_on"]),
            " / ".join(why(each, rule, style)),
        )

    rows = Flow(lambda: (row(each) for each in queries.every_account(asking.user, asking.business, asked)))
    filters: Filters = ((_("List"), heading(asked)), (_("Find a customer"), asked.search), _day(asking))
    return PanelFile(
        heading(asked),
        Table(
            (Column(_("List")), Column(_("Accounts"), "count"), Column(_("Per month"), "currency"), loss, gain), totals
        ),
        Table(columns, rows),
        filters,
        (lists_rule(found.overview, style),),
        flowing=found.count,
    )


def stages(asking: Asking) -> PanelFile:
    """How far accounts have come; a stage with fewer than five is left out, and what would give it away."""
    asked, _page = read_filter({}, queries.PAGE)
    found = queries.accounts(asking.user, asking.business, asked).overview
    hidden = small_parts([each.accounts for each in found.stages.values()])
    rows = [
        (stage_words(stage), *((None, None) if place in hidden else (each.accounts, each.mrr)))
        for place, (stage, each) in enumerate(found.stages.items())
    ]
    columns = (Column(_("Stage")), Column(_("Accounts"), "count"), Column(_("Per month"), "currency"))
    return PanelFile(
        _("How far accounts have come"),
        Table(columns, rows),
        filters=(_day(asking),),
        rules=(lists_rule(found, asking.style),),
        few=bool(hidden),
    )


def renewals(asking: Asking) -> PanelFile:
    """Every contract due in the next 90 days."""
    asked, _page = read_filter({}, queries.PAGE)
    first = queries.accounts(asking.user, asking.business, asked).renewals
    count, worth = (first[0]["matches"], first[0]["worth"]) if first else (0, 0)
    columns = (
        *(Column(_("Customer")), Column(_("Contract")), Column(_("Contract plan")), Column(_("Renewal"))),
        *(Column(_("Per month"), "currency"), Column(_("Months"), "months"), Column(_("Next term"), "currency")),
    )

    def row(each: Row) -> tuple[Cell, ...]:
        plan = each["plan"] or word("product", each["product"])
        name = (each["customer_id"], each["subscription_id"], plan, each["renewal_on"])
        return (*name, each["mrr"], each["term_months"], each["amount"])

    rows = Flow(lambda: (row(each) for each in queries.every_renewal(asking.user, asking.business)))
    return PanelFile(
        _("Renewals due"),
        Table((Column(_("Contracts"), "count"), Column(_("Next term"), "currency")), [(count, worth)]),
        Table(columns, rows),
        (_day(asking), (_("Days"), "90")),
        flowing=count,
    )


def _day(asking: Asking) -> tuple[str, str]:
    """As of which day the lists are."""
    return _("Day"), queries.outlook(asking.user, asking.business).day.isoformat()


PANELS: Panels = {"list": every, "stages": stages, "renewals": renewals}
