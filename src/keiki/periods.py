"""The business calendar: time zone, week start, fiscal year, closing day, holidays; half-open periods and their comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` up to but not including `end`. `grain` is None for a free range."""

    start: date
    end: date
    grain: Grain | None = None


@dataclass(frozen=True)
class Calendar:
    """How a business counts time.

    `week_start` 0 = Monday … 6 = Sunday. `fiscal_start` = first month of the fiscal year (1–12).
    `closing_day` = last day of the business month (1–27), None for the end of the calendar month.
    `label_style`: `calendar` (2026年10月), `fiscal` (2026年度 第3四半期). `country` = holidays of the `holidays` library.
    """

    zone: str = "Asia/Tokyo"
    week_start: int = 0
    fiscal_start: int = 1
    closing_day: int | None = None
    label_style: str = "calendar"
    country: str = "JP"

    def period(self, grain: Grain, on: date) -> Period:
        """The period of that grain that holds the day."""
        raise NotImplementedError

    def periods(self, grain: Grain, start: date, end: date) -> tuple[Period, ...]:
        """All whole periods of that grain that touch [start, end), in order."""
        raise NotImplementedError

    def shift(self, period: Period, steps: int) -> Period:
        """The period `steps` later (negative: earlier) of the same grain; a free range moves by its own length."""
        raise NotImplementedError

    def last_year(self, period: Period) -> Period:
        """The same period one (fiscal) year before; a week goes back 52 weeks."""
        raise NotImplementedError

    def to_date(self, period: Period, today: date, against: Period) -> tuple[Period, Period]:
        """Like for like: the elapsed part of `period` and the same number of days of `against`."""
        raise NotImplementedError

    def instants(self, period: Period) -> tuple[datetime, datetime]:
        """The period's first and past-the-end instants as naive UTC datetimes."""
        raise NotImplementedError

    def label(self, period: Period, language: str = "ja") -> str:
        """The period's name: 2026年10月, Oct 2026, 2026年度 Q3 …"""
        raise NotImplementedError

    def business_days(self, period: Period) -> int:
        """Days of the period that are neither weekend nor holiday."""
        raise NotImplementedError

    def today(self, now: datetime | None = None) -> date:
        """The calendar day of the business at this moment."""
        raise NotImplementedError
