"""What customers will buy who can buy once a period only, as the panels of the forecast that is asked so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keiki.charts.format import MISSING, Style, number
from keiki.server.accounts.models import Business
from keiki.server.customers.forms.forecast import ForecastAsked
from keiki.server.customers.queries import forecast as queries

if TYPE_CHECKING:
    from keiki.engine.occasion_forecast import OccasionForecast


@dataclass(frozen=True)
class BoughtRow:
    """Customers who had bought equally often in the first half: purchases told and bought in the second, each."""

    bought: str
    customers: str
    told: str
    actual: str
    naive: str


@dataclass(frozen=True)
class OccasionPanel:
    sentence: str
    worth: str
    purchases: str
    interval: str
    present: str
    basis: str
    model: str
    reason: str
    cautions: tuple[str, ...]
    held: str
    classes: tuple[BoughtRow, ...]


def occasion_panel(request: Any, business: Business, asked: ForecastAsked, style: Style) -> OccasionPanel | None:
    """The panel; None where customers are asked as buying at any time. Raises NoCustomers."""
    if asked.occasions is None:
        return None
    found = queries.occasions(request.user, business, asked.occasions, asked.ahead, asked.discount)
    low, high = found.interval.low, found.interval.high
    bounds = [number(round(each or 0), "count", style) for each in (low, high)]
    held = found.hold_out
    classes = () if held is None else held.classes
    return OccasionPanel(
        sentence=_sentence(business, found, style),
        worth=number(found.worth, "currency", style),
        purchases=number(round(found.purchases), "count", style),
        interval=MISSING if low is None or high is None else " – ".join(bounds),
        present=number(round(found.present), "count", style),
        basis=_(
            "Several purchases in one period count as one. Worth is gross profit of today: margin {margin}, {discount} "
            "a year taken off for waiting."
        ).format(margin=number(found.margin, "ratio", style), discount=number(found.discount, "ratio", style)),
        model=found.choice.name,
        reason=found.choice.words(style.language),
        cautions=tuple(each.words(style.language) for each in found.choice.cautions),
        held=_("There were too few occasions to prove it.") if held is None else held.words(style.language),
        classes=tuple(
            BoughtRow(
                number(each.frequency, "count", style) + ("+" if each.and_more else ""),
                number(each.customers, "count", style),
                *(f"{value:.2f}" for value in (each.expected, each.actual, each.naive)),
            )
            for each in classes
        ),
    )


def _sentence(business: Business, found: OccasionForecast, style: Style) -> str:
    calendar = business.calendar
    return _(
        "{customers} customers of {first} to {last} are expected to buy {purchases} times. Occasions ahead: {ahead}."
    ).format(
        customers=number(found.customers, "count", style),
        first=calendar.label(found.first, style.language),
        last=calendar.label(found.last, style.language),
        purchases=number(round(found.purchases), "count", style),
        ahead=found.ahead,
    )
