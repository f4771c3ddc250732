"""The panels of lifetime value as files: every formula side by side, what moves it, and what groups have brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keiki.customers.ltv_formulas import TERMS, lifetime_values
from keiki.server.customers.pages.files.panel import Asking, Column, Filters, PanelFile, Panels, Table
from keiki.server.customers.pages.lifetime_value import (
    basis_words,
    group_words,
    grouped_by,
    moved_terms,
    split_words,
    terms_given,
)
from keiki.server.customers.queries import lifetime_value as queries
from keiki.server.ui.forms import read_day
from keiki.trees.calculator import Calculation

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell


def _given(asking: Asking) -> tuple[Calculation, dict[str, float | None], Filters]:
    """The numbers of the address or of the business, and the same in words."""
    asked = Calculation.read(asking.request.GET, read_day(asking.request.GET.get("on", "")))
    own = queries.terms(asking.user, asking.business, asked.on) if asked.own else None
    given = terms_given(asked, own)
    month: Filters = ((_("Month"), asking.label(own.period)),) if own is not None else ()
    told = tuple(
        (TERMS[name].words(asking.style.language), f"{value:.15g}")
        for name, value in given.items()
        if name in TERMS and value is not None
    )
    return asked, given, (*month, *told)


def formulas(asking: Asking) -> PanelFile:
    """Every formula with its parts, or why it cannot be worked out."""
    _asked, given, filters = _given(asking)
    language = asking.style.language
    rows: list[tuple[Cell, ...]] = []
    for each in lifetime_values(given):
        parts = (each.monthly, each.share, each.months, each.costs, each.value)
        cells = (None,) * len(parts) if each.value is None else parts
        trouble = each.trouble.words(language) if each.trouble is not None else ""
        formula = each.formula
        words = (trouble, formula.valid(language), formula.invalid(language))
        rows.append((formula.words(language), basis_words(formula.basis), *cells, *words))
    columns = (
        Column(_("Formula")),
        Column(_("Basis")),
        Column(_("A month"), "currency"),
        Column(_("Share kept"), "ratio"),
        Column(_("Months"), "months"),
        Column(_("Costs"), "currency"),
        Column(_("Lifetime value"), "currency"),
        Column(_("Why not")),
        Column(_("When it holds")),
        Column(_("When it does not")),
    )
    return PanelFile(_("Lifetime value"), Table(columns, rows), None, filters)


def drivers(asking: Asking) -> PanelFile:
    """What each number does to the lifetime value when it moves by the step of the address."""
    asked, given, filters = _given(asking)
    rows = [
        (
            each.term.words(asking.style.language),
            each.before,
            each.after,
            each.value_before,
            each.value_after,
            each.change,
        )
        for each in moved_terms(asked, given)
    ]
    columns = (
        Column(_("Driver")),
        Column(_("Number before")),
        Column(_("Number after")),
        Column(_("Lifetime value before"), "currency"),
        Column(_("Lifetime value after"), "currency"),
        Column(_("Change"), "ratio"),
    )
    step = ((_("Step"), f"+{asked.step}%"),)
    return PanelFile(_("What moves it most"), Table(columns, rows), None, (*filters, *step))


def groups(asking: Asking) -> PanelFile:
    """What customers have brought so far, by the split of the address; small groups stand without their numbers."""
    by = grouped_by(asking.request.GET)
    found = queries.worths(asking.user, asking.business)[by]
    names = ("revenue", "gross_profit", "acquisition", "retention", "profit")
    rows = [
        (
            group_words(by, row.group, asking.style),
            row.customers,
            *(row.each(name) for name in names),
            row.repeat_rate,
            *(getattr(row, name) for name in names),
        )
        for row in found.rows
    ]
    money = (_("Revenue"), _("Gross profit"), _("Acquisition"), _("Cost of retention"), _("Profit"))
    columns = (
        Column(split_words(by)),
        Column(_("Customers"), "count"),
        *(Column(_("{what} per customer").format(what=name), "currency") for name in money),
        Column(_("Bought again"), "ratio"),
        *(Column(name, "currency") for name in money),
    )
    rule = _("Profit so far: gross profit less acquisition, retention and service costs, per customer.")
    title, filters = _("What customers have brought so far"), ((_("Split by"), split_words(by)),)
    return PanelFile(title, Table(columns, rows), None, filters, (rule,), bool(found.hidden))


PANELS: Panels = {"formulas": formulas, "drivers": drivers, "groups": groups}
