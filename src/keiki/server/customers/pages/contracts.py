"""What running contracts will bring, as a panel of the forecast: the model with its reason, and how long they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, number
from keiki.charts.lines import Line, lines
from keiki.errors import NoCustomers
from keiki.server.accounts.models import Business
from keiki.server.customers.queries import forecast as queries

if TYPE_CHECKING:
    from keiki.engine.contract_forecast import ContractForecast


@dataclass(frozen=True)
class ModelRow:
    name: str
    chosen: bool
    parameters: str
    fit: str
    settled: str


@dataclass(frozen=True)
class ContractPanel:
    sentence: str
    worth: str
    revenue: str
    interval: str
    kept: str
    basis: str
    model: str
    reason: str
    cautions: tuple[str, ...]
    held: str
    curve: Chart
    models: tuple[ModelRow, ...]


def contract_panel(
    request: Any, business: Business, months: int, discount: float, style: Style
) -> ContractPanel | None:
    """The panel of a business; None where no contract runs."""
    if not queries.has_contracts(request.user, business):
        return None
    try:
        found = queries.contracts(request.user, business, months, discount)
    except NoCustomers:
        return None
    low, high = found.interval.low, found.interval.high
    money = [number(each, "currency", style) for each in (low, high)]
    return ContractPanel(
        sentence=_sentence(found, style),
        worth=number(found.worth, "currency", style),
        revenue=number(found.revenue, "currency", style),
        interval=MISSING if low is None or high is None else " – ".join(money),
        kept=number(found.kept, "ratio", style),
        basis=_(
            "The monthly revenue of today, as far as its contracts go on; worth is its gross profit ({margin}), "
            "{discount} a year taken off for waiting. Full months are counted."
        ).format(margin=number(found.margin, "ratio", style), discount=number(found.discount, "ratio", style)),
        model=found.choice.name,
        reason=found.choice.words(style.language),
        cautions=tuple(each.words(style.language) for each in found.choice.cautions),
        held=_held(found, style),
        curve=_curve(found, style),
        models=tuple(_model(found, place, style) for place in range(len(found.choice.candidates))),
    )


def _sentence(found: ContractForecast, style: Style) -> str:
    return _(
        "{customers} customers with {mrr} a month are expected to bring {revenue} in the next {months}; "
        "{kept} of them will be there at its end."
    ).format(
        customers=number(found.customers, "count", style),
        mrr=number(found.mrr, "currency", style),
        revenue=number(found.revenue, "currency", style),
        months=number(found.months, "months", style),
        kept=number(found.kept, "ratio", style),
    )


def _held(found: ContractForecast, style: Style) -> str:
    held = found.held_out
    if held is None:
        return _("There are no contracts from a year ago to try it on.")
    return _("A year ago it would have said that {told} of {customers} customers stay; {actual} did.").format(
        told=number(round(held.expected), "count", style),
        customers=number(held.customers, "count", style),
        actual=number(held.actual, "count", style),
    )


def _curve(found: ContractForecast, style: Style) -> Chart:
    series = [Line(_("Observed"), found.known), Line(found.choice.name, found.told)]
    labels = [str(place) for place in range(len(found.told))]
    return lines(
        _("Share of contracts still there"), _held(found, style), series, labels, "ratio", style, over=_("Months")
    )


def _model(found: ContractForecast, place: int, style: Style) -> ModelRow:
    each = found.choice.candidates[place]
    values = zip(each.estimate.names, each.estimate.values, strict=True)
    return ModelRow(
        name=each.name,
        chosen=each.name == found.choice.name,
        parameters=", ".join(f"{name} {value:.3g}" for name, value in values),
        fit=number(round(each.estimate.bic), "count", style),
        settled=_("yes") if each.settled else _("no"),
    )
