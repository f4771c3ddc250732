"""The question: which periods, which segment, which comparison, in which currency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from keiki.errors import UnknownName
from keiki.periods import Calendar, Period

if TYPE_CHECKING:
    from keiki.formula.nodes import Condition  # the formula language stands above the lens

COMPARISONS = ("previous", "last_year")
"""What `prev()` may mean."""


@dataclass(frozen=True)
class Lens:
    """Periods in order, narrowed by `where` and split by the dimensions of `by`.

    `comparison` is what `prev()` means: `previous` or `last_year`. `today` is the last day the data speaks of:
    a period that it cuts is incomplete and is compared with the same number of days. None: every period is complete.
    """

    periods: tuple[Period, ...]
    calendar: Calendar = Calendar()
    where: Condition | None = None
    by: tuple[str, ...] = ()
    comparison: str = "previous"
    currency: str = "JPY"
    today: date | None = None

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            raise UnknownName(kind="comparison", name=self.comparison, known=COMPARISONS)

    def complete(self, index: int) -> bool:
        """Whether the data reaches the end of the period."""
        return self.today is None or self.periods[index].end <= self.today + timedelta(days=1)

    def period(self, index: int, back: int = 0) -> Period:
        """The days read for a period, or for its comparison `back` steps before; like for like when it is not over."""
        period = self.periods[index]
        for _ in range(back):
            period = self._before(period)
        if self.complete(index) or self.today is None or self.today < self.periods[index].start:
            return period
        elapsed, same = self.calendar.to_date(self.periods[index], self.today, period)
        return same if back else elapsed

    def compared(self, comparison: str) -> Lens:
        """The same question with another meaning of `prev()`."""
        return replace(self, comparison=comparison)

    def _before(self, period: Period) -> Period:
        if self.comparison == "last_year":
            return self.calendar.last_year(period)
        return self.calendar.shift(period, -1)
