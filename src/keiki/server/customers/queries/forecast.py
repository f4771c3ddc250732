"""Reads about the forecast of customers."""

from __future__ import annotations

from datetime import date
from typing import Any

from keiki.customers.history import HistoryRule
from keiki.engine.contract_forecast import ContractForecast, contract_forecast
from keiki.engine.customer_forecast import Forecast, ForecastRule, customer_forecast
from keiki.engine.customer_history import HistoryPage, history_page
from keiki.engine.occasion_forecast import OccasionForecast, occasion_forecast
from keiki.measures.told import NOTHING, WORTH
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

MODELS = ("BG/NBD", "MBG/NBD", "Pareto/NBD")
MONTHS = (6, 12, 24, 36)
OCCASIONS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


def forecast(
    user: Any, business: Business, months: int, discount: float, model: str | None, split: date | None = None
) -> Forecast:
    """What customers are expected to bring in the next months. Raises NoCustomers and SplitImpossible."""
    rule = ForecastRule(months, discount, model, split=split)
    return door.answered(
        user, business, ("customer forecast", rule), lambda numbers: customer_forecast(numbers, rule), tells=WORTH
    )


def occasions(user: Any, business: Business, grain: Grain, ahead: int, discount: float) -> OccasionForecast:
    """What customers are expected to buy who can buy once a period only. Raises NoCustomers."""
    key = ("occasion forecast", grain, ahead, discount)
    return door.answered(
        user, business, key, lambda numbers: occasion_forecast(numbers, grain, ahead, discount), tells=WORTH
    )


def history(user: Any, business: Business, asked: HistoryRule, limit: int, offset: int) -> HistoryPage:
    """What forecasts of buyers are fitted to. Raises SplitImpossible."""
    key = ("customer history", asked.until, asked.held_out_until, asked.unit, limit, offset)
    return door.answered(
        user,
        business,
        key,
        lambda numbers: history_page(numbers, asked.until, asked.held_out_until, asked.unit, limit, offset),
        tells=WORTH,
    )


def has_contracts(user: Any, business: Business) -> bool:
    """Whether a business has ever had a contract."""
    return door.answered(
        user,
        business,
        "has contracts",
        lambda numbers: numbers.measurer.coverage("subscriptions").first is not None,
        tells=NOTHING,
    )


def contracts(user: Any, business: Business, months: int, discount: float) -> ContractForecast:
    """What the contracts that run today will bring. Raises NoCustomers."""
    key = ("contract forecast", months, discount)
    return door.answered(user, business, key, lambda numbers: contract_forecast(numbers, months, discount), tells=WORTH)
