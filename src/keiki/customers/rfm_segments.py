"""The RFM segments of a period: how many customers and how much money, who moved, and who is in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts, full_profit, known_profit
from keiki.customers.repeat import purchased
from keiki.customers.rfm import CLASSES, SEGMENTS, RfmRule, rfm
from keiki.journeys.local_time import local_time
from keiki.journeys.windows import window
from keiki.periods import Period

MONEY = "decimal(18, 4)"
UNSUBSCRIBED = "email_unsubscribed"


def scored_customers(facts: Facts, spans: ir.Table, rule: RfmRule | None = None) -> ir.Table:
    """One row per period and customer classed at its end, with the gross profit of what it bought.

    Columns: period, customer_id, rfm_segment, r, f, m (1 to 5), recency_days, frequency and amount (of the months the
    rule counts), profit (gross profit of the same purchases; the whole amount without a cost of goods) and unknown
    (purchases without one).
    """
    rule = rule or RfmRule()
    scored = rfm(facts, spans, rule)
    scored = scored.filter(scored.side == "end").drop("side", "other_segment")
    earned = _earned(facts, spans, rule)
    table = scored.left_join(earned, [scored.period == earned.earned_in, scored.customer_id == earned.earner])
    return table.select(
        *scored.columns,
        profit=ibis.coalesce(table.profit, 0).cast(MONEY),
        unknown=ibis.coalesce(table.unknown, 0).cast("int64"),
    )


def _earned(facts: Facts, spans: ir.Table, rule: RfmRule) -> ir.Table:
    bought = purchased(facts, rule.postings, "ordered_at", "amount", "gross_profit", "cost")
    bought = bought.select(
        "customer_id",
        day=local_time(bought.ordered_at, rule.postings.zone).date(),
        earned=full_profit(bought),
        known=known_profit(bought),
    )
    first = (spans.end_date.cast("timestamp") - window(rule.counted)).date()
    asked = spans.select("period", "end_date", first=first)
    inside = bought.inner_join(asked, [bought.day < asked.end_date, bought.day >= asked.first])
    return inside.group_by(earned_in="period", earner="customer_id").aggregate(
        profit=inside.earned.sum(), unknown=inside.known.isnull().cast("int64").sum()
    )


def segment_scores(facts: Facts, spans: ir.Table, rule: RfmRule | None = None) -> ir.Table:
    """Customers with equal scores counted together: at most 125 rows per period.

    Columns: period, rfm_segment, r, f, m, customers, recency_days (their sum), frequency, amount, profit, unknown.
    """
    table = scored_customers(facts, spans, rule)
    sums = {name: table[name].sum().cast("int64") for name in ("recency_days", "frequency", "unknown")}
    money = {name: table[name].sum().cast(MONEY) for name in ("amount", "profit")}
    return table.group_by("period", "rfm_segment", "r", "f", "m").aggregate(customers=table.count(), **sums, **money)


def segment_moves(facts: Facts, spans: ir.Table, rule: RfmRule | None = None) -> ir.Table:
    """How customers moved from the start to the end of a period: period, before, after (segments; NULL: not classed
    there), customers.
    """
    table = rfm(facts, spans, rule)
    starts, came = table.side == "start", (table.side == "end") & table.other_segment.isnull()
    table = table.filter(starts | came)
    nobody = ibis.null("string")
    table = table.mutate(
        before=ibis.ifelse(table.side == "start", table.rfm_segment, nobody),
        after=ibis.ifelse(table.side == "start", table.other_segment, table.rfm_segment),
    )
    return table.group_by("period", "before", "after").aggregate(customers=table.count())


def segment_members(facts: Facts, spans: ir.Table, segment: str, rule: RfmRule | None = None) -> ir.Table:
    """The customers of a segment at the end of a period, and whether a campaign may address them.

    The columns of `scored_customers`, name, email (where the customers were loaded with one), excluded
    (`nurture_excluded` is set) and opted_out (unsubscribed from e-mail at any time up to the end of the period).
    """
    table = scored_customers(facts, spans, rule)
    table = table.filter(table.rfm_segment == segment)
    people = facts["customers"]
    address = people.email.cast("string") if "email" in people.columns else ibis.null("string")
    people = people.mutate(email=address)
    known = people.group_by(known="customer_id").aggregate(
        name=people.name.max(),
        email=people.email.max(),
        excluded=ibis.coalesce(people.nurture_excluded, ibis.literal(value=False)).any(),
    )
    events = facts["events"]
    left = events.filter((events.name == UNSUBSCRIBED) & events.customer_id.notnull())
    left = left.group_by(leaver="customer_id").aggregate(first_at=left.occurred_at.min())
    ends = spans.select(ending="period", end_at="end_at")
    joined = table.left_join(known, table.customer_id == known.known)
    joined = joined.left_join(left, joined.customer_id == left.leaver)
    joined = joined.inner_join(ends, joined.period == ends.ending)
    never = ibis.literal(value=False)
    return joined.select(
        *table.columns,
        name=joined.name,
        email=joined.email,
        excluded=ibis.coalesce(joined.excluded, never),
        opted_out=ibis.coalesce(joined.first_at < joined.end_at, never),
    )


@dataclass(frozen=True)
class SegmentTotals:
    """A segment at the end of a period: customers, purchases and money of the months the rule counts.

    `profit` is None where no purchase has a known gross profit. `recency_days` is the mean since the last purchase.
    """

    segment: str
    customers: int
    frequency: int
    amount: Decimal
    profit: Decimal | None
    recency_days: float | None


@dataclass(frozen=True)
class Segments:
    """The segments of a period, in the order of SEGMENTS; the customers of every pair of recency and frequency score;
    and who moved between segments since the start of the period (None: not classed).
    """

    period: Period
    rule: RfmRule
    segments: tuple[SegmentTotals, ...]
    scores: Mapping[tuple[int, int], int]
    moves: Mapping[tuple[str | None, str | None], int]

    @property
    def customers(self) -> int:
        """Everybody classed."""
        return sum(each.customers for each in self.segments)

    def segment(self, name: str) -> SegmentTotals:
        """One segment."""
        return next(each for each in self.segments if each.segment == name)


def segments_of(
    period: Period, rule: RfmRule, scores: Iterable[Mapping[str, Any]], moves: Iterable[Mapping[str, Any]]
) -> Segments:
    """A period from the rows of `segment_scores` and `segment_moves`."""
    rows = list(scores)
    pairs = {(r, f): 0 for r in range(1, CLASSES + 1) for f in range(1, CLASSES + 1)}
    for row in rows:
        pairs[row["r"], row["f"]] += row["customers"]
    return Segments(
        period,
        rule,
        tuple(_totals(name, [row for row in rows if row["rfm_segment"] == name]) for name in SEGMENTS),
        pairs,
        {(row["before"], row["after"]): row["customers"] for row in moves},
    )


def _totals(name: str, rows: list[Mapping[str, Any]]) -> SegmentTotals:
    customers, frequency = (sum(row[column] for row in rows) for column in ("customers", "frequency"))
    known = any(row["frequency"] > row["unknown"] for row in rows)
    return SegmentTotals(
        name,
        customers,
        frequency,
        sum((row["amount"] for row in rows), Decimal(0)),
        sum((row["profit"] for row in rows), Decimal(0)) if known else None,
        float(sum(row["recency_days"] for row in rows) / customers) if customers else None,
    )
