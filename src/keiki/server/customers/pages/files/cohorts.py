"""The panels of the cohorts as files: the table with every value behind it, and how customers buy again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keiki.customers.cohort_table import PER_CUSTOMER, VALUES
from keiki.customers.small_groups import small_parts
from keiki.facts import value_words
from keiki.server.customers.pages.cohorts import COUNTS, CohortsAsked, cell_words, choices_of, names_of, notes, unit_of
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table, Told, chosen
from keiki.server.customers.queries import cohorts as queries
from keiki.server.customers.queries import repeat as repeat_queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keiki.charts.files_out import Cell
    from keiki.customers.cohort_table import CohortTable
    from keiki.customers.repeat_profile import OrderProfit


def table(asking: Asking) -> PanelFile:
    """The cohort table; the CSV has a row per cohort and age with every value."""
    asked = CohortsAsked.read(asking.request.GET, queries.begins_with(asking.user, asking.business))
    found = queries.tables(asking.user, asking.business, asked.rule, COUNTS[asked.grain])
    return table_of(asking, asked, found)


def table_of(asking: Asking, asked: CohortsAsked, found: Sequence[CohortTable]) -> PanelFile:
    """Cohort tables that are there already, one per segment."""
    told, ages = Told(), range(max((each.ages for each in found), default=0))
    segment = (Column(kpis.dimension_words(asked.by, asking.style)),) if asked.by else ()
    head = (*segment, Column(_("Began")), Column(_("Customers"), "count"))
    unit = unit_of(asked.value)
    meaning = _("{what} so many periods after the beginning").format(what=cell_words(asked.value))
    shown = [row for each in found for row in _rows(each, asked, asking, told)]
    values = tuple(Column(cell_words(name), unit_of(name)) for name in VALUES)
    return PanelFile(
        name=cell_words(asked.value),
        shown=Table((*head, *(Column(str(age), unit, meaning) for age in ages)), shown),
        details=Table(
            (*head, Column(_("Age in periods"), "count"), *values),
            [row for each in found for row in _cells(each, asked, asking)],
        ),
        filters=chosen(choices_of(asked, asking.style, names_of(asking.user, asking.business, asked))),
        rules=notes(asked, 0),
        few=told.few,
    )


def _segment(found: CohortTable, asked: CohortsAsked, asking: Asking) -> tuple[str, ...]:
    if not asked.by:
        return ()
    name = found.segment
    return (value_words(asked.by, name, asking.style.language) if name else _("(unknown)"),)


def _rows(found: CohortTable, asked: CohortsAsked, asking: Asking, told: Told) -> list[tuple[Cell, ...]]:
    """Cohorts as on the page. The line under them would give away what is left out, and is left out with it."""
    shared, segment = found.shared(asked.value, or_after=asked.or_after), _segment(found, asked, asking)
    rows, whole = [], True
    for cohort, cells in zip(found.cohorts, shared, strict=True):
        if not cohort.size:
            continue
        known = [found.value(cohort, age, asked.value, or_after=asked.or_after) for age in range(len(cohort.cells))]
        few = list(cells) != known
        whole &= not few
        told.hidden.append(few)
        rows.append((*segment, asking.label(cohort.period), told(cohort.size, cohort.size), *cells))
    if rows and whole and not told.few:
        average = _("Average of cohorts") if asked.simple or asked.value not in PER_CUSTOMER else _("All customers")
        means = (
            found.average(age, asked.value, or_after=asked.or_after, simple=asked.simple) for age in range(found.ages)
        )
        rows.append((*segment, average, sum(cohort.size for cohort in found.cohorts), *means))
    return rows


def _cells(found: CohortTable, asked: CohortsAsked, asking: Asking) -> list[tuple[Cell, ...]]:
    shared = [found.shared(name, or_after=asked.or_after) for name in VALUES]
    segment = _segment(found, asked, asking)
    return [
        (*segment, cohort.period.start, Told()(cohort.size, cohort.size), age, *(each[place][age] for each in shared))
        for place, cohort in enumerate(found.cohorts)
        if cohort.size
        for age in range(len(cohort.cells))
    ]


def repeat(asking: Asking) -> PanelFile:
    """The repeat rates with their windows; the CSV has them and what every order of a customer left."""
    found = repeat_queries.bought_again(asking.user, asking.business)
    catalogue = door.catalogue_of(asking.user, asking.business)
    told, rates = Told(), []
    for rate in found.rates:
        base = None if rate.definition == "repeat_revenue_ratio" or rate.base is None else round(rate.base)
        window = _("no limit") if rate.window is None else rate.window
        name = kpis.kpi_name(catalogue.kpis[rate.definition], asking.style.language)
        rates.append((name, window, asking.label(rate.period), told(rate.share, base), told(rate.base, base)))
    hidden = small_parts([row.orders for row in found.by_order])
    rows: list[tuple[Cell, ...]] = [(_("Repeat rates"), *row) for row in rates]
    rows += [row for place, each in enumerate(found.by_order) if place not in hidden for row in _order(each)]
    definition, within, period = Column(_("Definition")), Column(_("Within")), Column(_("Period"))
    out_of = Column(_("Out of"))
    return PanelFile(
        name=_("Who buys again"),
        shown=Table((definition, within, period, Column(_("Share of them"), "ratio"), out_of), rates),
        details=Table((Column(_("Table")), definition, within, period, Column(_("Value")), out_of), rows),
        few=told.few or bool(hidden),
    )


def _order(row: OrderProfit) -> list[tuple[Cell, ...]]:
    names = (_("Revenue"), _("Gross profit"), _("Acquisition"), _("Profit"))
    amounts = (row.revenue, row.gross_profit, row.acquisition, row.profit)
    which = _("Order {number}").format(number=row.order_no)
    pairs = zip(names, amounts, strict=True)
    return [(_("Profit by order"), f"{which}: {name}", "", "", amount, row.orders) for name, amount in pairs]


PANELS: Panels = {"table": table, "repeat": repeat}
