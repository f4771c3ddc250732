"""The business calendar: time zone, weeks, fiscal year, closing day, holidays; half-open periods and comparisons."""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from keiki.errors import CalendarError, DateOutOfRange, PeriodError, UnknownName

ONE_DAY = timedelta(days=1)
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @classmethod
    def named(cls, name: str) -> Grain:
        """The grain of that name; raises UnknownName."""
        if name not in {grain.value for grain in cls}:
            raise UnknownName(kind="grain", name=name, known=[grain.value for grain in cls])
        return cls(name)


MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
"""Length in months of the grains that are made of months; day and week are made of days."""


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` up to but not including `end`. `grain` is None for a free range."""

    start: date
    end: date
    grain: Grain | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PeriodError(start=self.start, end=self.end)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """Its last day; of an empty period the day before its start."""
        return self.end - ONE_DAY

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """The same day of a month `months` later, or that month's last day when it is shorter.

    In a series give the day it began with as `anchor_day`, so that the 31st comes back after February.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    >>> add_months(date(2026, 2, 28), 1, anchor_day=31)
    datetime.date(2026, 3, 31)
    """
    first = _first_of_month(day.year * 12 + day.month - 1 + months)
    longest = gregorian.monthrange(first.year, first.month)[1]
    return first.replace(day=min(anchor_day or day.day, longest))


@dataclass(frozen=True)
class Calendar:
    """How a business counts time.

    `week_start` 0 = Monday … 6 = Sunday. `fiscal_start` = first month of the fiscal year (1–12).
    `closing_day` = last day of the business month (1–27), None for the end of the calendar month: with 20,
    October is 21 September to 20 October. Quarter and year are made of business months from `fiscal_start` on.
    `label_style`: `calendar` (2026年10月), `fiscal` (2026年度 第3四半期; a fiscal year is named by its first year).
    `country` = a code of the `holidays` library, empty for none. Business days are Monday to Friday without holidays.
    """

    zone: str = "Asia/Tokyo"
    week_start: int = 0
    fiscal_start: int = 1
    closing_day: int | None = None
    label_style: str = "calendar"
    country: str = "JP"

    def __post_init__(self) -> None:
        checks = {
            "zone": _is_zone(self.zone),
            "week_start": self.week_start in range(7),
            "fiscal_start": self.fiscal_start in range(1, 13),
            "closing_day": self.closing_day is None or self.closing_day in range(1, 28),
            "label_style": self.label_style in ("calendar", "fiscal"),
            "country": self.country == "" or self.country in _countries(),
        }
        for field, good in checks.items():
            if not good:
                raise CalendarError(field=field, value=getattr(self, field))

    # --- periods of a grain ---

    def period(self, grain: Grain, on: date) -> Period:
        """The period of that grain that holds the day."""
        if grain in MONTHS:
            length = MONTHS[grain]
            offset = (self._month_number(on) - (self.fiscal_start - 1)) % length
            return self._months(grain, self._month_number(on) - offset)
        if grain is Grain.WEEK:
            start = _moved(on, -((on.weekday() - self.week_start) % 7))
            return Period(start, _moved(start, 7), grain)
        return Period(on, _moved(on, 1), grain)

    def periods(self, grain: Grain, start: date, end: date) -> tuple[Period, ...]:
        """All whole periods of that grain that touch [start, end), in order."""
        return tuple(self._from(grain, start, end))

    def shift(self, period: Period, steps: int) -> Period:
        """The period `steps` later (negative: earlier) of the same grain; a free range moves by its own length."""
        grain = period.grain
        if grain is None:
            return Period(_moved(period.start, steps * period.days), _moved(period.end, steps * period.days))
        if grain in MONTHS:
            first = self._month_number(self.period(grain, period.start).start)
            return self._months(grain, first + steps * MONTHS[grain])
        length = 7 if grain is Grain.WEEK else 1
        return self.period(grain, _moved(period.start, steps * length))

    def over(self, grain: Grain, day: date, count: int = 1) -> tuple[Period, ...]:
        """The last `count` periods of a grain that are over at the end of a day, the oldest first.

        >>> [str(month.start) for month in Calendar().over(Grain.MONTH, date(2026, 11, 30), 2)]
        ['2026-10-01', '2026-11-01']
        >>> [str(month.start) for month in Calendar().over(Grain.MONTH, date(2026, 11, 29), 2)]
        ['2026-09-01', '2026-10-01']
        """
        running = self.period(grain, _moved(day, 1))
        return tuple(self.shift(running, step) for step in range(-count, 0))

    def last_year(self, period: Period) -> Period:
        """The same period one (fiscal) year before; a week goes back 52 weeks.

        29 February becomes the 28th. A free range that ends with a month ends with the same month a year before.
        """
        grain = period.grain
        if grain is Grain.WEEK:
            return self.shift(period, -52)
        if grain is not None and grain in MONTHS:
            return self.shift(period, -12 // MONTHS[grain])
        start = add_months(period.start, -12)
        if grain is Grain.DAY:
            return self.period(grain, start)
        if period.days == 0:
            return Period(start, start)
        whole = period.end.day == 1
        return Period(start, add_months(period.end, -12) if whole else _moved(add_months(period.last, -12), 1))

    # --- periods that are not over ---

    def elapsed(self, period: Period, today: date) -> Period:
        """The part of the period up to and including `today`: the last day the data speaks of.

        The whole period when it is over, an empty one when it has not begun; a cut part is a free range.
        """
        if period.end <= today:
            return period
        end = _moved(max(today, _moved(period.start, -1)), 1)
        return period if end == period.end else Period(period.start, min(end, period.end))

    def to_date(
        self, period: Period, today: date, against: Period, *, by_business_days: bool = False
    ) -> tuple[Period, Period]:
        """Like for like: the elapsed part of `period` and the same number of days of `against`.

        By business days the part of `against` holds the same number of business days; days off that follow the
        last one belong to it when `period` has come that far too. A period that is over is compared whole;
        `against` is never left.
        """
        elapsed = self.elapsed(period, today)
        if elapsed.end == period.end:
            return elapsed, against
        if by_business_days:
            end = self._business_end(elapsed, against)
        else:
            end = min(against.end, _moved(against.start, elapsed.days))
        return elapsed, against if end == against.end else Period(against.start, end)

    # --- moments ---

    def instants(self, period: Period) -> tuple[datetime, datetime]:
        """The period's first and past-the-end instants as naive UTC datetimes.

        A day begins at the first instant at which clocks of the zone show it, also where midnight is skipped or
        comes twice; so days of 23 and 25 hours are right and neighbours touch.
        """
        return _beginning(self.zone, period.start), _beginning(self.zone, period.end)

    def today(self, now: datetime | None = None) -> date:
        """The calendar day of the business at this moment; a naive `now` is UTC."""
        moment = datetime.now(UTC) if now is None else now
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(self.zone)).date()

    # --- business days ---

    def holidays(self, period: Period) -> tuple[date, ...]:
        """Public holidays of the period in order, substitute holidays included."""
        if period.days == 0:
            return ()
        years = range(period.start.year, period.last.year + 1)
        return tuple(day for year in years for day in _holidays(self.country, year) if day in period)

    def is_business_day(self, day: date) -> bool:
        """Whether it is neither Saturday, Sunday nor a holiday."""
        return day.weekday() < 5 and day not in _holidays(self.country, day.year)

    def business_days(self, period: Period) -> int:
        """Days of the period that are neither weekend nor holiday."""
        weeks, rest = divmod(period.days, 7)
        first = period.start.weekday()
        weekdays = weeks * 5 + sum((first + step) % 7 < 5 for step in range(rest))
        return weekdays - sum(day.weekday() < 5 for day in self.holidays(period))

    # --- names ---

    def label(self, period: Period, language: str = "ja") -> str:
        """The period's name: 2026年10月, Oct 2026, 2026年度 第3四半期, FY2026 Q3; a week by its first day."""
        ja = language.startswith("ja")
        match period.grain:
            case Grain.MONTH:
                return self._month_label(period, ja)
            case Grain.QUARTER | Grain.YEAR:
                return self._fiscal_label(period, ja)
            case Grain.WEEK:
                return f"{_day_label(period.start, ja)}の週" if ja else f"Week of {_day_label(period.start, ja)}"
        if period.days <= 1:
            return _day_label(period.start, ja)
        return _day_label(period.start, ja) + ("〜" if ja else " – ") + _day_label(period.last, ja)

    def short(self, period: Period, language: str = "ja", year: bool = False) -> str:
        """Its name where there is little room, below a chart: 10月, Oct (with `year`: 26/10, Oct 26), 2026 for a year,
        26 Q3 for a quarter with a number, else its first month with the year; a day or a week as 10/5.
        """
        ja = language.startswith("ja")
        if period.grain not in MONTHS:
            return f"{period.start.month}/{period.start.day}"
        first = self._month_number(period.start)
        fiscal, month = divmod(first - (self.fiscal_start - 1), 12)
        if period.grain is Grain.YEAR:
            return str(fiscal)
        if period.grain is Grain.QUARTER and (self.label_style == "fiscal" or self.fiscal_start == 1):
            return f"{fiscal % 100:02} Q{month // 3 + 1}"
        number, name = first // 12 % 100, MONTH_NAMES[first % 12]
        if year or period.grain is Grain.QUARTER:
            return f"{number:02}/{first % 12 + 1}" if ja else f"{name} {number:02}"
        return f"{first % 12 + 1}月" if ja else name

    # --- inside ---

    def _month_label(self, period: Period, ja: bool) -> str:
        """A month with a closing day is a 月度, named by the month it closes in."""
        name = _month_name(self._month_number(period.start), ja)
        return name + "度" if ja and self.closing_day else name

    def _fiscal_label(self, period: Period, ja: bool) -> str:
        """A quarter or a year by number where the year has a name, else by its first and last month."""
        first = self._month_number(period.start)
        year, month = divmod(first - (self.fiscal_start - 1), 12)
        quarter = month // 3 + 1 if period.grain is Grain.QUARTER else None
        if self.label_style == "fiscal":
            if ja:
                return f"{year}年度 第{quarter}四半期" if quarter else f"{year}年度"
            return f"FY{year} Q{quarter}" if quarter else f"FY{year}"
        if self.fiscal_start == 1:
            if ja:
                return f"{year}年 第{quarter}四半期" if quarter else f"{year}年"
            return f"Q{quarter} {year}" if quarter else f"{year}"
        last = first + MONTHS[period.grain or Grain.MONTH] - 1
        return f"{_month_name(first, ja)}{'〜' if ja else ' – '}{_month_name(last, ja)}"

    def _from(self, grain: Grain, start: date, end: date) -> Iterator[Period]:
        if start >= end:
            return
        period = self.period(grain, start)
        while period.start < end:
            yield period
            period = self.shift(period, 1)

    def _month_number(self, day: date) -> int:
        """Months since year 0 of the business month that holds the day; it is named by the month it closes in."""
        closed = self.closing_day is not None and day.day > self.closing_day
        return day.year * 12 + day.month - 1 + closed

    def _months(self, grain: Grain, number: int) -> Period:
        return Period(self._opening(number), self._opening(number + MONTHS[grain]), grain)

    def _opening(self, number: int) -> date:
        if self.closing_day is None:
            return _first_of_month(number)
        return _first_of_month(number - 1).replace(day=self.closing_day + 1)

    def _business_end(self, elapsed: Period, against: Period) -> date:
        wanted = self.business_days(elapsed)
        trailing = elapsed.days > 0 and not self.is_business_day(elapsed.last)
        end = against.start
        while end < against.end:
            working = self.is_business_day(end)
            if wanted == 0 and (working or not trailing):
                break
            wanted -= working
            end = _moved(end, 1)
        return end


def _first_of_month(number: int) -> date:
    try:
        return date(number // 12, number % 12 + 1, 1)
    except ValueError:
        raise DateOutOfRange from None


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise DateOutOfRange from None


def _beginning(zone: str, day: date) -> datetime:
    """The first instant, naive UTC, at which clocks of the zone show the day or a later one."""
    midnight = datetime.combine(day, time())
    here = ZoneInfo(zone)
    try:
        late, early = (_utc(midnight.replace(tzinfo=here, fold=fold)) for fold in (0, 1))
    except OverflowError:
        raise DateOutOfRange from None
    while early < late and (late - early) > timedelta(seconds=1):  # midnight is skipped: find the jump
        middle = early + (late - early) // 2
        if _local(middle, here) >= midnight:
            late = middle
        else:
            early = middle
    return late


def _month_name(number: int, ja: bool) -> str:
    year, month = number // 12, number % 12 + 1
    return f"{year}年{month}月" if ja else f"{MONTH_NAMES[month - 1]} {year}"


def _day_label(day: date, ja: bool) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if ja else f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _local(moment: datetime, here: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(here).replace(tzinfo=None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())


@cache
def _holidays(country: str, year: int) -> tuple[date, ...]:
    return tuple(sorted(holidays.country_holidays(country, years=year))) if country else ()
