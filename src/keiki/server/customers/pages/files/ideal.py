"""The panels of the ideal customer as files: what good customers have in common."""

from __future__ import annotations

from django.utils.translation import gettext as _

from keiki.facts import value_words
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table
from keiki.server.customers.pages.ideal import learned_rule, verdict_words
from keiki.server.customers.queries import ideal as queries
from keiki.server.kpis import pages as kpis


def lessons(asking: Asking) -> PanelFile:
    """Every value of every attribute with its share of good customers."""
    found, rows = queries.learned(asking.user, asking.business), []
    shared = found.shared
    for each in found.lessons:
        numbers = (each.customers, each.good, each.share, each.low, each.high, each.shrunk, each.profit)
        cells = numbers if each in shared else (None,) * len(numbers)
        value = value_words(each.attribute, each.value, asking.style.language)
        rows.append((kpis.dimension_words(each.attribute, asking.style), value, *cells, verdict_words(each.verdict)))
    columns = (
        Column(_("Attribute")),
        Column(_("Value")),
        Column(_("Customers"), "count"),
        Column(_("Good"), "count"),
        Column(_("Share of good customers"), "ratio"),
        Column(_("from (95%)"), "ratio", "Wilson"),
        Column(_("to (95%)"), "ratio", "Wilson"),
        Column(_("Drawn towards all"), "ratio", _("The share, drawn towards that of all where customers are few")),
        Column(_("Profit of a customer so far"), "currency"),
        Column(_("What it means")),
    )
    rule = learned_rule(found, asking.style)
    few = len(shared) < len(found.lessons)
    return PanelFile(_("What good customers have in common"), Table(columns, rows), None, (), (rule,), few)


PANELS: Panels = {"lessons": lessons}
