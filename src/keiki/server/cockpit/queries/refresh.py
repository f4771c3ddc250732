"""How often panels look for newer data: every few minutes, or the state of the data with which the day began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from keiki.measures.told import NOTHING
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

POLLED: Final = 240
"""Seconds between two looks of a panel that is to be new within five minutes: a minute is left for drawing it."""


@dataclass(frozen=True)
class DayState:
    """The state of the data that a day is told from, and when its last rows came in."""

    snapshot: int
    at: datetime


def state_of_day(user: Any, business: Business) -> DayState | None:
    """What had come in before the day of the business began; else the first that came. None while nothing has."""
    states: tuple[DayState, ...] = door.answered(
        user,
        business,
        "states",
        lambda numbers: tuple(
            DayState(each.snapshot, each.at.replace(tzinfo=UTC))
            for each in numbers.imports()
            if each.snapshot is not None
        ),
        tells=NOTHING,
    )
    began = datetime.combine(business.calendar.today(), time(), ZoneInfo(business.zone))
    return next((each for each in states if each.at < began), states[-1] if states else None)
