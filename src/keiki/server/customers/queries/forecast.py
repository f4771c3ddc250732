"""Reads about the forecast of customers."""

from __future__ import annotations

from typing import Any

from keiki.engine.customer_forecast import Forecast, ForecastRule, customer_forecast
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

MODELS = ("BG/NBD", "MBG/NBD", "Pareto/NBD")
MONTHS = (6, 12, 24, 36)


def forecast(user: Any, business: Business, months: int, discount: float, model: str | None) -> Forecast:
    """What customers are expected to bring in the next months. Raises NoCustomers."""
    rule = ForecastRule(months, discount, model)
    return door.answered(user, business, ("customer forecast", rule), lambda numbers: customer_forecast(numbers, rule))
