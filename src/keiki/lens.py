"""The question: which periods (also as people type them), which segment, which comparison, in which currency."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from keiki.errors import UnknownName, UnreadablePeriod
from keiki.periods import Calendar, Grain, Period, add_months

if TYPE_CHECKING:
    from keiki.formula.nodes import Condition  # the formula language stands above the lens

COMPARISONS = ("previous", "last_year")
"""What `prev()` may mean."""
SO_FAR, PROVISIONAL, FINAL = "so_far", "provisional", "final"
"""How certain the number of a period is: it still runs, late rows may change it, it stands."""
DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
WEEK = re.compile(r"(\d{4})-W(\d{1,2})")
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
YEAR = re.compile(r"(\d{4})")


@dataclass(frozen=True)
class Lens:
    """Periods in order, narrowed by `where` and split by the dimensions of `by`.

    `comparison` is what `prev()` means: `previous` or `last_year`. `today` is the last day the data speaks of:
    a period that it cuts is incomplete and is compared with the same number of days. None: every period is complete.
    `settling` is how many days beyond a period the data has to reach until the numbers of that period are final.
    """

    periods: tuple[Period, ...]
    calendar: Calendar = Calendar()
    where: Condition | None = None
    by: tuple[str, ...] = ()
    comparison: str = "previous"
    currency: str = "JPY"
    today: date | None = None
    settling: int = 0

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            raise UnknownName(kind="comparison", name=self.comparison, known=COMPARISONS)

    def complete(self, index: int) -> bool:
        """Whether the data reaches the end of the period."""
        return self.today is None or self.periods[index].end <= self.today + timedelta(days=1)

    def certainty(self, index: int) -> str:
        """`so_far` while the period runs, `provisional` until the data reaches `settling` days beyond it, then `final`.

        >>> from keiki.periods import Period
        >>> october = Period(date(2026, 10, 1), date(2026, 11, 1))
        >>> [Lens((october,), today=date(2026, *day), settling=5).certainty(0) for day in ((10, 30), (11, 4), (11, 5))]
        ['so_far', 'provisional', 'final']
        """
        if not self.complete(index):
            return SO_FAR
        settled = self.periods[index].end + timedelta(days=self.settling - 1)
        return FINAL if self.today is None or self.today >= settled else PROVISIONAL

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


def period_of(text: str, calendar: Calendar) -> Period:
    """One period: a day, ISO week, month, quarter, year, or a range of them; quarters and years are the business's.

    A fiscal year is named by its first month's year. `UnreadablePeriod` when the text is none of these.

    >>> period_of("2026-Q4", Calendar()).start, period_of("2026", Calendar(fiscal_start=4)).end
    (datetime.date(2026, 10, 1), datetime.date(2027, 4, 1))
    """
    first, dots, last = text.strip().upper().partition("..")
    if dots:
        return Period(_single(first, calendar, text).start, _single(last, calendar, text).end)
    return _single(first, calendar, text)


def periods_of(text: str, calendar: Calendar, grain: Grain | None = None) -> tuple[Period, ...]:
    """The periods of a lens: the one typed, or the periods of `grain` in it.

    A range without a grain is cut into the grain of its first end: 2026-08..2026-10 is three months.
    """
    first, dots, _ = text.strip().upper().partition("..")
    whole = period_of(text, calendar)
    if grain is None and dots:
        grain = _single(first, calendar, text).grain
    return calendar.periods(grain, whole.start, whole.end) if grain else (whole,)


def _single(text: str, calendar: Calendar, typed: str) -> Period:
    try:
        found = _read(text.strip(), calendar)
    except ValueError:
        found = None
    if found is None:
        raise UnreadablePeriod(text=typed)
    return found


def _read(text: str, calendar: Calendar) -> Period | None:
    if match := DAY.fullmatch(text):
        return calendar.period(Grain.DAY, date(*map(int, match.groups())))
    if match := WEEK.fullmatch(text):
        return calendar.period(Grain.WEEK, date.fromisocalendar(int(match[1]), int(match[2]), 4))
    if match := QUARTER.fullmatch(text):
        first = date(int(match[1]), calendar.fiscal_start, 1)
        return calendar.period(Grain.QUARTER, add_months(first, 3 * (int(match[2]) - 1)))
    if match := MONTH.fullmatch(text):
        return calendar.period(Grain.MONTH, date(int(match[1]), int(match[2]), 1))
    if match := YEAR.fullmatch(text):
        return calendar.period(Grain.YEAR, date(int(match[1]), calendar.fiscal_start, 1))
    return None
