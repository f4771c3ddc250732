"""The panels of recurring revenue as files: period by period, its rates, other rules, and how long customers stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keiki.charts.certainty import period_name
from keiki.customers.lives import LifeRule
from keiki.customers.mrr_presets import PRESETS
from keiki.customers.recurring import ALL
from keiki.customers.small_groups import LEAST, shareable, small_parts
from keiki.server.customers.pages.files.panel import Asking, Column, Filters, PanelFile, Panels, Table, Told
from keiki.server.customers.pages.recurring import OWN, RecurringAsked, move_words, reason_words, segment_of
from keiki.server.customers.queries import recurring as queries
from keiki.server.kpis import pages as kpis

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell
    from keiki.customers.recurring import Recurring
    from keiki.engine.recurring import Difference

OF_BEFORE = ("expansion", "contraction", "churned")
"""What the customers there at the start did."""
MOVES = ("new", "reactivation", "upsell", "cross_sell", "expansion", "contraction", "churned")
Read = Callable[["Recurring"], "Cell"]


def _numbers() -> tuple[tuple[Column, Read], ...]:
    """Every number of a period as it may leave the business; movements down are negative."""
    return tuple((column, _shared(read, *names)) for column, read, *names in _every_number())


def _shared(read: Read, *names: str) -> Read:
    """The number where nothing that it follows from is hidden."""
    return lambda each: None if each.hidden & {ALL, *names} else read(each)


def _every_number() -> tuple[tuple[Any, ...], ...]:
    """A column, how it is read, and what of `Recurring.hidden` it would give away."""
    return (
        (Column(pgettext("period", "Start"), "currency"), lambda each: each.mrr_start),
        *((Column(move_words(name), "currency"), _moved(name), name) for name in MOVES),
        (Column(pgettext("period", "End"), "currency"), lambda each: each.mrr_end),
        (Column(_("Paying customers at the start"), "count"), lambda each: each.customers_start),
        (Column(_("Paying customers at the end"), "count"), lambda each: each.customers_end),
        (Column("NRR", "ratio"), lambda each: each.net_retention, *OF_BEFORE),
        (Column("GRR", "ratio"), lambda each: each.gross_retention, *OF_BEFORE),
        (Column(_("Revenue churn"), "ratio"), lambda each: each.revenue_churn, "churned"),
        (Column(_("Customer churn"), "ratio"), lambda each: each.logo_churn),
        (Column(_("Upsell, revenue"), "ratio"), lambda each: each.rate_of_revenue("upsell"), "upsell"),
        (Column(_("Upsell, customers"), "ratio"), lambda each: each.rate_of_customers("upsell")),
        (Column(_("Cross-sell, revenue"), "ratio"), lambda each: each.rate_of_revenue("cross_sell"), "cross_sell"),
        (Column(_("Cross-sell, customers"), "ratio"), lambda each: each.rate_of_customers("cross_sell")),
        (Column(_("Renewal rate"), "ratio"), lambda each: shareable(each.renewal_rate, each.due)),
        (Column(_("Quick ratio"), "number"), lambda each: each.quick_ratio, *MOVES),
        (Column("ARPA", "currency"), lambda each: each.per_account),
        (Column("ARPU", "currency"), lambda each: each.per_user),
    )


def _moved(name: str) -> Read:
    """The money of a movement; where upsell and cross-sell are told, expansion is their sum and counts once."""

    def read(each: Recurring) -> Cell:
        amount = each.moves.get(name)
        return -amount if amount is not None and name in ("contraction", "churned") else amount

    return read


def _filters(asking: Asking, asked: RecurringAsked) -> Filters:
    grain = _("Month") if asked.grain.value == "month" else _("Quarter")
    return ((_("Rules"), PRESETS[asked.preset].name), (_("Periods"), grain))


def periods(asking: Asking) -> PanelFile:
    """Movements and rates, a column per period shown; the CSV has a row per period of the history."""
    asked = RecurringAsked.read(asking.request.GET)
    found = queries.movements(asking.user, asking.business, asked.preset, asked.grain).periods
    shown, numbers = asked.shown(found), _numbers()
    labels = [period_name(asking.label(each.period), each.complete, asking.style) for each in shown]
    return PanelFile(
        _("Recurring revenue"),
        Table(
            (Column(_("Movement")), *(Column(label) for label in labels)),
            [(column.head, *(read(each) for each in shown)) for column, read in numbers],
            tuple(column.unit for column, _read in numbers),
        ),
        Table(
            (Column(_("Period")), Column(_("Complete")), *(column for column, _read in numbers)),
            [(each.period.start, each.complete, *(read(each) for _column, read in numbers)) for each in found],
        ),
        _filters(asking, asked),
        (_("Start + movements = end, to the last digit, in every period."),),
        any(each.hidden for each in found),
    )


def one_period(asking: Asking, each: Recurring) -> PanelFile:
    """Movements and rates of one period by our rules, a row per number."""
    numbers = _numbers()
    return PanelFile(
        _("Recurring revenue"),
        Table(
            (Column(_("Movement")), Column(_("Value"))),
            [(column.head, read(each)) for column, read in numbers],
            tuple(column.unit for column, _read in numbers),
        ),
        filters=((_("Rules"), PRESETS[OWN].name), (_("Period"), asking.label(each.period))),
        rules=(_("Start + movements = end, to the last digit, in every period."),),
        few=bool(each.hidden),
    )


def differences(asking: Asking) -> PanelFile:
    """Why the rules of the address differ from ours."""
    asked = RecurringAsked.read(asking.request.GET)
    found: tuple[Difference, ...] = ()
    if asked.preset != OWN:
        found = queries.differences(asking.user, asking.business, asked.preset, asked.grain)
    told, rows = Told(), []
    names = ("new", "reactivation", "expansion", "contraction", "churned")
    for each in found:
        sides = [told(side[name], each.customers) for name in names for side in (each.left, each.right)]
        customers = told(each.customers, each.customers)
        rows.append((each.period.start, reason_words(each.reason), customers, *sides))
    rules = (_("Ours"), PRESETS[asked.preset].name)
    columns = tuple(Column(f"{move_words(name)} ({rule})", "currency") for name in names for rule in rules)
    head = (Column(_("Period")), Column(_("Reason why")), Column(_("Customers"), "count"))
    title = _("Where these rules differ from ours")
    return PanelFile(title, Table((*head, *columns), rows), None, _filters(asking, asked), (), told.few)


def lives(asking: Asking) -> PanelFile:
    """How long customers stay: every step of every curve."""
    asked = RecurringAsked.read(asking.request.GET)
    found = queries.lives(asking.user, asking.business, LifeRule(by=asked.by or None))
    told, rows = Told(), []
    hidden = small_parts([curve.size for curve in found.curves])
    for place, curve in enumerate(found.curves):
        if place in hidden:
            told.hidden.append(True)
            continue
        shown = curve.told(LEAST)
        told.hidden.append(shown != curve)
        for step in shown.steps:
            numbers = (step.at_risk, step.ended, step.censored, step.share, step.low, step.high, step.hazard)
            rows.append((segment_of(curve, found, asking.style), curve.size, step.length, *numbers))
    split = kpis.dimension_words(asked.by, asking.style) if asked.by else _("(no split)")
    columns = (
        Column(_("Split by")),
        Column(_("Customers"), "count"),
        Column(_("Months"), "months"),
        Column(_("Had come so far"), "count"),
        Column(_("Ended"), "count"),
        Column(_("Still running"), "count", _("Followed until here only, for the data ends")),
        Column(_("Still there"), "ratio", "Kaplan–Meier"),
        Column(_("from (95%)"), "ratio", "Greenwood"),
        Column(_("to (95%)"), "ratio", "Greenwood"),
        Column(_("Ended of those who had come so far"), "ratio"),
    )
    return PanelFile(_("How long customers stay"), Table(columns, rows), None, ((_("Split by"), split),), (), told.few)


PANELS: Panels = {"periods": periods, "differences": differences, "lives": lives}
