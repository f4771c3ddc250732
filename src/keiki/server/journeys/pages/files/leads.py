"""The panels about leads as files: how their scores spread over the bands, and the leads with most points."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from keiki.charts.rule_words import rule_words
from keiki.customers.small_groups import small_cells
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table
from keiki.server.journeys.pages.leads import LeadsAsked
from keiki.server.journeys.queries import channels
from keiki.server.journeys.queries import leads as queries


def bands(asking: Asking) -> PanelFile:
    """The leads of the period by band, for every way they are scored."""
    asked = LeadsAsked.of(asking)
    found = queries.spreads(asking.user, asking.business, asked.period, asked.rules)
    told = asked.told(found)
    counts = [[spread.bands[place].leads for spread in told] for place in range(len(told[0].bands))]
    hidden = small_cells(counts)
    rows = [
        (
            band.name,
            *(None if (place, way) in hidden else count for way, count in enumerate(counts[place])),
        )
        for place, band in enumerate(told[0].bands)
    ]
    columns = (Column(_("Score band")), *(Column(way, "count") for way in asked.ways(found)))
    rule = rule_words(channels.rules(asking.user, asking.business), "leads", asking.style)
    return PanelFile(_("Lead scores by band"), Table(columns, rows), None, asked.filters(asking), (rule,), bool(hidden))


def best(asking: Asking) -> PanelFile:
    """The leads to call first."""
    asked = LeadsAsked.of(asking)
    found = queries.spreads(asking.user, asking.business, asked.period, asked.rules)
    loaded = asked.loaded(found)
    rows = [
        (
            each.lead,
            each.customer_id,
            each.entered_at.date(),
            *each.points,
            *((each.loaded,) if loaded else ()),
        )
        for each in queries.best(asking.user, asking.business, asked.period, asked.rules)
    ]
    columns = (
        Column(_("Lead")),
        Column(_("Customer")),
        Column(_("Came on")),
        *(Column(way, "number") for way in asked.ways(found)),
    )
    return PanelFile(_("Leads with most points"), Table(columns, rows), None, asked.filters(asking))


PANELS: Final[Panels] = {"bands": bands, "best": best}
