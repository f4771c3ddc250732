"""How recently, how often and for how much customers buy, and the segment that follows, at both ends of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts, PostingRule
from keiki.customers.repeat import purchased
from keiki.journeys.local_time import local_time
from keiki.journeys.windows import window

CLASSES = 5
HIGH, LOW = 4, 2
SEGMENTS = ("loyal", "growth", "new_promising", "dormant", "other")


@dataclass(frozen=True)
class RfmRule:
    """Who is classed and how (setting `rfm_bins`).

    Classed are customers with a purchase in the `lookback` before the end of the period. Frequency and amount are
    those of the `counted` before it. Each of the three is cut into classes 1 to 5 by quintile, 5 the best. Customers
    with equal values are never told apart: all of them are in the lowest class that any of them falls into, so that
    half a business that bought once is not half loyal. Or by four limits of its own, best first: class 5 is at most
    the first number of days, or at least the first number of purchases or of money.
    """

    lookback: str = "24m"
    counted: str = "12m"
    recency_limits: tuple[float, ...] | None = None
    frequency_limits: tuple[float, ...] | None = None
    amount_limits: tuple[float, ...] | None = None
    postings: PostingRule = PostingRule()


def rfm(facts: Facts, spans: ir.Table, rule: RfmRule | None = None) -> ir.Table:
    """One row per period, side (`start`, `end`) and customer classed there.

    Columns: period, side, customer_id, recency_days (0 on the day of the purchase), frequency, amount, r, f, m
    (1 to 5), rfm_segment, and other_segment, the segment at the other end (NULL when not classed there). Segments:
    loyal (r, f, m high: 4 or 5), growth (f and m high, r low: 1 or 2; they need to be won back), new_promising
    (r high, f low), dormant (all low), else other. A purchase belongs to its day in the zone of the business.
    """
    rule = rule or RfmRule()
    ends = spans.select(day="start_date").union(spans.select(day="end_date")).distinct()
    known = _segmented(_classed(_facts_of_customers(facts, ends, rule), rule))
    sides = [
        spans.select("period", day=f"{side}_date", other_day=f"{other}_date", side=ibis.literal(side))
        for side, other in (("start", "end"), ("end", "start"))
    ]
    here = ibis.union(*sides).inner_join(known, "day")
    there = known.select(far_day="day", far_customer="customer_id", other_segment="rfm_segment")
    joined = here.left_join(there, [here.other_day == there.far_day, here.customer_id == there.far_customer])
    return joined.drop("day", "other_day", "far_day", "far_customer")


def _facts_of_customers(facts: Facts, ends: ir.Table, rule: RfmRule) -> ir.Table:
    bought = purchased(facts, rule.postings, "ordered_at", "amount")
    bought = bought.select(
        "customer_id", bought_on=local_time(bought.ordered_at, rule.postings.zone).date(), amount=_money(bought.amount)
    )
    # Once per day and customer, because every purchase meets each end of a period it is not too old for.
    bought = bought.group_by("customer_id", "bought_on").aggregate(
        times=bought.count(), amount=bought.amount.fill_null(0).sum()
    )
    ends = ends.mutate(oldest=_before(ends.day, rule.lookback), counted_from=_before(ends.day, rule.counted))
    table = bought.inner_join(ends, [bought.bought_on < ends.day, bought.bought_on >= ends.oldest])
    counts = table.bought_on >= table.counted_from
    nothing = ibis.literal(0).cast("decimal(18, 4)")
    table = table.group_by("day", "customer_id").aggregate(
        last_on=table.bought_on.max(),
        frequency=ibis.ifelse(counts, table.times, 0).sum(),
        amount=ibis.ifelse(counts, _money(table.amount), nothing).sum(),
    )
    return table.mutate(recency_days=table.day.delta(table.last_on, unit="day") - 1, amount=_money(table.amount))


def _before(day: ir.Value, length: str) -> ir.Value:
    return (day.cast("timestamp") - window(length)).date()


def _money(value: ir.Value) -> ir.Value:
    return value.cast("decimal(18, 4)")


def _classed(table: ir.Table, rule: RfmRule) -> ir.Table:
    return table.mutate(
        r=_class(table, -table.recency_days, _negative(rule.recency_limits)),
        f=_class(table, table.frequency, rule.frequency_limits),
        m=_class(table, table.amount, rule.amount_limits),
    )


def _class(table: ir.Table, value: ir.Value, limits: Sequence[float] | None) -> ir.IntegerValue:
    """1 to 5, more being better: by fixed limits, else the fifth of that day's customers in which equals begin."""
    if limits is not None:
        return ibis.cases(*((value >= limit, CLASSES - n) for n, limit in enumerate(limits)), else_=1).cast("int64")
    fewer = ibis.rank().over(ibis.window(group_by=table.day, order_by=value))
    all_of_day = table.count().over(ibis.window(group_by=table.day))
    part, longer = all_of_day // CLASSES, all_of_day % CLASSES
    in_longer = longer * (part + 1)  # the first parts hold one customer more, as those of NTILE
    later = longer + (fewer - in_longer) // ibis.greatest(part, 1)
    return (ibis.ifelse(fewer < in_longer, fewer // (part + 1), later) + 1).cast("int64")


def _negative(limits: Sequence[float] | None) -> tuple[float, ...] | None:
    return None if limits is None else tuple(-limit for limit in limits)


def _segmented(table: ir.Table) -> ir.Table:
    (r_high, r_low), (f_high, f_low), (m_high, m_low) = (
        (table[name] >= HIGH, table[name] <= LOW) for name in ("r", "f", "m")
    )
    segment = ibis.cases(
        (r_high & f_high & m_high, "loyal"),
        (f_high & m_high & r_low, "growth"),
        (r_high & f_low, "new_promising"),
        (r_low & f_low & m_low, "dormant"),
        else_="other",
    )
    columns = ("day", "customer_id", "recency_days", "frequency", "amount", "r", "f", "m")
    return table.select(*columns, rfm_segment=segment)
