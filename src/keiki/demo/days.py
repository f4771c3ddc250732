"""The days of the demo: growth, seasons, weekdays and the hours at which people shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Columns = dict[str, Array]

MONTH_OF_YEAR = np.array([1.02, 1.08, 1.0, 0.97, 0.98, 0.93, 0.88, 0.84, 0.95, 1.02, 1.1, 1.25])
DAY_OF_WEEK = np.array([1.0, 0.97, 0.96, 0.98, 0.97, 1.06, 1.12])
HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 6, 6, 5, 5, 5, 8, 6, 5, 5, 5, 5, 6, 7, 9, 11, 10, 5], dtype=float)


@dataclass(frozen=True)
class Days:
    """The calendar of the demo: every day from the opening to the last one."""

    until: date
    months: int

    @property
    def first(self) -> np.datetime64:
        """The day the shop opened."""
        return np.datetime64(self.month_starts[0])

    @property
    def end(self) -> np.datetime64:
        """The day after the last one."""
        return np.datetime64(self.until, "D") + 1

    @property
    def month_starts(self) -> Array:
        """The first day of every month, the running one included."""
        this_month = np.datetime64(self.until, "M")
        return np.arange(this_month - self.months, this_month + 1).astype("datetime64[D]")

    @property
    def all(self) -> Array:
        return np.arange(self.first, self.end)

    def pace(self, chance: np.random.Generator, growth: float, noise: float = 0.08) -> Array:
        """How busy each day is: 1.0 at the opening, `growth` more after two years."""
        days = self.all
        rising = 1 + growth * np.arange(len(days)) / 730
        return rising * season(days) * np.exp(chance.normal(0, noise, len(days)))


def season(days: Array) -> Array:
    """The factor of the month and the weekday of each day."""
    month = days.astype("datetime64[M]").astype(int) % 12
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7
    return np.asarray(MONTH_OF_YEAR[month] * DAY_OF_WEEK[weekday])


def months_later(days: Array, months: Array | int) -> Array:
    """The same day of the month so many months later; days up to the 28th exist in every month."""
    month = days.astype("datetime64[M]")
    return np.asarray((month + months).astype("datetime64[D]") + (days - month.astype("datetime64[D]")))


def at_hours(chance: np.random.Generator, days: Array) -> Array:
    """A moment of each day, busy in the evening, to the second."""
    hours = chance.choice(24, size=len(days), p=HOURS / HOURS.sum())
    seconds = hours * 3600 + chance.integers(0, 3600, len(days))
    return np.asarray(days.astype("datetime64[s]") + seconds.astype("timedelta64[s]"))


def drawn(chance: np.random.Generator, shares: dict[str, float], size: int) -> Array:
    """Words drawn by their shares."""
    weights = np.array(list(shares.values()))
    return words(list(shares))[chance.choice(len(shares), size=size, p=weights / weights.sum())]


def words(values: Sequence[str | None]) -> Array:
    """Text that may be missing."""
    return np.array(values, dtype=object)


def numbered(prefix: str, numbers: Array, width: int = 6) -> Array:
    """Ids such as C000012."""
    return words([f"{prefix}{number:0{width}d}" for number in numbers.tolist()])
