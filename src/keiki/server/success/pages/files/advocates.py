"""Customers who speak for us as files: case studies and talks, published ones by month, referrals, promoters."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table
from keiki.server.success import queries
from keiki.server.success.queries import registers


def cases(asking: Asking) -> PanelFile:
    """Who was asked to speak for us, and what came of it."""
    columns = (
        *(Column(_("Customer")), Column(_("Kind")), Column(_("Title")), Column(_("Status"))),
        *(Column(_("Asked on")), Column(_("Published on"))),
    )
    rows = [
        (
            *(each.customer_id, str(each.get_kind_display()), each.title, str(each.get_status_display())),
            *(each.asked_on, each.published_on),
        )
        for each in registers.cases(asking.business)
    ]
    return PanelFile(_("Case studies and talks"), Table(columns, rows))


def months(asking: Asking) -> PanelFile:
    """Published case studies by month, by the register and by the KPI."""
    columns = (
        *(Column(_("Month")), Column(_("In the register"), "count")),
        Column(_("KPI: published case studies"), "count"),
    )
    rows = [
        (asking.label(each.month), each.registered, each.measured)
        for each in registers.published_by_month(asking.user, asking.business)
    ]
    return PanelFile(_("Published case studies"), Table(columns, rows))


def referrals(asking: Asking) -> PanelFile:
    """Who referred whom, the reward, and the deal it won."""
    columns = (
        *(Column(_("Programme")), Column(_("Referrer")), Column(_("Who was referred")), Column(_("Day"))),
        *(Column(_("Status")), Column(_("Reward"), "currency"), Column(_("Won deal"))),
    )
    rows = [
        (
            *(each.programme, each.referrer, each.referred, each.on),
            *(str(each.get_status_display()), each.reward, each.deal),
        )
        for each in registers.referrals(asking.business)
    ]
    return PanelFile(_("Referrals"), Table(columns, rows))


def promoters(asking: Asking) -> PanelFile:
    """Customers who would recommend us, the worthiest first."""
    found = queries.voices(asking.user, asking.business).promoters
    asked = registers.asked_for_a_case(asking.business, tuple(row["customer_id"] for row in found))
    columns = (
        *(Column(_("Customer")), Column(_("Answer"), "score"), Column(_("Revenue of 12 months"), "currency")),
        *(Column(_("Last contact")), Column(_("Asked for a case")), Column(_("Status"))),
    )
    rows = [
        (
            *(row["customer_id"], row["score"], row["revenue"], row["contacted_on"]),
            *((None, "") if case is None else (case.asked_on, str(case.get_status_display()))),
        )
        for row in found
        for case in [asked.get(row["customer_id"])]
    ]
    return PanelFile(_("Promoters"), Table(columns, rows))


PANELS: Final[Panels] = {"cases": cases, "months": months, "referrals": referrals, "promoters": promoters}
