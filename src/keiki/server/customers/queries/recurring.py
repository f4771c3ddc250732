"""Reads about recurring revenue: what moved it, by whose rules, and how long contracts last."""

from __future__ import annotations

from typing import Any

from keiki.customers.lives import LifeRule
from keiki.engine.recurring import (
    PERIODS,
    Difference,
    RecurringAnswer,
    last_periods,
    recurring,
    recurring_differences,
)
from keiki.engine.survival import SurvivalAnswer, survival
from keiki.measures.told import CONTRACTS, CUSTOMERS
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def movements(user: Any, business: Business, preset: str, grain: Grain, count: int = PERIODS) -> RecurringAnswer:
    """The last periods by a preset."""
    return door.answered(
        user,
        business,
        ("recurring", preset, grain, count),
        lambda numbers: recurring(numbers, last_periods(numbers, grain, count), preset),
        tells=CONTRACTS,
    )


def differences(
    user: Any, business: Business, preset: str, grain: Grain, count: int = PERIODS
) -> tuple[Difference, ...]:
    """Why a preset differs from ours in the last periods."""
    return door.answered(
        user,
        business,
        ("recurring differences", preset, grain, count),
        lambda numbers: recurring_differences(numbers, "keiki", preset, last_periods(numbers, grain, count)),
        tells=CONTRACTS,
    )


def lives(user: Any, business: Business, rule: LifeRule, dormancy_days: int | None = None) -> SurvivalAnswer:
    """How long customers stay; `dormancy_days` of silence end a life of purchases (None: the setting)."""
    return door.answered(
        user,
        business,
        ("survival", rule, dormancy_days),
        lambda numbers: survival(numbers, rule, dormancy_days),
        tells=CUSTOMERS,
    )
