"""Reads about how customers buy again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keiki.customers.repeat import WINDOWS
from keiki.engine.repeat import Repeat, repeat
from keiki.lens import period_of
from keiki.measures.told import WORTH
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def bought_again(user: Any, business: Business, when: str | None = None, windows: Sequence[str] = WINDOWS) -> Repeat:
    """How customers bought again in a period as people type it; default: twelve whole months whose customers have all
    been watched. Raises UnreadablePeriod and UnreadableWindow.
    """
    period = None if when is None else period_of(when, business.calendar)
    key = ("repeat", period, *windows)
    return door.answered(user, business, key, lambda numbers: repeat(numbers, period, windows), tells=WORTH)
