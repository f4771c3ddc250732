"""What the company set out to reach: the targets of its last and its present fiscal year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np

from keiki.demo.days import MONTH_OF_YEAR
from keiki.demo.registers import Words
from keiki.periods import Calendar, Grain, Period, add_months
from keiki.trees.targets import AT_MOST, BETWEEN, EVEN, MANUAL, Step, Target

SHOP, CONTRACTS = "ec", "subscription"
CHANNELS: Final = {
    "organic": 0.346,
    "paid": 0.197,
    "social": 0.12,
    "email": 0.063,
    "direct": 0.183,
    "referral": 0.07,
    "other": 0.021,
}
"""How the planned visits are shared among where people come from."""
VISITS, MORE_VISITS = 8_900, 340
"""Visits planned for an average month at the opening, and how many more each month after."""
AGES, RATES = (0, 5, 12, 24), (0.038, 0.054, 0.072, 0.075)
"""The purchase rate planned for a month of that age, before the price rise."""
STAGES: Final = (0.065, 0.068)
"""The purchase rate of the present year: in its first half, and by its end."""
ORDER_BEFORE, ORDER, ORDER_WISHED = 3_950, 4_400, 4_600
CLICK: Final = (60, 70)
MRR_MORE = 302_000
"""What contracts bring more a month with every month."""
YEARLY = Words("年度の計画から", "From the plan of the year")


@dataclass(frozen=True)
class Aimed:
    """A target of a node of a built-in tree: from when it holds, and why. `waits`: nobody has approved it yet."""

    tree: str
    node: str
    target: Target
    since: date
    reason: Words
    waits: bool = False


def aims(until: date, calendar: Calendar, months: int = 24) -> tuple[Aimed, ...]:
    """The targets of a company whose data ends on `until`; of one number the older before the newer.

    The goal of a month is its visits × purchase rate × order, and the visits are the sum of their channels.
    """
    opened = add_months(until.replace(day=1), -months)
    now = calendar.period(Grain.YEAR, until)
    before = calendar.period(Grain.YEAR, now.start - timedelta(days=1))
    return (*_year_before(_Year(calendar, before, opened)), *_this_year(_Year(calendar, now, opened), until))


@dataclass(frozen=True)
class _Year:
    """A fiscal year of the company, and when the company opened."""

    calendar: Calendar
    period: Period
    opened: date

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of its months."""
        return tuple(m.start for m in self.calendar.periods(Grain.MONTH, self.period.start, self.period.end))

    def age(self, month: date) -> int:
        """Months since the opening."""
        return (month.year - self.opened.year) * 12 + month.month - self.opened.month

    def visits(self, month: date, channel: str) -> float:
        planned = (VISITS + MORE_VISITS * self.age(month)) * MONTH_OF_YEAR[month.month - 1]
        return float(round(planned * CHANNELS[channel] / 10) * 10)

    def all_visits(self, month: date) -> float:
        return sum(self.visits(month, channel) for channel in CHANNELS)

    def planned(self, node: str, value: Callable[[date], float]) -> Aimed:
        """A value of its own for every month."""
        series = tuple((month, value(month)) for month in self.months)
        return self.held(SHOP, node, Target(months=series, shape=MANUAL))

    def held(self, tree: str, node: str, target: Target, reason: Words = YEARLY) -> Aimed:
        """A target from the first day of the year to the last."""
        first, last = self.period.start, self.period.last
        return Aimed(tree, node, replace(target, since=first, by=last), first, reason)

    def traffic(self) -> Iterator[Aimed]:
        """The visits, by channel and together."""
        for channel in CHANNELS:
            yield self.planned(channel, partial(self.visits, channel=channel))
        yield self.planned("visits", self.all_visits)

    def goal(self, rate: Callable[[date], float], order: float) -> Aimed:
        """The revenue that follows from the plan, in whole thousands of yen."""
        return self.planned("revenue", lambda m: float(round(self.all_visits(m) * rate(m) * order, -3)))


def _year_before(year: _Year) -> Iterator[Aimed]:
    def rate(month: date) -> float:
        return round(float(np.interp(year.age(month), AGES, RATES)), 3)

    yield from year.traffic()
    yield year.planned("purchase_rate", rate)
    yield year.held(SHOP, "aov", Target(ORDER_BEFORE))
    yield year.goal(rate, ORDER_BEFORE)
    yield year.held(SHOP, "returns", Target(0.03, AT_MOST))


def _this_year(year: _Year, until: date) -> Iterator[Aimed]:
    middle = year.months[6]

    def rate(month: date) -> float:
        return STAGES[month >= middle]

    halves = Target(STAGES[1], steps=(Step(STAGES[0], by=middle - timedelta(days=1)),))
    yield from year.traffic()
    why = Words(
        "値上げのあと、買いやすさを半年ずつ取り戻す", "Make buying easy again after the price rise, in two halves"
    )
    yield year.held(SHOP, "purchase_rate", halves, why)
    why = Words("値上げ後の価格で", "At the prices after the rise")
    yield year.held(SHOP, "aov", Target(ORDER), why)
    yield year.goal(rate, ORDER)
    yield year.held(SHOP, "returns", Target(0.025, AT_MOST))
    yield year.held(SHOP, "cart_completion", Target(0.4))
    yield year.held(SHOP, "repeat_rate", Target(0.3))
    why = Words(
        "安すぎるクリックは買わず、高すぎるクリックは元が取れない",
        "Clicks that are too cheap do not buy, and those that are too dear do not pay",
    )
    yield year.held(SHOP, "cpc", Target(compare=BETWEEN, low=CLICK[0], high=CLICK[1]), why)
    steady = (round(MRR_MORE * (year.age(year.period.start) + count), -5) for count in (0, 12))
    first, last = (float(value) for value in steady)
    yield year.held(CONTRACTS, "mrr", Target(last, start=first, shape=EVEN))
    why = Words("値上げが定着した", "The new prices have settled")
    yield Aimed(SHOP, "aov", Target(ORDER_WISHED, by=year.period.last), _next_month(year, until), why, waits=True)


def _next_month(year: _Year, until: date) -> date:
    return min(add_months(until.replace(day=1), 1), year.months[-1])
