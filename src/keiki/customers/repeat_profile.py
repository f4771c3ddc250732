"""How customers buy again: days between purchases, profit by order number, silence and return, reasons of returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts, PostingRule, full_profit, known_profit
from keiki.customers.profit import ProfitRule, profit_entries
from keiki.customers.repeat import RepeatRule, purchased, purchases
from keiki.customers.retention import RetentionRule, status_changes
from keiki.customers.rfm import RfmRule, rfm
from keiki.customers.survival import Survival
from keiki.journeys.local_time import local_time

MONEY = "decimal(18, 4)"
MOST_ORDERS = 5
"""Orders of a customer told apart; later ones are counted with the last of them."""


def grouped_intervals(facts: Facts, until: date, rule: PostingRule | None = None) -> ir.Table:
    """Days between purchases counted together: length (whole days, 0 on the same day), ended (followed by another
    purchase after so many days), censored (the latest purchase of a customer, so many days before `until`).

    The columns of `customers.lives.grouped_lives`, so that the same curve is drawn of them; segment is NULL.
    """
    rule = rule or PostingRule()
    bought = purchased(facts, rule, "order_id", "ordered_at")
    bought = bought.select("customer_id", "order_id", "ordered_at", day=local_time(bought.ordered_at, rule.zone).date())
    bought = bought.filter(bought.day <= ibis.date(until.isoformat()))
    order = ibis.window(group_by=bought.customer_id, order_by=[bought.ordered_at, bought.order_id])
    bought = bought.mutate(next_day=bought.day.lead().over(order))
    last = ibis.coalesce(bought.next_day, ibis.date(until.isoformat()))
    table = bought.select(
        length=last.delta(bought.day, unit="day").cast("int64"), ended=bought.next_day.notnull().cast("int64")
    )
    return (
        table.group_by("length")
        .aggregate(ended=table.ended.sum().cast("int64"), censored=(1 - table.ended).sum().cast("int64"))
        .mutate(segment=ibis.null("string"))
    )


@dataclass(frozen=True)
class Interval:
    """Days between purchases: of those that happened the mean and the median; of all, those still waiting included,
    the days after which half have bought again (None: fewer than half ever do). `curve` says who has not bought yet.
    """

    count: int
    mean: float | None
    median: float | None
    half_after: int | None
    curve: Survival


def interval_of(curve: Survival) -> Interval:
    """The days between purchases from their curve."""
    told = [(step.length, step.ended) for step in curve.steps if step.ended]
    count = sum(ended for _, ended in told)
    if not count:
        return Interval(0, None, None, None, curve)
    mean = sum(length * ended for length, ended in told) / count
    low, high = (_place(told, place) for place in ((count - 1) // 2, count // 2))
    return Interval(count, mean, (low + high) / 2, curve.median, curve)


def _place(told: list[tuple[int, int]], place: int) -> int:
    """The value at a place of the values in order, each with how often it occurs."""
    seen = 0
    for length, ended in told:
        seen += ended
        if place < seen:
            return length
    raise IndexError(place)


def profit_by_order(facts: Facts, rule: ProfitRule | None = None, most: int = MOST_ORDERS) -> ir.Table:
    """What the first, second, third … order of a customer leaves: order_no (the last one stands for all later ones),
    orders, revenue, gross_profit (the whole amount of orders without a cost of goods; NULL where none names one),
    acquisition (charged to the first order) and profit = gross profit − acquisition.
    """
    rule = rule or ProfitRule()
    bought = purchases(facts, RepeatRule(postings=rule.retention.postings))
    earned = ibis.ifelse(known_profit(bought).count() > 0, full_profit(bought).sum(), ibis.null(MONEY))
    number = ibis.least(bought.order_no, most).cast("int64")
    sold = bought.group_by(order_no=number).aggregate(
        orders=bought.count(), revenue=bought.amount.sum().cast(MONEY), gross_profit=earned.cast(MONEY)
    )
    entries = profit_entries(facts, rule)
    buyers = bought.select(buyer="customer_id").distinct()
    spent = entries.filter(entries.kind == "acquisition").semi_join(buyers, entries.customer_id == buyers.buyer)
    first = spent.aggregate(spent=ibis.coalesce(-spent.amount.sum(), 0).cast(MONEY))
    charged = ibis.ifelse(sold.order_no == 1, first.spent.as_scalar(), ibis.literal(0).cast(MONEY))
    table = sold.mutate(acquisition=charged.cast(MONEY))
    return table.mutate(profit=(table.gross_profit - table.acquisition).cast(MONEY))


def status_counts(facts: Facts, spans: ir.Table, rule: RetentionRule | None = None) -> ir.Table:
    """One row per period: active, dormant and churned customers at its end, fell_silent (active at the start, dormant
    at the end) and reactivated (dormant at the start, with a purchase in the period).
    """
    table = status_changes(facts, spans, rule)
    start, end = table.status_start, table.status_end
    counted = {
        "active": end == "active",
        "dormant": end == "dormant",
        "churned": end == "churned",
        "fell_silent": (start == "active") & (end == "dormant"),
        "reactivated": (start == "dormant") & table.purchased,
    }
    return table.group_by("period").aggregate(
        **{name: ibis.coalesce(table.count(where=where), 0).cast("int64") for name, where in counted.items()}
    )


def return_reasons(facts: Facts, spans: ir.Table, rule: PostingRule | None = None) -> ir.Table:
    """Why orders came back: period (of the return, else of the order), reason (NULL: none given), orders."""
    rule = rule or PostingRule()
    orders = facts["orders"]
    back = orders.filter(orders.status.isin(("returned", "cancelled")) | orders.returned_on.notnull())
    day = ibis.coalesce(back.returned_on, local_time(back.ordered_at, rule.zone).date())
    back = back.select(reason=back.return_reason, day=day)
    inside = back.inner_join(spans, [back.day >= spans.start_date, back.day < spans.end_date])
    return inside.group_by("period", "reason").aggregate(orders=inside.count())


@dataclass(frozen=True)
class Reason:
    """How many orders came back for a reason in two periods, and its share of those that came back."""

    reason: str | None
    before: int
    after: int
    share_before: float | None
    share_after: float | None


def reasons_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """The reasons of two periods (0 and 1) from the rows of `return_reasons`, the most frequent of the second first."""
    counts: dict[str | None, list[int]] = {}
    for row in rows:
        counts.setdefault(row["reason"], [0, 0])[row["period"]] += row["orders"]
    totals = [sum(pair[side] for pair in counts.values()) for side in (0, 1)]
    found = [
        Reason(reason, before, after, _share(before, totals[0]), _share(after, totals[1]))
        for reason, (before, after) in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.after, -each.before, each.reason or "")))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def loyal_after(facts: Facts, spans: ir.Table, months: int = 12, rule: RfmRule | None = None) -> ir.Table:
    """Who became loyal: one row per period with first buyers: customers who bought first in it, and loyal, those of
    the RFM segment `loyal` so many months after the end of the period.
    """
    rule = rule or RfmRule()
    bought = purchased(facts, rule.postings, "ordered_at")
    firsts = bought.group_by(buyer="customer_id").aggregate(first_at=bought.ordered_at.min())
    firsts = firsts.mutate(first_on=local_time(firsts.first_at, rule.postings.zone).date())
    came = firsts.inner_join(spans, [firsts.first_on >= spans.start_date, firsts.first_on < spans.end_date])
    came = came.select("period", "buyer")
    later = ibis.interval(months=months)
    moved = {f"{side}_date": (spans[f"{side}_date"] + later).cast("date") for side in ("start", "end")}
    classed = rfm(facts, spans.select("period", **moved), rule)
    classed = classed.filter((classed.side == "end") & (classed.rfm_segment == "loyal"))
    classed = classed.select(of="period", who="customer_id")
    table = came.left_join(classed, [came.period == classed.of, came.buyer == classed.who])
    return table.group_by("period").aggregate(
        customers=table.count(), loyal=table.who.notnull().cast("int64").sum().cast("int64")
    )


@dataclass(frozen=True)
class OrderProfit:
    """What the orders of one number leave; `order_no` of the last row stands for all later ones."""

    order_no: int
    orders: int
    revenue: Decimal
    gross_profit: Decimal | None
    acquisition: Decimal
    profit: Decimal | None
