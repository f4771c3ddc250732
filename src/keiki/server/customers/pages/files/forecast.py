"""The panels of the forecast as files: totals, whether it was right before, chances, customers, running contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keiki.charts.rule_words import without_cost_words
from keiki.customers.small_groups import small_parts
from keiki.periods import Grain
from keiki.server.customers.forms.forecast import ForecastAsked
from keiki.server.customers.pages.files.panel import Asking, Column, Filters, PanelFile, Panels, Table
from keiki.server.customers.queries import forecast as queries

if TYPE_CHECKING:
    from keiki.engine.customer_forecast import Forecast
    from keiki.engine.occasion_forecast import OccasionForecast


def _found(asking: Asking) -> tuple[Forecast, Filters, tuple[str, ...]]:
    """The forecast of the address, what it was asked with, and what limits it."""
    asked = ForecastAsked.read(asking.request.GET)
    found = queries.forecast(
        asking.user, asking.business, asked.months, asked.discount, asked.model or None, asked.split
    )
    filters = (*_ahead(asked), (_("Model"), found.name), (_("Learns up to"), found.split.isoformat()))
    cautions = tuple(each.words(asking.style.language) for each in found.cautions)
    return found, filters, (*cautions, without_cost_words(found.without_cost, asking.style))


def _ahead(asked: ForecastAsked) -> Filters:
    return ((_("Ahead"), _("{count} months").format(count=asked.months)), (_("Yearly discount"), f"{asked.discount:g}"))


def _numbers(found: Forecast | OccasionForecast, parameters: Mapping[str, float]) -> Table:
    """What is expected of everybody, what the hold-out told and what happened, and the parameters of the model."""
    held = found.hold_out
    numbers = (
        (_("Customers"), "count", found.customers),
        (_("Purchases expected"), "count", found.purchases),
        (_("Purchases expected, from (95%)"), "count", found.interval.low),
        (_("Purchases expected, to (95%)"), "count", found.interval.high),
        (_("Worth today"), "currency", found.worth),
        (_("Margin"), "ratio", found.margin),
        (_("Expected to be there still"), "count", found.present),
        (_("Hold-out: told"), "count", None if held is None else held.expected),
        (_("Hold-out: happened"), "count", None if held is None else held.actual),
        *((name, "number", value) for name, value in parameters.items()),
    )
    rows = [(name, value) for name, _unit, value in numbers]
    return Table((Column(_("Number")), Column(_("Value"))), rows, tuple(unit for _name, unit, _value in numbers))


def totals(asking: Asking) -> PanelFile:
    """What all customers are expected to bring, with the range, the margin and the parameters of the model."""
    found, filters, rules = _found(asking)
    table = _numbers(found, found.model.parameters)
    return PanelFile(_("Forecast"), table, None, filters, (found.choice.words(asking.style.language), *rules))


def tracked(asking: Asking) -> PanelFile:
    """Repeat purchases added up, as they were and as the model of that time told them."""
    found, filters, rules = _found(asking)
    rows = list(zip(found.tracked.days, found.tracked.actual, found.tracked.told, strict=True))
    columns = (Column(_("Days"), "days"), Column(_("Actual"), "count"), Column(_("Forecast"), "count"))
    known = _("The forecast knew the first {split} days only.").format(split=found.tracked.split)
    title = _("Repeat purchases, added up every four weeks")
    return PanelFile(title, Table(columns, rows), None, filters, (known, *rules))


def alive(asking: Asking) -> PanelFile:
    """Customers by their chance to be there still."""
    found, filters, rules = _found(asking)
    hidden = small_parts(found.alive)
    rows = [(step / 10, (step + 1) / 10, None if step in hidden else count) for step, count in enumerate(found.alive)]
    columns = (Column(_("Chance from"), "ratio"), Column(_("to"), "ratio"), Column(_("Customers"), "count"))
    title = _("Customers by their chance to be there still")
    return PanelFile(title, Table(columns, rows), None, filters, rules, bool(hidden))


def customers(asking: Asking) -> PanelFile:
    """The customers worth most, as the page lists them."""
    found, filters, rules = _found(asking)
    rows = [
        (each.customer_id, each.first_on, each.last_on, each.frequency + 1, each.alive, each.expected, each.worth)
        for each in found.top
    ]
    columns = (
        Column(_("Customer")),
        Column(_("First purchase")),
        Column(_("Last purchase")),
        Column(_("Days with a purchase"), "count"),
        Column(_("Still there"), "ratio"),
        Column(_("Purchases expected"), "number"),
        Column(_("Worth today"), "currency"),
    )
    return PanelFile(_("Customers worth most"), Table(columns, rows), None, filters, rules)


def contracts(asking: Asking) -> PanelFile:
    """What running contracts will bring; the CSV has the share there after every month."""
    asked = ForecastAsked.read(asking.request.GET)
    found = queries.contracts(asking.user, asking.business, asked.months, asked.discount)
    language = asking.style.language
    numbers = (
        (_("Customers"), "count", found.customers),
        (_("Monthly revenue"), "currency", found.mrr),
        (_("Revenue expected"), "currency", found.revenue),
        (_("Revenue expected, from (95%)"), "currency", found.interval.low),
        (_("Revenue expected, to (95%)"), "currency", found.interval.high),
        (_("Worth today"), "currency", found.worth),
        (_("Margin"), "ratio", found.margin),
        (_("Still there at the end"), "ratio", found.kept),
        *((name, "number", value) for name, value in found.parameters.items()),
    )
    rows = [(name, value) for name, _unit, value in numbers]
    shown = Table((Column(_("Number")), Column(_("Value"))), rows, tuple(unit for _name, unit, _value in numbers))
    steps = [(month, *pair) for month, pair in enumerate(zip(found.known, found.told, strict=True))]
    columns = (Column(_("Months"), "months"), Column(_("Observed"), "ratio"), Column(found.choice.name, "ratio"))
    cautions = (each.words(language) for each in found.choice.cautions)
    rules = (found.choice.words(language), *cautions, without_cost_words(found.without_cost, asking.style))
    return PanelFile(_("What running contracts will bring"), shown, Table(columns, steps), _ahead(asked), rules)


def occasions(asking: Asking) -> PanelFile:
    """What customers are expected to buy who can buy once a period only."""
    asked = ForecastAsked.read(asking.request.GET)
    grain = asked.occasions or Grain.YEAR
    found = queries.occasions(asking.user, asking.business, grain, asked.ahead, asked.discount)
    language = asking.style.language
    table = _numbers(found, found.parameters)
    filters = (*_ahead(asked), (_("Occasions ahead"), f"{found.ahead}"), (_("From"), asking.label(found.first)))
    cautions = (each.words(language) for each in found.choice.cautions)
    rules = (found.choice.words(language), *cautions, without_cost_words(found.without_cost, asking.style))
    return PanelFile(_("Forecast"), table, None, (*filters, (_("to"), asking.label(found.last))), rules)


PANELS: Panels = {
    "totals": totals,
    "tracked": tracked,
    "alive": alive,
    "customers": customers,
    "contracts": contracts,
    "occasions": occasions,
}
