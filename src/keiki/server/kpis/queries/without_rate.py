"""The money that is in no number because no exchange rate converts it, as every page tells it."""

from __future__ import annotations

from typing import Any

from keiki.engine.left_out import LeftOut, left_out
from keiki.measures.told import NOTHING
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.access import answered


def left_out_of(user: Any, business: Business) -> tuple[LeftOut, ...]:
    """The rows without a rate, by fact and currency."""
    return answered(user, business, "left out", left_out, tells=NOTHING)
