"""Contracts that run on a day, by how long they have run: what a forecast of renewals is asked about."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.lives import LifeRule, length_of, lives
from keiki.customers.postings import Facts


def running_contracts(facts: Facts, on: date, rule: LifeRule | None = None) -> ir.Table:
    """Customers whose contract runs on a day, counted together by the whole months it has run.

    Columns: months, customers, mrr (per month, of their contracts that day), there (how many of them still run on the
    last day the rule looks at).
    """
    table = lives(facts, rule)
    day = ibis.date(on.isoformat())
    running = table.filter((table.began_on <= day) & (table.ended_on.isnull() | (table.ended_on > day)))
    spans = facts["subscriptions"]
    paid = spans.filter((spans.valid_from <= day) & (spans.valid_to.isnull() | (spans.valid_to > day)))
    paid = paid.group_by(payer="customer_id").aggregate(mrr=paid.mrr.sum())
    joined = running.left_join(paid, running.customer_id == paid.payer)
    money = ibis.coalesce(joined.mrr, 0).cast("decimal(18, 4)")
    joined = joined.select("ended_on", months=length_of(joined.began_on, day, "month"), mrr=money)
    return joined.group_by("months").aggregate(
        customers=joined.count(),
        mrr=joined.mrr.sum().cast("decimal(18, 4)"),
        there=joined.ended_on.isnull().cast("int64").sum(),
    )
