"""Reads about revenue from lead to renewal, of everybody or of a segment of customers."""

from __future__ import annotations

from typing import Any

from keiki.engine.whole_revenue import ATTRIBUTES as ATTRIBUTES
from keiki.engine.whole_revenue import WholeRevenue, customer_segments, whole_revenue
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

LINE = 0.35
"""The share of revenue from expansion that is drawn as a line to reach, where nobody asks for another."""


def whole(user: Any, business: Business, segment: tuple[str, str] | None) -> WholeRevenue:
    """Twelve months from lead to renewal."""
    return door.answered(user, business, ("whole revenue", segment), lambda numbers: whole_revenue(numbers, segment))


def segments(user: Any, business: Business) -> dict[str, tuple[str, ...]]:
    """What customers can be told apart by, and the values of each."""
    return door.answered(user, business, "customer segments", customer_segments)
