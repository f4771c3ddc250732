"""Reads about revenue from lead to renewal, of everybody or of a segment of customers."""

from __future__ import annotations

from typing import Any

from keiki.engine.business import Business as Numbers
from keiki.engine.whole_revenue import ATTRIBUTES as ATTRIBUTES
from keiki.engine.whole_revenue import NUMBERS as NUMBERS
from keiki.engine.whole_revenue import WholeRevenue, customer_segments, segment_size, whole_revenue
from keiki.measures.rules import Rules
from keiki.measures.told import CUSTOMERS, NOTHING
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def whole(user: Any, business: Business, segment: tuple[str, str] | None) -> WholeRevenue:
    """Twelve months from lead to renewal."""
    return door.answered(user, business, ("whole revenue", segment), lambda numbers: whole_revenue(numbers, segment))


def size(user: Any, business: Business, segment: tuple[str, str]) -> int:
    """How many customers a number of a segment may be about for whoever sees that of everybody, too: those in it, or
    those out of it where they are fewer.
    """

    def ask(numbers: Numbers) -> int:
        inside, everybody = segment_size(numbers, segment)
        rest = everybody - inside
        return min(inside, rest) if rest else inside

    return door.answered(user, business, ("segment size", segment), ask, tells=CUSTOMERS)


def rules(user: Any, business: Business) -> Rules:
    """The settings the numbers follow."""
    return door.answered(user, business, "rules", lambda numbers: numbers.rules, tells=NOTHING)


def segments(user: Any, business: Business) -> dict[str, tuple[str, ...]]:
    """What customers can be told apart by, and the values of each."""
    return door.answered(user, business, "customer segments", customer_segments, tells=NOTHING)
