"""Reads about how customers buy again."""

from __future__ import annotations

from typing import Any

from keiki.engine.repeat import Repeat, repeat
from keiki.measures.told import WORTH
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def bought_again(user: Any, business: Business) -> Repeat:
    """How customers bought again in the last twelve whole months."""
    return door.answered(user, business, "repeat", repeat, tells=WORTH)
