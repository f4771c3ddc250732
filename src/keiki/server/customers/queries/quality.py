"""Reads about good and bad revenue: by period, the curves of profit, and where acquisition money comes back."""

from __future__ import annotations

from typing import Any

from keiki.customers.profit_curves import Curve
from keiki.engine.customer_quality import (
    Places,
    QualityReport,
    crossed_curves,
    places,
    profit_curves,
    quality_report,
    quality_told,
)
from keiki.engine.gross_margin import GrossMargin, gross_margin
from keiki.measures.rules import Rules
from keiki.measures.told import NOTHING, WORTH
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

FIT = "icp_fit"
CURVES_BY = ("cohort", "channel", "product", "plan", FIT)
PLACES_BY = ("channel", "product", "plan", "campaign", FIT)


def report(user: Any, business: Business, grain: Grain) -> QualityReport:
    """Revenue quality of the last eight periods."""
    return door.answered(
        user, business, ("quality report", grain), lambda numbers: quality_report(numbers, grain), tells=WORTH
    )


def told(user: Any, business: Business, grain: Grain) -> tuple[dict[str, Any], ...]:
    """The periods of `report` without what rests on fewer than five customers and what would give it away."""
    return door.answered(
        user, business, ("quality told", grain), lambda numbers: quality_told(numbers, grain), tells=WORTH
    )


def sales_margin(user: Any, business: Business) -> GrossMargin:
    """What is left of all sales so far, and how many of them say what they cost."""
    return door.answered(user, business, "gross margin", gross_margin, tells=WORTH)


def curves_by(user: Any, business: Business, by: tuple[str, ...]) -> dict[str, tuple[Curve, ...]]:
    """The cumulative profit of a customer by age, for each group of each of the splits."""
    wanted = tuple(dict.fromkeys(by))
    key = ("profit curves", wanted)
    return door.answered(user, business, key, lambda numbers: profit_curves(numbers, wanted), tells=WORTH)


def curves(user: Any, business: Business, by: tuple[str, ...], beside: str = "") -> tuple[Curve, ...]:
    """The cumulative profit of a customer by age, for each combination of the splits; `beside` is a split that the
    same page asks for.
    """
    if len(by) == 1:
        return curves_by(user, business, (*by, beside) if beside else by)[by[0]]
    key = ("crossed curves", by)
    return door.answered(user, business, key, lambda numbers: crossed_curves(numbers, by), tells=WORTH)


def places_by(user: Any, business: Business, by: str, beside: str) -> Places:
    """What to do with acquisition money, by one of PLACES_BY; `beside` are the curves shown on the same page."""
    found = curves_by(user, business, (beside, by))[by]
    key = ("places", by)
    return door.answered(user, business, key, lambda numbers: places(numbers, by, found), tells=WORTH)


def rules(user: Any, business: Business) -> Rules:
    """The settings the numbers follow."""
    return door.answered(user, business, "rules", lambda numbers: numbers.rules, tells=NOTHING)
