"""What moved monthly recurring revenue: new, returned, upsold, cross-sold, contracted and churned, per customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts
from keiki.journeys.local_time import midnight
from keiki.journeys.windows import window

OF_SPAN = ("plan", "product", "billing_period", "audience", "initiated_by", "reason")
AMOUNTS = ("mrr_start", "mrr_end", "new", "reactivation", "upsell", "cross_sell", "contraction", "churned")


@dataclass(frozen=True)
class MovementRule:
    """How a change of recurring revenue is named.

    `gap_days` between two spans of a contract are no interruption. A span that begins in the period with a reason of
    `cross_sell` or `upsell` decides which of the two its revenue is; others are cross-sell when their product is new
    to the customer. A span with the reason `reactivation` makes a customer returned even if nothing earlier is loaded.
    """

    gap_days: int = 1
    cross_sell: tuple[str, ...] = ("cross_sell",)
    upsell: tuple[str, ...] = ("upsell", "seat_expansion", "price_change")


def movements(facts: Facts, spans: ir.Table, rule: MovementRule | None = None) -> ir.Table:
    """One row per period and customer whose contracts changed in it, with the change named.

    Columns: period, customer_id, plan, product, billing_period, audience, initiated_by and reason (of the span that
    decides: of those open at the end the latest begun, else of those open at the start), mrr_start, mrr_end, and the
    movements new, reactivation, upsell, cross_sell, contraction, churned (all ≥ 0). In every row
    mrr_end = mrr_start + new + reactivation + upsell + cross_sell - contraction - churned.
    A customer without a change has no row: its revenue is the same at both ends. Revenue at an end of a period is
    read at the end of the day before the boundary (`open_before`).
    """
    rule = rule or MovementRule()
    paid = _paid(facts, rule)
    held = _changed(paid, spans).inner_join(paid, "customer_id")
    totals = _by_customer(_by_product(held, rule))
    totals = totals.filter((totals.mrr_start > 0) | (totals.mrr_end > 0))
    return _named(totals)


def _paid(facts: Facts, rule: MovementRule) -> ir.Table:
    spans = bridged(facts["subscriptions"], rule.gap_days)
    return spans.filter((spans.mrr > 0) & spans.customer_id.notnull())


def _changed(paid: ir.Table, spans: ir.Table) -> ir.Table:
    """The periods in which a span of the customer begins or ends: only there can revenue differ."""
    days = paid.select("customer_id", day="valid_from").union(paid.select("customer_id", day="valid_to"))
    touched = days.inner_join(spans, [days.day >= spans.start_date, days.day < spans.end_date])
    return touched.select("period", "start_date", "end_date", "customer_id").distinct()


def _by_product(held: ir.Table, rule: MovementRule) -> ir.Table:
    at_start, at_end = open_before(held, held.start_date), open_before(held, held.end_date)
    begun = held.valid_from >= held.start_date
    start, end = _when(at_start, held.mrr), _when(at_end, held.mrr)
    table = held.mutate(
        start=start,
        end=end,
        said_cross=_when(at_end & begun & held.reason.isin(rule.cross_sell), held.mrr),
        said_up=_when(at_end & begun & held.reason.isin(rule.upsell), held.mrr),
        returned=at_end & begun & (ibis.coalesce(held.reason, "") == "reactivation"),
        decides=ibis.struct(
            {"rank": ibis.cases((at_end, 2), (at_start, 1), else_=0)}
            | {name: held[name] for name in ("valid_from", "mrr", "subscription_id", *OF_SPAN)}
        ),
    )
    return table.group_by("period", "start_date", "customer_id", item=ibis.coalesce(table["product"], "")).aggregate(
        start=table.start.sum(),
        end=table.end.sum(),
        said_cross=table.said_cross.sum(),
        said_up=table.said_up.sum(),
        returned=table.returned.any(),
        first_on=table.valid_from.min(),
        decides=table.decides.max(),
    )


def _by_customer(items: ir.Table) -> ir.Table:
    unsaid = items.end - items.said_cross - items.said_up
    cross = items.said_cross + _when(items.start == 0, unsaid)
    return (
        items.mutate(cross=cross)
        .group_by("period", "customer_id")
        .aggregate(
            mrr_start=ibis._.start.sum(),
            mrr_end=ibis._.end.sum(),
            cross=ibis._.cross.sum(),
            returned=ibis._.returned.any() | (ibis._.first_on.min() < ibis._.start_date.min()),
            decides=ibis._.decides.max(),
        )
    )


def _named(totals: ir.Table) -> ir.Table:
    start, end = totals.mrr_start, totals.mrr_end
    joined, stayed = start == 0, (start > 0) & (end > 0)
    gained = _when(stayed & (end > start), end - start)
    cross = ibis.least(gained, totals.cross)
    amounts = {
        "mrr_start": start,
        "mrr_end": end,
        "new": _when(joined & ~totals.returned, end),
        "reactivation": _when(joined & totals.returned, end),
        "upsell": gained - cross,
        "cross_sell": cross,
        "contraction": _when(stayed & (end < start), start - end),
        "churned": _when(end == 0, start),
    }
    return totals.select(
        "period",
        "customer_id",
        **{name: totals.decides[name] for name in OF_SPAN},
        **{name: value.cast("decimal(18, 4)") for name, value in amounts.items()},
    )


def _when(condition: ir.BooleanValue, amount: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, amount, ibis.literal(0).cast(amount.type()))


def expansions(facts: Facts, spans: ir.Table, rule: MovementRule | None = None) -> ir.Table:
    """One row per period, month in it and customer: what the customer paid above its revenue at the period's start.

    Columns: period, month_end (exclusive), customer_id, plan, product, billing_period, audience, initiated_by and
    reason (of the span open at the month's end that began last), mrr_start, mrr_end (of the month) and expansion
    (≥ 0; 0 for customers that had no revenue at the start). Months are counted from the start of the period; a part of
    a month counts by its days. A customer without a change in the period has no row.
    """
    paid = _paid(facts, rule or MovementRule())
    months = _months(spans)
    held = _changed(paid, spans).inner_join(months, "period").inner_join(paid, "customer_id")
    at_end = open_before(held, held.month_end)
    decides = {name: held[name] for name in ("valid_from", "mrr", "subscription_id", *OF_SPAN)}
    each = held.group_by("period", "month_end", "customer_id").aggregate(
        mrr_start=_when(open_before(held, held.start_date), held.mrr).sum(),
        mrr_end=_when(at_end, held.mrr).sum(),
        share=held.share.max(),
        decides=ibis.struct(decides).max(where=at_end),
    )
    stayed = each.filter((each.mrr_start > 0) & (each.mrr_end > 0))
    above = ibis.greatest(stayed.mrr_end - stayed.mrr_start, ibis.literal(0).cast(stayed.mrr_end.type()))
    return stayed.select(
        "period",
        "month_end",
        "customer_id",
        **{name: stayed.decides[name] for name in OF_SPAN},
        mrr_start=stayed.mrr_start,
        mrr_end=stayed.mrr_end,
        expansion=above.cast("float64") * stayed.share,
    )


MOST_MONTHS = 36
"""Months of a period that `expansions` looks at."""


def _months(spans: ir.Table) -> ir.Table:
    """The months of each period: period, month_end (exclusive), share (1, less where the period cuts the month)."""
    numbers = ibis.range(0, MOST_MONTHS).unnest().name("number").as_table()
    table = spans.select("period", "start_date", "end_date").cross_join(numbers)

    def after(months: int) -> ir.Value:
        steps = [
            (table.number == n, (table.start_date + ibis.interval(months=n + months)).cast("date"))
            for n in range(MOST_MONTHS)
        ]
        return ibis.cases(*steps)

    table = table.mutate(month_start=after(0), whole_end=after(1))
    table = table.filter(table.month_start < table.end_date)
    table = table.mutate(month_end=ibis.least(table.whole_end, table.end_date))
    days = table.month_end.delta(table.month_start, unit="day").cast("float64")
    whole = table.whole_end.delta(table.month_start, unit="day").cast("float64")
    return table.select("period", "month_end", share=days / whole)


def renewals(facts: Facts, spans: ir.Table, rule: MovementRule | None = None) -> ir.Table:
    """One row per contract and renewal day in the period: due, and whether it was renewed.

    Columns: period, subscription_id, customer_id, renewal_on, plan, product, billing_period, audience, initiated_by,
    reason (of the span that names the day, the latest begun), and renewed: the contract has revenue on the day after
    `renewal_on`, at whatever price.
    """
    rule = rule or MovementRule()
    table = bridged(facts["subscriptions"], rule.gap_days)
    named = table.filter(table.renewal_on.notnull())
    named = named.group_by("subscription_id", "renewal_on").aggregate(
        of=ibis.struct({name: named[name] for name in ("valid_from", "customer_id", *OF_SPAN)}).max()
    )
    due = named.inner_join(spans, [named.renewal_on >= spans.start_date, named.renewal_on < spans.end_date])
    due = due.select("period", "subscription_id", "renewal_on", "of")
    paid = table.filter(table.mrr > 0).select(contract="subscription_id", valid_from="valid_from", valid_to="valid_to")
    after = due.renewal_on + ibis.interval(days=1)
    running = (paid.valid_from <= after) & (paid.valid_to.isnull() | (paid.valid_to > after))
    won = due.semi_join(paid, [due.subscription_id == paid.contract, running])
    won = won.select(won_period="period", won_contract="subscription_id", won_on="renewal_on")
    joined = due.left_join(
        won,
        [due.period == won.won_period, due.subscription_id == won.won_contract, due.renewal_on == won.won_on],
    )
    return joined.select(
        "period",
        "subscription_id",
        "renewal_on",
        customer_id=joined.of["customer_id"],
        **{name: joined.of[name] for name in OF_SPAN},
        renewed=joined.won_contract.notnull(),
    )


def trials(facts: Facts, within: str = "60d", as_of: datetime | None = None, zone: str = "Asia/Tokyo") -> ir.Table:
    """One row per trial: when it began, whether its window has ended, and whether the customer then paid.

    Columns: subscription_id, customer_id, plan, product, valid_from (the first day of the trial), window_ended (by
    `as_of`, a UTC instant; None: the latest day on which any contract began), converted (revenue above 0 at some
    day from the start of the trial up to the end of the window).
    """
    table = facts["subscriptions"]
    begun = table.filter(table.reason == "trial").group_by("subscription_id")
    begun = begun.aggregate(
        of=ibis.struct({name: table[name] for name in ("valid_from", "customer_id", "plan", "product")}).min()
    )
    begun = begun.select(
        "subscription_id", **{n: begun.of[n] for n in ("valid_from", "customer_id", "plan", "product")}
    )
    paid = table.filter((table.mrr > 0) & table.customer_id.notnull())
    paid = paid.select(payer="customer_id", paid_from="valid_from", paid_to="valid_to")
    closes = (begun.valid_from.cast("timestamp") + window(within)).date()
    inside = (paid.paid_from <= closes) & (paid.paid_to.isnull() | (paid.paid_to > begun.valid_from))
    won = begun.semi_join(paid, [begun.customer_id == paid.payer, inside]).select(won="subscription_id")
    until = midnight(table.valid_from, zone).max().as_scalar() if as_of is None else ibis.timestamp(f"{as_of}")
    begun = begun.mutate(window_ended=midnight(closes, zone) <= until)
    joined = begun.left_join(won, begun.subscription_id == won.won)
    return joined.mutate(converted=joined.won.notnull()).drop("won")
