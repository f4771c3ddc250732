"""The panels of the page on use as files: adoption, features, accounts without a first value, events for users."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table, Told
from keiki.server.success import queries
from keiki.server.success.pages.use import grain_of, is_core


def adoption(asking: Asking) -> PanelFile:
    """People who used a core feature, of those entitled to it, by month or week as on the page."""
    grain = grain_of(asking.request.GET)
    told = queries.product_use(asking.user, asking.business, grain)
    by_window = {row["period"]: row for row in told.rows}
    names = ("core", "entitled", "adoption", "active", "seats")
    rows, kept = [], Told()
    for n, window in enumerate(told.windows):
        row = by_window.get(n, dict.fromkeys(names))
        share = row["core"] / row["entitled"] if row["entitled"] else None
        cells = {name: kept(row[name], row[name]) for name in ("core", "active", "entitled", "seats") if name in row}
        cells["adoption"] = kept(share, min((row["core"] or 0, row["entitled"] or 0)))
        rows.append((asking.label(window), *(cells[name] for name in names)))
    columns = (
        *(Column(_("Window")), Column(_("Used a core feature"), "count"), Column(_("Entitled"), "count")),
        *(Column(_("Adoption"), "ratio"), Column(_("Any use"), "count"), Column(_("Seats"), "count")),
    )
    words = {"month": _("Monthly"), "week": _("Weekly")}
    return PanelFile(
        _("Adoption of core features"), Table(columns, rows), filters=((_("Window"), words[grain]),), few=kept.few
    )


def features(asking: Asking) -> PanelFile:
    """Every feature with its users of the last four weeks; fewer than five are left out."""
    told = queries.product_use(asking.user, asking.business, grain_of(asking.request.GET))
    marked, groups, kept = queries.features(asking.business), queries.core_groups(asking.business), Told()
    columns = (
        *(Column(_("Feature")), Column(_("People using it"), "count"), Column(_("Uses"), "count")),
        *(Column(_("Core")), Column(_("Since"))),
    )
    rows = [
        (
            row["feature"],
            *(kept(row[name], row["users"]) for name in ("users", "uses")),
            _("Core") if is_core(row, marked, groups) else "",
            marked[row["feature"]].since if row["feature"] in marked else None,
        )
        for row in told.features
    ]
    return PanelFile(_("Features"), Table(columns, rows), few=kept.few)


def waiting(asking: Asking) -> PanelFile:
    """The accounts that have not reached their first value, as the page lists them."""
    begun = queries.onboarding(asking.user, asking.business)
    rows = [(row["customer_id"], row["started_on"]) for row in begun.waiting]
    return PanelFile(_("Still waiting"), Table((Column(_("Customer")), Column(_("Started"))), rows))


def events(asking: Asking) -> PanelFile:
    """Webinars and meetings for users with who came, and use before and after; fewer than five are left out."""
    kept = Told()
    columns = (
        *(Column(_("Event")), Column(_("Day")), Column(_("Invited"), "count"), Column(_("Registered"), "count")),
        *(Column(_("Attended"), "count"), Column(_("Uses in the 30 days before"), "count")),
        Column(_("Uses in the 30 days after"), "count"),
    )
    rows = [
        (
            *(row["campaign"], row["held_on"]),
            *(kept(row[name], row[name]) for name in ("invited", "registered", "attended")),
            *(kept(row[name] if row["judged"] else None, row["judged"]) for name in ("uses_before", "uses_after")),
        )
        for row in queries.user_events(asking.user, asking.business)
    ]
    return PanelFile(_("Webinars and meetings for users"), Table(columns, rows), few=kept.few)


PANELS: Final[Panels] = {"adoption": adoption, "features": features, "waiting": waiting, "events": events}
