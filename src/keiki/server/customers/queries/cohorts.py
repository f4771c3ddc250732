"""Reads about cohorts: customers by when they began, and who stayed."""

from __future__ import annotations

from typing import Any

from keiki.customers.cohort_table import CohortTable, TableRule
from keiki.engine.business import Business as Numbers
from keiki.engine.cohort_table import COHORTS as COHORTS
from keiki.engine.cohort_table import cohort_table
from keiki.engine.cohort_table import event_names as event_names_of
from keiki.measures.told import NOTHING, WORTH
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def tables(user: Any, business: Business, rule: TableRule, count: int = COHORTS) -> tuple[CohortTable, ...]:
    """The cohort table, one per segment where the rule splits."""
    return door.answered(
        user, business, ("cohorts", rule, count), lambda numbers: cohort_table(numbers, rule, count), tells=WORTH
    )


def event_names(user: Any, business: Business) -> tuple[str, ...]:
    """The names that events of people have, the most frequent first."""
    return door.answered(user, business, "event names", event_names_of, tells=NOTHING)


def begins_with(user: Any, business: Business) -> str:
    """How customers of this business begin: with a contract where it has contracts and never had an order."""
    return door.answered(user, business, "begins with", _begins_with, tells=NOTHING)


def _begins_with(numbers: Numbers) -> str:
    has = {fact: numbers.measurer.coverage(fact).first is not None for fact in ("orders", "subscriptions")}
    return "contract" if has["subscriptions"] and not has["orders"] else "order"
