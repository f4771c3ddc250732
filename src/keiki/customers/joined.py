"""What every department knows of an account, joined by its id: leads, orders, contracts, use and tickets."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts
from keiki.customers.timeline import USE

SIDES: Final = ("leads", "orders", "contracts", "uses", "tickets")
"""The columns of `joined`: distinct leads, orders, distinct contracts, events of use, tickets."""


def joined(facts: Facts) -> ir.Table:
    """One row per account id that any department knows; rows without an account stand under the id NULL.

    Columns: customer_id and the counts of `SIDES`, 0 where a department does not know the account. Every side is
    counted on its own before they meet, so that no order is counted once per lead: the sums are those of the tables.
    """
    stages, events = facts["stages"], facts["events"]
    parts = [
        _counted(stages.filter(stages.pipeline == "lead"), "leads", "subject_id"),
        _counted(facts["orders"], "orders"),
        _counted(facts["subscriptions"], "contracts", "subscription_id"),
        _counted(events.filter(events.name.isin(USE)), "uses"),
        _counted(facts["tickets"], "tickets"),
    ]
    table = ibis.union(*parts)
    return table.group_by("customer_id").aggregate(**{side: table[side].sum().cast("int64") for side in SIDES})


def overlap(facts: Facts) -> ir.Table:
    """How many accounts are known to which departments: one row per combination of `SIDES`.

    Columns: with_<side> (whether they know these accounts), accounts, and the sums of every side. The row in which
    `named` is false holds what belongs to no account; its accounts are 0.
    """
    table = joined(facts)
    table = table.mutate(named=table.customer_id.notnull(), **{f"with_{side}": table[side] > 0 for side in SIDES})
    return table.group_by(["named", *(f"with_{side}" for side in SIDES)]).aggregate(
        accounts=table.customer_id.count(), **{side: table[side].sum().cast("int64") for side in SIDES}
    )


def _counted(table: ir.Table, side: str, distinct: str | None = None) -> ir.Table:
    """How many rows each account has; a `distinct` id counts once, for the account that any of its rows names."""
    if distinct is not None:
        table = table.group_by(distinct).aggregate(customer_id=table.customer_id.max())
    found = table.group_by("customer_id").aggregate(number=table.count())
    zero = ibis.literal(0).cast("int64")
    return found.select("customer_id", **{each: found.number.cast("int64") if each == side else zero for each in SIDES})
