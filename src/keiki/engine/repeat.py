"""How the customers of a business buy again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from keiki.customers.repeat import WINDOWS, first_purchases
from keiki.customers.repeat_profile import (
    Interval,
    OrderProfit,
    Reason,
    grouped_intervals,
    interval_of,
    loyal_after,
    profit_by_order,
    reasons_of,
    return_reasons,
    status_counts,
)
from keiki.customers.survival import Survival, curves
from keiki.engine.business import Business
from keiki.engine.spans import rows_over
from keiki.journeys.local_time import local_time
from keiki.journeys.windows import before
from keiki.periods import Grain, Period, add_months

LOYAL_AFTER = 12
"""Months after which new customers are looked at again."""


@dataclass(frozen=True)
class RepeatRate:
    """One definition of a repeat rate: `window` (how soon the second purchase must come; None: no window), the
    `period` in which its customers first bought (without a window: bought), its share and of how many it is.
    """

    definition: str
    window: str | None
    period: Period
    share: float | None
    base: float | None


@dataclass(frozen=True)
class Statuses:
    """Customers at the end of a period, who fell silent in it and who came back."""

    active: int = 0
    dormant: int = 0
    churned: int = 0
    fell_silent: int = 0
    reactivated: int = 0


@dataclass(frozen=True)
class Repeat:
    """How customers bought again in a period; a rate has its own where nobody asked for one."""

    period: Period
    rates: tuple[RepeatRate, ...]
    interval: Interval
    by_order: tuple[OrderProfit, ...]
    statuses: Statuses
    dormancy_days: int


def repeat(business: Business, period: Period | None = None, windows: Sequence[str] = WINDOWS) -> Repeat:
    """Repeat rates by four definitions, days between purchases, profit by order number, silence and return.

    Rates and statuses speak of `period` (default: the last twelve whole months); intervals and profits of everything
    up to the last day of the data. Where no period is asked for, a rate with a window speaks of the last twelve whole
    months whose new customers have all been watched for it (`watched_year`) or, where nobody came in them, of the
    twelve that end with the month of the last who came before; in a period that is asked for, customers
    who have not are in no rate, and it is empty without others. Raises UnreadableWindow.
    """
    asked = period or last_year(business)
    facts, rules = business.facts, business.rules
    grouped = business.engine.run(grouped_intervals(facts, business.today, rules.postings)).to_pylist()
    found = curves(grouped)
    profits = business.engine.run(profit_by_order(facts, rules.classes.profit)).to_pylist()
    statuses = rows_over(business, (asked,), lambda spans: status_counts(facts, spans, rules.retention))
    return Repeat(
        asked,
        _rates(business, period, windows),
        interval_of(found[0] if found else Survival(())),
        tuple(OrderProfit(**row) for row in sorted(profits, key=lambda row: row["order_no"])),
        Statuses(**{name: n for name, n in statuses[0].items() if name != "period"}) if statuses else Statuses(),
        rules.retention.dormancy_days,
    )


def last_year(business: Business) -> Period:
    """The last twelve whole months."""
    return _months_until(business, business.today)


def watched_year(business: Business, window: str) -> Period:
    """The last twelve whole months whose customers have all been watched for a window, such as 90d; where nobody bought
    as early, the days since that month of which that holds. The last day of the data may not be over, so it watches
    nobody.
    """
    end = before(business.today, window)
    whole = _months_until(business, end - timedelta(days=1))
    first = business.measurer.coverage("orders").first or business.measurer.coverage("stages").first
    return whole if first is None or not whole.end <= first < end else Period(whole.end, end)


def _months_until(business: Business, day: date) -> Period:
    whole = business.settings.calendar.over(Grain.MONTH, day, 12)
    return Period(whole[0].start, whole[-1].end)


def _rates(business: Business, period: Period | None, windows: Sequence[str]) -> tuple[RepeatRate, ...]:
    """The four definitions as the catalogue has them, the windowed one for every window."""
    asked: list[tuple[str, str | None, str, str]] = [
        ("repeat_purchase_rate", window, f"repeat_purchase_rate[within: {window}]", f"n_repeat_base[within: {window}]")
        for window in windows
    ]
    asked.append(("f2_conversion_rate", "60d", "f2_conversion_rate", "n_repeat_base[within: 60d]"))
    asked.append(("repeat_buyer_share", None, "repeat_buyer_share", "u_buyers"))
    asked.append(("repeat_revenue_ratio", None, "repeat_revenue_ratio", "sum_order_revenue"))
    names = {name for *_, share, base in asked for name in (share, base)}
    of = [
        period or (last_year(business) if window is None else watched_year(business, window)) for _, window, *_ in asked
    ]
    periods = tuple(dict.fromkeys(of))
    measured = business.measure(sorted(names), business.question(periods))
    found = tuple(
        RepeatRate(definition, window, each, *(measured.value(name, periods.index(each)) for name in (share, base)))
        for (definition, window, share, base), each in zip(asked, of, strict=True)
    )
    return found if period is not None else _of_earlier(business, found, asked)


def _of_earlier(
    business: Business, found: Sequence[RepeatRate], asked: Sequence[tuple[str, str | None, str, str]]
) -> tuple[RepeatRate, ...]:
    """The rates, those without any new customers in their twelve months over the last twelve that end with some."""
    empty = [place for place, each in enumerate(found) if each.window is not None and not each.base]
    starts = sorted({found[place].period.start for place in empty})
    newest = _last_new_before(business, starts)
    moved = {
        place: _months_until(business, month.last)
        for place in empty
        if (day := newest[found[place].period.start]) is not None
        for month in [business.settings.calendar.period(Grain.MONTH, day)]
    }
    if not moved:
        return tuple(found)
    periods = tuple(dict.fromkeys(moved.values()))
    names = sorted({name for place in moved for name in asked[place][2:]})
    measured = business.measure(names, business.question(periods))
    rates = list(found)
    for place, each in moved.items():
        definition, window, *both = asked[place]
        rates[place] = RepeatRate(
            definition, window, each, *(measured.value(name, periods.index(each)) for name in both)
        )
    return tuple(rates)


def _last_new_before(business: Business, starts: Sequence[date]) -> dict[date, date | None]:
    """By day, the last day before it on which somebody bought for the first time."""
    if not starts:
        return {}
    rules = business.rules
    firsts = first_purchases(business.facts, rules.repeat)
    day = local_time(firsts.first_at, rules.zone).date()
    newest = firsts.aggregate(**{f"d{n}": day.max(where=day < ibis.date(each)) for n, each in enumerate(starts)})
    row = business.engine.run(newest).to_pylist()[0]
    return {each: row[f"d{n}"] for n, each in enumerate(starts)}


@dataclass(frozen=True)
class Migration:
    """New customers of a period and how many of them are loyal some months after it; None while it is too early."""

    period: Period
    customers: int
    loyal: int | None

    @property
    def share(self) -> float | None:
        """The share that became loyal."""
        return None if self.loyal is None or not self.customers else self.loyal / self.customers


def loyal_migration(business: Business, periods: Sequence[Period], months: int = LOYAL_AFTER) -> tuple[Migration, ...]:
    """How many new customers of each period became loyal (RFM) within so many months after it."""
    rows = rows_over(business, periods, lambda spans: loyal_after(business.facts, spans, months, business.rules.rfm))
    told = {row["period"]: row for row in rows}
    past = business.today + timedelta(days=1)
    return tuple(
        Migration(
            period,
            told[place]["customers"] if place in told else 0,
            None if add_months(period.end, months) > past else told[place]["loyal"] if place in told else 0,
        )
        for place, period in enumerate(periods)
    )


def return_reason_change(business: Business, before: Period, after: Period) -> tuple[Reason, ...]:
    """Why orders came back in two periods, with counts and shares."""
    return reasons_of(
        rows_over(
            business, (before, after), lambda spans: return_reasons(business.facts, spans, business.rules.postings)
        )
    )
