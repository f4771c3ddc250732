"""The panels of the RFM segments as files: the segments, who moved between them, and how recently and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keiki.charts.rule_words import rule_words
from keiki.customers.rfm import CLASSES, SEGMENTS
from keiki.customers.small_groups import small_cells, small_parts
from keiki.server.customers.pages.files.panel import Asking, Column, Filters, PanelFile, Panels, Table
from keiki.server.customers.pages.segments import asked_segments, segment_words
from keiki.server.customers.queries import segments as queries

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell
    from keiki.customers.rfm_segments import Segments
    from keiki.server.customers.queries.segments import Scale


def _asked(asking: Asking) -> tuple[Segments, Filters, tuple[str, ...]]:
    """The segments of the address, what they were asked with, and their rule."""
    found, scale = asked_segments(asking.request, asking.business, asking.known)
    filters: Filters = ((_("End of"), asking.label(found.period)),)
    if scale is not None:
        filters += ((_("Scale"), str(scale.number)),)
    return found, filters, (_rule(asking, scale),)


def _rule(asking: Asking, scale: Scale | None) -> str:
    rules = queries.rules(asking.user, asking.business) if scale is None else scale.rules
    return rule_words(rules, "rfm", asking.style)


def segments(asking: Asking) -> PanelFile:
    """Customers and money by segment."""
    found, filters, rules = _asked(asking)
    hidden = small_parts([each.customers for each in found.segments])
    starts = [sum(n for (start, _end), n in found.moves.items() if start == each.segment) for each in found.segments]
    few_before = small_parts(starts)
    rows: list[tuple[Cell, ...]] = []
    for place, (each, before) in enumerate(zip(found.segments, starts, strict=True)):
        per = float(each.profit) / each.customers if each.profit is not None and each.customers else None
        share = each.customers / found.customers if found.customers else None
        cells = (each.customers, share, each.frequency, each.amount, each.profit, per, each.recency_days)
        change = None if place in few_before else each.customers - before
        told = (None,) * (len(cells) + 1) if place in hidden else (*cells, change)
        rows.append((segment_words(each.segment), *told))
    columns = (
        Column(_("RFM segment")),
        Column(_("Customers"), "count"),
        Column(_("Share"), "ratio"),
        Column(_("Purchases"), "count"),
        Column(_("Revenue"), "currency"),
        Column(_("Gross profit"), "currency"),
        Column(_("Per customer"), "currency", _("Gross profit per customer")),
        Column(_("Since last purchase"), "days"),
        Column(_("In the month"), "count", _("Customers at the end less those at the start of the month")),
    )
    return PanelFile(
        _("Customers by segment"), Table(columns, rows), None, filters, rules, few=bool(hidden | few_before)
    )


def _matrix(
    names: tuple[str, str, str], rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> tuple[Table, Table, bool]:
    """A table of customers as on the page and a row per cell; what of it was left out."""
    hidden = small_cells(counts)
    cells = [[None if (r, c) in hidden else n for c, n in enumerate(row)] for r, row in enumerate(counts)]
    shown = Table(
        (Column(names[0]), *(Column(name, "count") for name in columns)),
        [(name, *row) for name, row in zip(rows, cells, strict=True)],
    )
    listed = [(rows[r], columns[c], value) for r, row in enumerate(cells) for c, value in enumerate(row)]
    details = Table((Column(names[1]), Column(names[2]), Column(_("Customers"), "count")), listed)
    return shown, details, bool(hidden)


def moves(asking: Asking) -> PanelFile:
    """From the segment at the start of the month to that at its end."""
    found, filters, rules = _asked(asking)
    sides = (*SEGMENTS, None)
    counts = [[found.moves.get((start, end), 0) for end in sides] for start in sides]
    words = [segment_words(each) for each in SEGMENTS]
    names = (_("From \\ to"), _("From"), _("To"))
    shown, details, few = _matrix(names, [*words, _("newly classed")], [*words, _("no longer classed")], counts)
    return PanelFile(_("Who moved between segments"), shown, details, filters, rules, few)


def scores(asking: Asking) -> PanelFile:
    """Customers by recency and frequency."""
    found, filters, rules = _asked(asking)
    best, least = [str(r) for r in range(CLASSES, 0, -1)], [str(f) for f in range(1, CLASSES + 1)]
    counts = [[found.scores[int(r), int(f)] for f in least] for r in best]
    shown, details, few = _matrix(("R \\ F", _("Recency"), _("Frequency")), best, least, counts)
    return PanelFile(_("How recently and how often"), shown, details, filters, rules, few)


PANELS: Panels = {"segments": segments, "moves": moves, "scores": scores}
