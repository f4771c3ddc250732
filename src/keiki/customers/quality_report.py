"""Revenue quality by period: new and repeat, good and bad, what is left of it, and whether sales outrun profit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.calendar import numbered, period_number
from keiki.customers.classes import BAD, GOOD, UNDETERMINED, ClassRule, customer_classes
from keiki.customers.postings import Facts
from keiki.customers.profit import profit_entries
from keiki.customers.revenue_quality import earned, revenue_postings
from keiki.customers.small_groups import small_cells, small_parts
from keiki.journeys.local_time import local_time
from keiki.periods import Calendar, Grain, Period

MONEY = "decimal(18, 4)"
AMOUNTS = ("revenue", "new_revenue", "without_cost", "gross_profit", "profit")
NOTHING = Decimal(0)
SAME_COVER = 0.05
"""Periods are compared when the shares of their sales that name no cost of goods differ by no more."""


def revenue_by_class(
    facts: Facts, calendar: Calendar, grain: Grain = Grain.QUARTER, rule: ClassRule | None = None
) -> ir.Table:
    """Sales and profit of every period by the class of the customer, as the class is known today.

    Columns: period (its number, see `customers.calendar`), customer_class (`good`, `bad`, `undetermined`, NULL for
    sales without a customer), revenue, new_revenue (of it the first sale of a customer), without_cost (of it what
    names no cost of goods), gross_profit (of sales; the whole amount without a cost), profit (what the customers left
    after acquisition and retention cost), acquired (customers who came in the period).
    """
    rule = rule or ClassRule()
    judged = customer_classes(facts, rule)
    classes = judged.select("customer_class", judged="customer_id")

    def period(day: ir.Value) -> ir.Value:
        return period_number(day, calendar, grain)

    nothing = ibis.literal(0).cast(MONEY)
    sales = _numbered_sales(facts, rule)
    sales = sales.left_join(classes, sales.customer_id == classes.judged)
    entries = profit_entries(facts, rule.profit)
    entries = entries.inner_join(classes, entries.customer_id == classes.judged)
    both = ibis.union(
        sales.select(
            "customer_class",
            period=period(sales.on_day),
            revenue=sales.amount,
            new_revenue=ibis.ifelse(sales.is_first, sales.amount, nothing).cast(MONEY),
            without_cost=ibis.ifelse(sales.gross_profit.isnull(), sales.amount, nothing).cast(MONEY),
            gross_profit=earned(sales).cast(MONEY),
            profit=nothing,
            acquired=ibis.literal(0),
        ),
        entries.select(
            "customer_class",
            period=period(entries.on_day),
            revenue=nothing,
            new_revenue=nothing,
            without_cost=nothing,
            gross_profit=nothing,
            profit=entries.amount,
            acquired=ibis.literal(0),
        ),
        judged.select(
            "customer_class",
            period=period(judged.acquired_on),
            revenue=nothing,
            new_revenue=nothing,
            without_cost=nothing,
            gross_profit=nothing,
            profit=nothing,
            acquired=ibis.literal(1),
        ),
    )
    return both.group_by("period", "customer_class").aggregate(
        **{name: both[name].sum().cast(MONEY) for name in AMOUNTS}, acquired=both.acquired.sum().cast("int64")
    )


def buyers_by_class(
    facts: Facts, calendar: Calendar, grain: Grain = Grain.QUARTER, rule: ClassRule | None = None
) -> ir.Table:
    """How many customers stand behind the sales of every period and class: period, customer_class, buyers."""
    rule = rule or ClassRule()
    classes = customer_classes(facts, rule).select("customer_class", judged="customer_id")
    sales = revenue_postings(facts, rule.profit.retention.postings)
    sales = sales.filter(sales.customer_id.notnull())
    day = local_time(sales.posted_at, rule.profit.zone).date()
    sales = sales.select("customer_id", period=period_number(day, calendar, grain)).distinct()
    table = sales.inner_join(classes, sales.customer_id == classes.judged)
    return table.group_by("period", "customer_class").aggregate(buyers=table.count().cast("int64"))


def _numbered_sales(facts: Facts, rule: ClassRule) -> ir.Table:
    sales = revenue_postings(facts, rule.profit.retention.postings)
    order = ibis.window(group_by=sales.customer_id, order_by=[sales.posted_at, sales.source, sales.posting_id])
    first = sales.customer_id.notnull() & (ibis.row_number().over(order) == 0)
    return sales.mutate(is_first=first, on_day=local_time(sales.posted_at, rule.profit.zone).date())


Buyers = Mapping[date, Mapping[str, int]]
"""First day of a period → class → how many customers bought in it."""
KINDS = (GOOD, UNDETERMINED, BAD)
OF_ALL = ("revenue", "without_cost", "new", "repeat", "gross_profit", "profit", "margin", "profit_margin", "unnamed")


def told_periods(
    found: Sequence[QualityPeriod], buyers: Buyers, customers: Mapping[str, int]
) -> tuple[dict[str, Any], ...]:
    """The periods as they may leave the business: the fields of each with repeat, margin, profit_margin, good_share,
    bad_share, acquired_good and came (customers who came), None where it rests on one to four customers or would give
    such a number away beside the other periods, the other classes, and all of a class so far (`customers`; of a class
    that small nothing is told).
    """
    small = small_parts([customers[kind] for kind in KINDS])
    whole = [place for place in range(len(KINDS)) if place not in small]
    bought = [[buyers.get(each.period.start, {}).get(kind, 0) for kind in KINDS] for each in found]
    came = [[each.acquired[kind] for kind in KINDS] for each in found]
    money, people = small_cells(bought, columns=whole), small_cells(came, columns=whole)
    few_bought = small_parts([sum(row) for row in bought])
    few_came = small_parts([sum(row) for row in came])
    told = []
    for row, each in enumerate(found):
        shares = {GOOD: "good_share", BAD: "bad_share"}
        values = vars(each) | {name: getattr(each, name) for name in ("repeat", "margin", "profit_margin")}
        values |= {name: getattr(each, name) for name in ("good_share", "bad_share", "acquired_good")}
        values |= {"came": sum(each.acquired.values()), "acquired": dict(each.acquired)}
        for place, kind in enumerate(KINDS):
            if (row, place) in money or row in few_bought:
                values |= {kind: None} | ({shares[kind]: None} if kind in shares else {})
            if (row, place) in people or row in few_came:
                values["acquired"][kind] = None
        if row in few_bought:
            values |= dict.fromkeys(OF_ALL)
        if row in few_came:
            values["came"] = None
        if values["acquired"][GOOD] is None:
            values["acquired_good"] = None
        told.append(values)
    return tuple(told)


@dataclass(frozen=True)
class FanRule:
    """When sales outrun profit like an opening fan: in `periods` periods in a row sales grew and profit grew by less
    than `share` of that, or fell.
    """

    share: float = 0.5
    periods: int = 2


@dataclass(frozen=True)
class QualityPeriod:
    """The sales of one period, by new and repeat and by class; what was left of them; who came in it.

    `gross_profit` is the most it can be: sales `without_cost` count in full. `unnamed` are sales without a customer.
    `complete` is False while the period runs; `fan` warns by FanRule.
    """

    period: Period
    complete: bool
    revenue: Decimal
    new: Decimal
    without_cost: Decimal
    gross_profit: Decimal
    profit: Decimal
    good: Decimal
    bad: Decimal
    undetermined: Decimal
    unnamed: Decimal
    acquired: Mapping[str, int]
    fan: bool = False

    @property
    def repeat(self) -> Decimal:
        """Sales to customers who had bought before."""
        return self.revenue - self.new - self.unnamed

    @property
    def acquired_good(self) -> float | None:
        """The share of the customers who came in the period that are good by now; None when nobody came.

        Of all of them, not of the judged: a customer can be good soon and bad only after a long silence.
        """
        came = sum(self.acquired.values())
        return self.acquired[GOOD] / came if came else None

    @property
    def unknown(self) -> float:
        """The share of sales whose cost of goods is not known; 0 without sales."""
        return float(self.without_cost / self.revenue) if self.revenue else 0.0

    @property
    def margin(self) -> float | None:
        """Gross profit of a sale, as a share of it."""
        return float(self.gross_profit / self.revenue) if self.revenue else None

    @property
    def profit_margin(self) -> float | None:
        """What is left after acquisition and retention cost, as a share of sales."""
        return float(self.profit / self.revenue) if self.revenue else None

    @property
    def good_share(self) -> float | None:
        """The share of sales from good customers."""
        return float(self.good / self.revenue) if self.revenue else None

    @property
    def bad_share(self) -> float | None:
        """The share of sales from bad customers."""
        return float(self.bad / self.revenue) if self.revenue else None


def quality_periods(
    rows: Sequence[Mapping[str, Any]], calendar: Calendar, grain: Grain, today: date, fan: FanRule | None = None
) -> tuple[QualityPeriod, ...]:
    """The rows of `revenue_by_class` as periods, oldest first, without gaps; those after today are left out."""
    by_period: dict[int, dict[str | None, Mapping[str, Any]]] = {}
    for row in rows:
        by_period.setdefault(row["period"], {})[row["customer_class"]] = row
    if not by_period:
        return ()
    numbers = range(min(by_period), max(by_period) + 1)
    found = [_period(numbered(n, calendar, grain), by_period.get(n, {}), today) for n in numbers]
    return _warned([each for each in found if each.period.start <= today], fan or FanRule())


def _period(period: Period, rows: Mapping[str | None, Mapping[str, Any]], today: date) -> QualityPeriod:
    def total(name: str) -> Decimal:
        return sum((row[name] for row in rows.values()), NOTHING)

    def of(name: str | None) -> Decimal:
        return Decimal(rows[name]["revenue"]) if name in rows else NOTHING

    return QualityPeriod(
        period=period,
        complete=period.last <= today,
        revenue=total("revenue"),
        new=total("new_revenue"),
        without_cost=total("without_cost"),
        gross_profit=total("gross_profit"),
        profit=total("profit"),
        good=of(GOOD),
        bad=of(BAD),
        undetermined=of(UNDETERMINED),
        unnamed=of(None),
        acquired={name: int(rows[name]["acquired"]) if name in rows else 0 for name in (GOOD, BAD, UNDETERMINED)},
    )


def _warned(found: Sequence[QualityPeriod], rule: FanRule) -> tuple[QualityPeriod, ...]:
    """The periods with the warning; one that still runs gets none."""
    outran = [False, *(after.complete and _outran(before, after, rule) for before, after in pairwise(found))]
    marked = []
    for place, each in enumerate(found):
        recent = outran[max(place - rule.periods + 1, 0) : place + 1]
        fan = len(recent) == rule.periods and all(recent)
        marked.append(QualityPeriod(**{**vars(each), "fan": fan}))
    return tuple(marked)


def _outran(before: QualityPeriod, after: QualityPeriod, rule: FanRule) -> bool:
    """Whether sales grew and profit did not keep up. From a loss, profit keeps up when it becomes better at all; costs
    that began to be loaded are no fall.
    """
    if before.revenue <= 0 or after.revenue <= before.revenue or abs(after.unknown - before.unknown) > SAME_COVER:
        return False
    growth = after.revenue / before.revenue - 1
    if before.profit <= 0:
        return after.profit <= before.profit
    return after.profit / before.profit - 1 < growth * Decimal(str(rule.share))
