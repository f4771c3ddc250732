"""What an empty cell means once a row is loaded."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr import types as ir

from keiki.facts.casts import LAKE_TYPES
from keiki.facts.contract import Fact, Kind
from keiki.facts.vocabulary import vocabulary


def with_defaults(fact: Fact, targets: dict[str, Any]) -> dict[str, Any]:
    """The targets with what an empty cell means: a completed order, a profit of amount less cost, a usual scale."""
    filled = dict(targets)
    if fact.name == "orders":
        status = filled.get("status")
        filled["status"] = ibis.literal("completed") if status is None else ibis.coalesce(status, "completed")
        if "amount" in filled and "cost" in filled:
            amount, cost = (filled[name].cast("decimal(38, 4)") for name in ("amount", "cost"))
            profit = (amount - cost).try_cast(LAKE_TYPES[Kind.MONEY])
            stated = filled.get("gross_profit")
            filled["gross_profit"] = profit if stated is None else ibis.coalesce(stated, profit)
    if fact.name == "surveys":
        top = usual_scale(filled["kind"])
        filled["scale_max"] = ibis.coalesce(filled["scale_max"], top) if "scale_max" in filled else top
    return filled


def usual_scale(kind: Any) -> Any:
    """The top of the scale that a kind of survey usually has: 10 for NPS, 1 for awareness, 5 where nothing is known."""
    scales = {
        value: float(flag.removeprefix("scale "))
        for value, label in vocabulary("survey_kind").items()
        for flag in label.flags
        if flag.startswith("scale ")
    }
    return ibis.cases(*((kind == value, top) for value, top in scales.items()), else_=5.0)


def first_spans(subscriptions: ir.Table) -> ir.Table:
    """Subscriptions with reason `new` where a customer's first span has none.

    Which span is the first shows only in the whole table, so this belongs behind the load, not into one file.
    """
    order = [subscriptions.valid_from, subscriptions.subscription_id]
    place = ibis.row_number().over(group_by="customer_id", order_by=order)
    reason_or_new = ibis.cases((place == 0, ibis.coalesce(subscriptions.reason, "new")), else_=subscriptions.reason)
    return subscriptions.mutate(reason=reason_or_new)
