"""Spans of contracts as the other models read them: without interruptions too short to count, and what stays open."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def bridged(subscriptions: ir.Table, gap_days: int = 1) -> ir.Table:
    """Spans whose end is moved to the next span of the same contract when at most `gap_days` lie between.

    A source that writes the last day of a term as its end (31 January, next from 1 February) would otherwise look
    like a cancellation and a return.
    """
    if gap_days == 0:
        return subscriptions
    order = ibis.window(group_by=subscriptions.subscription_id, order_by=subscriptions.valid_from)
    following = subscriptions.valid_from.lead().over(order)
    short = (following > subscriptions.valid_to) & (following <= subscriptions.valid_to + ibis.interval(days=gap_days))
    return subscriptions.mutate(valid_to=ibis.ifelse(short, following, subscriptions.valid_to))


def open_before(spans: ir.Table, day: ir.Value) -> ir.BooleanValue:
    """Whether a span is open at the end of the day before: a contract that begins on a day belongs to that day.

    The end of January is read before 1 February, so a contract from 1 February is new in February, and one that ran
    up to 1 February (its last day was the 31st) is lost in February.
    """
    return (spans.valid_from < day) & (spans.valid_to.isnull() | (spans.valid_to >= day))
