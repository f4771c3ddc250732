"""Customer success as a profit centre: what it costs beside what it keeps and what it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.movements import MovementRule, movements
from keiki.customers.postings import Facts, PostingRule
from keiki.customers.revenue_quality import cost_postings, earned, revenue_postings
from keiki.journeys.local_time import local_time

MONTHS = 12


@dataclass(frozen=True)
class SuccessRule:
    """Which costs are those of customer success: of one of the `departments`, or of one of the `categories`.

    Expansion counts for `months` months. A rising share of revenue in `rising` periods in a row while the profit does
    not grow is flagged.
    """

    departments: tuple[str, ...] = ("customer_success", "support")
    categories: tuple[str, ...] = ("cs_personnel", "support")
    months: int = MONTHS
    rising: int = 3
    movements: MovementRule = MovementRule()
    postings: PostingRule = PostingRule()


def expansion_return(expansion_mrr: float, margin: float, cost: float, months: int = MONTHS) -> float | None:
    """What a unit of customer success cost brings back in the gross profit of expansion; None without a cost.

    >>> expansion_return(1_000, 0.8, 6_000)
    1.6
    """
    return expansion_mrr * months * margin / cost if cost else None


def cost_share(cost: float, revenue: float) -> float | None:
    """The cost of customer success as a share of revenue; None without revenue.

    >>> cost_share(1_200_000, 10_000_000)
    0.12
    """
    return cost / revenue if revenue else None


def outgrows_profit(
    costs: Sequence[float], revenues: Sequence[float], profits: Sequence[float], rising: int = 3
) -> bool:
    """Whether the share of customer success in revenue rose in each of the last `rising` periods while the gross
    profit did not grow over the same time.

    >>> outgrows_profit([10, 11, 12, 13], [100, 100, 100, 100], [50, 50, 50, 50])
    True
    >>> outgrows_profit([10, 11, 12, 13], [100, 100, 100, 100], [50, 55, 60, 65])
    False
    """
    shares = [cost_share(cost, revenue) for cost, revenue in zip(costs, revenues, strict=True)][-rising - 1 :]
    if len(shares) < rising + 1 or any(share is None for share in shares):
        return False
    climbs = all(later > earlier for earlier, later in pairwise(share or 0.0 for share in shares))
    return climbs and profits[-1] <= profits[-rising - 1]


def success_accounts(facts: Facts, spans: ir.Table, rule: SuccessRule | None = None) -> ir.Table:
    """One row per period: what customer success cost, and what the customers who were there brought.

    Columns: period, revenue and gross_profit (of all sales of the period; sales without a known cost count whole), cost
    (of customer success), mrr_start, expansion (upsell and cross-sell), lost (contraction and cancellations), kept
    (mrr_start less lost). Money, 0 where there is none.
    """
    rule = rule or SuccessRule()
    sales = revenue_postings(facts, rule.postings)
    zone = rule.postings.zone
    sold = sales.select(
        day=local_time(sales.posted_at.cast("timestamp"), zone).date(),
        revenue=sales.amount,
        gross_profit=earned(sales),
        cost=ibis.null("decimal(18, 4)"),
    )
    costs = cost_postings(facts, rule.postings)
    ours = ibis.coalesce(costs.department.isin(rule.departments), ibis.literal(value=False)) | ibis.coalesce(
        costs.category.isin(rule.categories), ibis.literal(value=False)
    )
    spent = costs.filter(ours)
    money = ibis.null("decimal(18, 4)")
    spent = spent.select(day="spent_on", revenue=money, gross_profit=money, cost=spent.amount.cast("decimal(18, 4)"))
    both = sold.cast({"revenue": "decimal(18, 4)", "gross_profit": "decimal(18, 4)"}).union(spent)
    ends = spans.select("period", "start_date", "end_date")
    dated = both.inner_join(ends, [both.day >= ends.start_date, both.day < ends.end_date])
    booked = dated.group_by("period").aggregate(
        revenue=dated.revenue.sum(), gross_profit=dated.gross_profit.sum(), cost=dated.cost.sum()
    )
    moved = movements(facts, spans, rule.movements)
    moved = moved.group_by(moved="period").aggregate(
        expansion=(moved.upsell + moved.cross_sell).sum(), lost=(moved.contraction + moved.churned).sum()
    )
    opening = _opening(facts, spans, rule).rename(opened="period")
    booked = booked.rename(booked="period")
    table = spans.select("period")
    table = table.left_join(booked, table.period == booked.booked)
    table = table.left_join(moved, table.period == moved.moved)
    table = table.left_join(opening, table.period == opening.opened)
    filled = {
        name: ibis.coalesce(table[name], 0).cast("decimal(18, 4)")
        for name in ("revenue", "gross_profit", "cost", "mrr_start", "expansion", "lost")
    }
    table = table.select("period", **filled)
    return table.mutate(kept=(table.mrr_start - table.lost).cast("decimal(18, 4)"))


def _opening(facts: Facts, spans: ir.Table, rule: SuccessRule) -> ir.Table:
    """The recurring revenue at the start of each period."""
    paid = bridged(facts["subscriptions"], rule.movements.gap_days)
    paid = paid.filter((paid.mrr > 0) & paid.customer_id.notnull())
    ends = spans.select("period", "start_date")
    held = paid.inner_join(ends, paid.valid_from < ends.start_date)
    held = held.filter(open_before(held, held.start_date))
    return held.group_by("period").aggregate(mrr_start=held.mrr.sum())
