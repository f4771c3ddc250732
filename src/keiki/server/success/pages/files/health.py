"""The panels of the health page as files: bands of today, lift and calibration of the back-test."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from keiki.charts.rule_words import rule_words
from keiki.customers.small_groups import small_parts
from keiki.measures.told import NOTHING
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table, Told
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.forms import read_filter


def bands(asking: Asking) -> PanelFile:
    """Accounts by the band of their score today."""
    asked, _at = read_filter({}, queries.PAGE)
    overview = queries.accounts(asking.user, asking.business, asked).overview
    hidden = small_parts(list(overview.bands.values()))
    names = {"green": _("Green"), "yellow": _("Yellow"), "red": _("Red"), None: _("No score")}
    rows = [
        (names[band], None if place in hidden else count) for place, (band, count) in enumerate(overview.bands.items())
    ]
    return PanelFile(
        _("Health"),
        Table((Column(_("Band")), Column(_("Accounts"), "count")), rows),
        filters=((_("Day"), overview.day.isoformat()),),
        rules=(_rule(asking),),
        few=bool(hidden),
    )


def lift(asking: Asking) -> PanelFile:
    """The tenths of the score with who left of them, and how many times the average that is."""
    past, told = queries.outlook(asking.user, asking.business).past, Told()
    columns = (
        Column(_("Most endangered first")),
        Column(_("Accounts"), "count"),
        Column(_("Left"), "count"),
        Column(_("Share that left"), "ratio"),
        Column(_("Lift"), "number", _("Share that left, against the share of all accounts")),
    )
    rows = [
        (_("Tenth {n}").format(n=n), *(told(cell, round(each.accounts)) for cell in cells))
        for n, each in enumerate(past.by_score, start=1)
        for cells in [(each.accounts, each.left, each.share, each.lift)]
    ]
    name = _("Share that left, by tenths of the score")
    return PanelFile(name, Table(columns, rows), rules=(_rule(asking),), few=told.few)


def calibration(asking: Asking) -> PanelFile:
    """The tenths of the chance given, with the chance and what happened."""
    past, told = queries.outlook(asking.user, asking.business).past, Told()
    columns = (
        Column(_("Most endangered first")),
        Column(_("Accounts"), "count"),
        Column(_("Chance given"), "ratio"),
        Column(_("Left"), "ratio"),
    )
    rows = [
        (_("Tenth {n}").format(n=n), *(told(cell, round(each.accounts)) for cell in cells))
        for n, each in enumerate(past.by_chance, start=1)
        for cells in [(each.accounts, each.chance, each.share)]
    ]
    name = _("Share that left, by tenths of the chance given")
    return PanelFile(name, Table(columns, rows), rules=(_rule(asking),), few=told.few)


def _rule(asking: Asking) -> str:
    rules = door.answered(asking.user, asking.business, "rules in force", lambda numbers: numbers.rules, tells=NOTHING)
    return rule_words(rules, "health", asking.style)


PANELS: Final[Panels] = {"bands": bands, "lift": lift, "calibration": calibration}
