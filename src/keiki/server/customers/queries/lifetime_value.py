"""Reads about lifetime value: the terms a business's own data gives, and what its customers have brought so far."""

from __future__ import annotations

from datetime import date
from typing import Any

from keiki.engine.lifetime_value import OwnTerms, OwnValue, Worths, customer_worths, own_terms, own_value
from keiki.measures.told import WORTH
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

GROUPED_BY = ("rfm_segment", "cohort", "channel", "product", "plan")


def terms(user: Any, business: Business, on: date | None) -> OwnTerms:
    """The terms of the formulas in a month, as this business measures them."""
    return door.answered(user, business, ("ltv terms", on), lambda numbers: own_terms(numbers, on), tells=WORTH)


def value(user: Any, business: Business) -> OwnValue:
    """The lifetime value in gross profit of the last month that is over."""
    return door.answered(user, business, "own lifetime value", own_value, tells=WORTH)


def worths(user: Any, business: Business) -> dict[str, Worths]:
    """What customers have brought so far, by each of GROUPED_BY."""
    return door.answered(
        user, business, "customer worths", lambda numbers: customer_worths(numbers, GROUPED_BY), tells=WORTH
    )
