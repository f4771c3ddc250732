"""The panels of good and bad revenue as files: classes, periods, curves of profit, and where money comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keiki.charts.rule_words import bearer_words, ideal_words, rule_words, without_cost_words
from keiki.customers.classes import BAD, GOOD, UNDETERMINED
from keiki.customers.quality_report import KINDS as CLASSES
from keiki.customers.small_groups import small_parts
from keiki.periods import Grain
from keiki.server.customers.forms.quality import QualityAsked
from keiki.server.customers.pages.files.panel import Asking, Column, Filters, PanelFile, Panels, Table
from keiki.server.customers.pages.lifetime_value import group_words
from keiki.server.customers.pages.quality import advice_words, by_words, curve_names, places_rule
from keiki.server.customers.queries import quality as queries

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell


def _rules(asking: Asking) -> tuple[str, ...]:
    rules = queries.rules(asking.user, asking.business)
    return rule_words(rules, "classes", asking.style), bearer_words(rules, asking.style), _without_cost(asking)


def _without_cost(asking: Asking) -> str:
    return without_cost_words(queries.sales_margin(asking.user, asking.business).unknown, asking.style)


def _fit(asking: Asking, *splits: str) -> tuple[str, ...]:
    """Who fits the ideal customer, where a split asks for it."""
    if queries.FIT not in splits:
        return ()
    return (ideal_words(queries.rules(asking.user, asking.business).ideal, asking.style),)


def _grain(asked: QualityAsked) -> Filters:
    words = {Grain.MONTH: _("Month"), Grain.QUARTER: _("Quarter"), Grain.YEAR: _("Year")}
    return ((_("Period"), words[asked.grain]),)


def classes(asking: Asking) -> PanelFile:
    """Good, undetermined and bad customers with their revenue so far."""
    found = queries.report(asking.user, asking.business, QualityAsked.read(asking.request.GET).grain)
    kinds = ((GOOD, _("Good")), (UNDETERMINED, _("Undetermined")), (BAD, _("Bad")))
    hidden = small_parts([found.customers[kind] for kind, _name in kinds])
    customers, revenue = sum(found.customers.values()), sum(found.revenue.values())
    rows: list[tuple[Cell, ...]] = []
    for place, (kind, name) in enumerate(kinds):
        count, sold = found.customers[kind], found.revenue[kind]
        shares = (count / customers if customers else None, float(sold / revenue) if revenue else None)
        cells = (count, shares[0], sold, shares[1])
        rows.append((name, *((None,) * len(cells) if place in hidden else cells)))
    columns = (
        Column(_("Class")),
        Column(_("Customers"), "count"),
        Column(_("Share of customers"), "ratio"),
        Column(_("Revenue so far"), "currency"),
        Column(_("Share of revenue"), "ratio"),
    )
    return PanelFile(_("Good and bad customers"), Table(columns, rows), None, (), _rules(asking), bool(hidden))


def periods(asking: Asking) -> PanelFile:
    """The revenue quality report."""
    asked = QualityAsked.read(asking.request.GET)
    found = queries.told(asking.user, asking.business, asked.grain)
    money = (
        (_("Revenue"), "revenue"),
        (_("New"), "new"),
        (_("Repeat"), "repeat"),
        (_("Good"), "good"),
        (_("Undetermined"), "undetermined"),
        (_("Bad"), "bad"),
        (_("Without a customer"), "unnamed"),
        (_("Gross profit"), "gross_profit"),
        (_("After customer costs"), "profit"),
    )
    shares = ((_("Gross margin"), "margin"), (_("of sales"), "profit_margin"), (_("Good of sales"), "good_share"))
    columns = (
        Column(_("Period")),
        *(Column(name, "currency") for name, _field in money),
        *(Column(name, "ratio") for name, _field in shares),
        Column(_("Sales outrun profit")),
    )

    def rows(label: bool) -> list[tuple[Cell, ...]]:
        return [
            (
                asking.label(each["period"]) if label else each["period"].start,
                *(each[name] for _name, name in (*money, *shares)),
                each["fan"],
            )
            for each in reversed(found)
        ]

    title = _("Revenue quality report")
    few = any(each[name] is None for each in found for name in ("revenue", *CLASSES))
    return PanelFile(title, Table(columns, rows(True)), Table(columns, rows(False)), _grain(asked), _rules(asking), few)


def acquired(asking: Asking) -> PanelFile:
    """Who came in each period by class; a class of fewer than five, and what gives it away, is left out."""
    asked = QualityAsked.read(asking.request.GET)
    found = queries.told(asking.user, asking.business, asked.grain)
    kinds = ((GOOD, _("Good")), (UNDETERMINED, _("Undetermined")), (BAD, _("Bad")))
    rows: list[tuple[Cell, ...]] = [
        (
            asking.label(each["period"]),
            each["came"],
            *(each["acquired"][kind] for kind, _name in kinds),
            each["acquired_good"],
        )
        for each in reversed(found)
    ]
    few = any(each["came"] is None or None in each["acquired"].values() for each in found)
    columns = (
        *(Column(_("Period")), Column(_("Customers"), "count")),
        *(Column(name, "count") for _kind, name in kinds),
        Column(_("Good by now"), "ratio"),
    )
    title = _("Customers by class and by when they came")
    return PanelFile(title, Table(columns, rows), None, _grain(asked), _rules(asking), few)


def curves(asking: Asking) -> PanelFile:
    """The cumulative profit of a customer; the CSV has a row per group and age."""
    asked = QualityAsked.read(asking.request.GET)
    found = queries.curves(asking.user, asking.business, asked.splits, asked.places)
    heads = tuple(Column(by_words(name)) for name in asked.splits)
    money = (Column(_("On the first day"), "currency"), Column(_("Now"), "currency"))
    ages = (Column(_("Age"), "months"), Column(_("Paid back after"), "months", _("Empty: not recovered so far")))
    shown: list[tuple[Cell, ...]] = [
        (
            *curve_names(asked.splits, each, asking.style),
            each.customers,
            each.points[0].profit,
            each.last.profit,
            each.last.age,
            each.payback,
        )
        for each in found
    ]
    points: list[tuple[Cell, ...]] = [
        (*curve_names(asked.splits, each, asking.style), point.age, point.customers, point.profit)
        for each in found
        for point in each.points
    ]
    customers = Column(_("Customers"), "count")
    details = Table((*heads, ages[0], customers, Column(_("Profit of a customer so far"), "currency")), points)
    title, filters = (
        _("Cumulative profit of a customer by age"),
        ((_("Split by"), " × ".join(each.head for each in heads)),),
    )
    rule = _(
        "A month counts when the customer has lived it to its end, so nobody's future is counted as 0. A curve ends "
        "where fewer than 5 customers have lived on."
    )
    rules = (rule, *_fit(asking, *asked.splits), _without_cost(asking))
    return PanelFile(title, Table((*heads, customers, *money, *ages), shown), details, filters, rules)


def places(asking: Asking) -> PanelFile:
    """Where acquisition money comes back, with advice."""
    asked = QualityAsked.read(asking.request.GET)
    found = queries.places_by(asking.user, asking.business, asked.places, asked.curves)
    rows = [
        (
            group_words(found.by, each.place.name, asking.style),
            each.place.customers,
            each.place.revenue,
            each.place.spend,
            each.place.per_spend,
            each.place.repeat_rate,
            each.place.payback,
            advice_words(each.action),
            each.low,
        )
        for each in found.advice
    ]
    columns = (
        Column(by_words(found.by)),
        Column(_("Customers"), "count"),
        Column(_("Revenue"), "currency"),
        Column(_("Acquisition"), "currency"),
        Column(_("Profit per spend"), "number"),
        Column(_("Bought again"), "ratio"),
        Column(_("Paid back after"), "months", _("Empty: not recovered so far")),
        Column(_("Advice")),
        Column(_("Low-quality revenue")),
    )
    title, filters = _("Where acquisition money comes back"), ((_("Split by"), by_words(found.by)),)
    rules = (places_rule(found), *_fit(asking, found.by), _without_cost(asking))
    return PanelFile(title, Table(columns, rows), None, filters, rules, bool(found.worths.hidden))


PANELS: Panels = {"classes": classes, "periods": periods, "acquired": acquired, "curves": curves, "places": places}
