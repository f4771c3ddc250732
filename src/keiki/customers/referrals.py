"""Who refers others, and how many of those referred became customers."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts

REFERRAL, CONVERTED = "referral", "success"
"""The event of a referral, and its outcome once the person referred became a customer."""


def referrals(facts: Facts, spans: ir.Table, attribute: str | None = None, value: str | None = None) -> ir.Table:
    """One row per period and customer who referred somebody in it: period, customer_id, referrals, converted.

    With an `attribute` of customers only those who have this value in it.
    """
    events = facts["events"]
    told = events.filter((events.name == REFERRAL) & events.customer_id.notnull())
    told = told.select(
        "customer_id", "occurred_at", won=ibis.coalesce(told.outcome == CONVERTED, ibis.literal(value=False))
    )
    if attribute is not None:
        people = facts["customers"]
        told = told.semi_join(people.filter(people[attribute].cast("string") == value), "customer_id")
    joined = told.inner_join(spans, [told.occurred_at >= spans.start_at, told.occurred_at < spans.end_at])
    return joined.group_by("period", "customer_id").aggregate(
        referrals=joined.count(), converted=joined.won.cast("int64").sum()
    )


def referral_rate(referrals: int, converted: int) -> float | None:
    """The share of referrals that became customers; None without a referral.

    >>> referral_rate(2, 1), referral_rate(0, 0)
    (0.5, None)
    """
    return converted / referrals if referrals else None
