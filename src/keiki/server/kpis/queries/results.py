"""What the activities of the company cost, and what came of what we did about a KPI."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from keiki.engine.business import Business as Numbers
from keiki.insight.before_after import BeforeAfter, before_after
from keiki.measures.told import money
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.access import answered, may_see
from keiki.server.kpis.queries.catalogue import kpi_months
from keiki.server.kpis.queries.numbers import HISTORY, Known, is_over


@dataclass(frozen=True)
class CostPart:
    """What one kind of cost came to; department and category None where the rows name none."""

    department: str | None
    category: str | None
    amount: float


@dataclass(frozen=True)
class Spending:
    """The costs of a span of days by department and category, the largest first."""

    span: Period
    parts: tuple[CostPart, ...]


def spending(user: Any, business: Business, asked: Known) -> Spending | None:
    """The costs of the last twelve months the data has reached; None without rows."""
    if asked.today is None:
        return None
    end = business.calendar.period(Grain.MONTH, asked.today).end
    span = Period(min(end.replace(year=end.year - 1), asked.today), end)

    def ask(numbers: Numbers) -> Spending:
        read = numbers.measure(["sum_cost"], numbers.question((span,), by=("department", "category")))
        amounts = ((segment, read.value("sum_cost", -1, segment)) for segment in read.segments)
        parts = [CostPart(where[0], where[1], amount) for where, amount in amounts if amount]
        return Spending(span, tuple(sorted(parts, key=lambda each: (-each.amount, str(each)))))

    return answered(user, business, ("spending", span), ask, tells=money("costs"))


WINDOW: Final = 3
"""Months that are looked at before and after an action."""
DONE: Final = ("action", "campaign", "price")


@dataclass(frozen=True)
class PastResult:
    """Something people did about a KPI, and its months before and after; `told` is None where they are not known.

    `id` is that of what was written down.
    """

    id: int
    on: date
    text: str
    told: BeforeAfter | None


def past_results(user: Any, business: Business, kpi_id: str, asked: Known) -> tuple[PastResult, ...]:
    """The actions, campaigns and changes of price people wrote down for a KPI, newest first, each with three months
    before and after it.

    A month that still runs is left out; the month of an action is the first one after it.
    """
    may_see(user, business)
    done = tuple(business.annotations.filter(kpi=kpi_id, where="", kind__in=DONE).values_list("pk", "on", "text"))
    if not done or asked.today is None:
        return ()
    months = kpi_months(user, business, kpi_id, HISTORY[Grain.MONTH] + 2 * WINDOW)
    over = [place for place, period in enumerate(months.periods) if is_over(asked, period)]
    periods = tuple(months.periods[place] for place in over)
    values = tuple(months.series(kpi_id)[place] for place in over)

    def told(on: date) -> BeforeAfter | None:
        place = next((n for n, period in enumerate(periods) if period.start <= on < period.end), 0)
        return before_after(periods, values, place, window=WINDOW) if place else None

    return tuple(PastResult(pk, on, text, told(on)) for pk, on, text in done)
