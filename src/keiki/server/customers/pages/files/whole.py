"""The page from lead to renewal as a file: its numbers, of the segment beside everybody."""

from __future__ import annotations

from django.utils.translation import gettext as _

from keiki.charts.rule_words import rule_words
from keiki.server.customers.forms.whole import WholeAsked
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table, Told
from keiki.server.customers.pages.whole import name_of, segment_words
from keiki.server.customers.queries import whole as queries
from keiki.server.kpis import queries as door


def numbers(asking: Asking) -> PanelFile:
    """Twelve months from lead to win, what stays, what it costs, what customers add."""
    segment = WholeAsked.read(asking.request.GET, queries.segments(asking.user, asking.business)).segment
    found = queries.whole(asking.user, asking.business, segment)
    size = queries.size(asking.user, asking.business, segment) if segment is not None else None
    catalogue, told = door.catalogue_of(asking.user, asking.business), Told()
    values = {name: told(value, size) for name, value in found.values.items()}
    kpis = [catalogue.kpis.get(name) for name in queries.NUMBERS]
    rows = [
        (name_of(name, catalogue, asking.style), values[name], *((found.everybody[name],) if segment else ()))
        for name in queries.NUMBERS
    ]
    counts = ((_("Referrals"), found.referrals), (_("Referrals that became customers"), found.converted))
    rows += [(name, told(value, size), *((None,) if segment else ())) for name, value in counts]
    units = (*("number" if kpi is None else kpi.unit for kpi in kpis), "count", "count")
    words = segment_words(*segment, asking.style) if segment else _("Everybody")
    columns = (Column(_("Number")), Column(words), *((Column(_("Everybody")),) if segment else ()))
    filters = ((_("Period"), asking.label(found.period)), (_("Customers"), words))
    rule = rule_words(queries.rules(asking.user, asking.business), "expansion", asking.style)
    return PanelFile(_("From lead to renewal"), Table(columns, rows, units), None, filters, (rule,), told.few)


PANELS: Panels = {"numbers": numbers}
