"""Reads about cohorts: customers by when they began, and who stayed."""

from __future__ import annotations

from typing import Any

from keiki.customers.cohort_table import CohortTable, TableRule
from keiki.engine.cohort_table import COHORTS, cohort_table
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def tables(user: Any, business: Business, rule: TableRule, count: int = COHORTS) -> tuple[CohortTable, ...]:
    """The cohort table, one per segment where the rule splits."""
    return door.answered(user, business, ("cohorts", rule, count), lambda numbers: cohort_table(numbers, rule, count))


def begins_with(user: Any, business: Business) -> str:
    """How customers of this business begin: with an order, or where it has none with a contract."""
    rule = TableRule()
    return "order" if tables(user, business, rule) else "contract"
