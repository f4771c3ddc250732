"""Stripe: the export of subscriptions, one row per subscription."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr import types as ir

from keiki.facts.mapping import Mapping, Rule
from keiki.sources.exports.export import Export, amount_of, column, cut_lines, torn_kept
from keiki.sources.part import Part

PER_MONTH = {"day": 365 / 12, "week": 52 / 12, "month": 1.0, "year": 1 / 12}
"""How often a month is paid for by an interval: a yearly price counts for a twelfth."""

BILLED = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
NEVER_BEGAN = ("incomplete", "incomplete_expired")


def parts(table: ir.Table) -> tuple[Part, ...]:
    """Spans of subscriptions: a trial is a span of its own with MRR 0, the paid time another.

    MRR is the price per unit times the quantity, taken to one month. Subscriptions whose first payment never came
    (incomplete) are no spans, and one that is still in trial has no paid span yet.
    """
    rows = _rows(cut_lines(table))
    began = rows.filter(~ibis.coalesce(rows["state"], "").isin(list(NEVER_BEGAN)))
    on_trial = began.filter(began["trial_start"].notnull() & began["trial_end"].notnull())
    trial = on_trial.mutate(
        mrr=ibis.literal("0"), start=on_trial["trial_start"], end=_earlier(on_trial), reason=ibis.literal("trial")
    )
    still = ibis.coalesce(began["state"], "") == "trialing"
    ended_on_trial = ibis.coalesce(began["trial_end"] >= began["ended"], False)
    paid = began.filter(~still & ~ended_on_trial)
    paid = paid.mutate(start=ibis.coalesce(paid["trial_end"], paid["start"]), end=paid["ended"])
    spans = ibis.union(*(part.drop("trial_start", "trial_end", "ended", "state") for part in (trial, paid)))
    return (Part("subscriptions", torn_kept(spans, table), MAPPING),)


def _earlier(rows: ir.Table) -> Any:
    over = ibis.coalesce(rows["ended"] < rows["trial_end"], False)
    return ibis.cases((over, rows["ended"]), else_=rows["trial_end"])


def _rows(table: ir.Table) -> ir.Table:
    interval = column(table, "Interval", "plan.interval", "Plan Interval").lower()
    often = ibis.coalesce(amount_of(table, "Interval Count", "plan.interval_count"), 1).cast("float64")
    factor = ibis.cases(*((interval == name, factor) for name, factor in PER_MONTH.items()))
    quantity = ibis.coalesce(amount_of(table, "Quantity", "quantity"), 1).cast("float64")
    price = amount_of(table, "Amount", "plan.amount").cast("float64")
    mrr = (price * quantity * factor / often.nullif(0)).round(4)
    return table.select(
        "_row",
        subscription_id=column(table, "id", "Subscription ID"),
        customer_id=column(table, "Customer ID", "customer"),
        plan=ibis.coalesce(column(table, "plan.nickname"), column(table, "Plan", "Plan ID", "plan.id")),
        product=column(table, "Product", "plan.product"),
        mrr=mrr.cast("string"),
        seats=column(table, "Quantity"),
        billing_period=ibis.cases(*((interval == name, word) for name, word in BILLED.items())),
        renewal_on=_utc(table, "Current Period End"),
        start=ibis.coalesce(_utc(table, "Start"), _utc(table, "Start Date"), _utc(table, "Created")),
        end=ibis.null("string"),
        reason=ibis.null("string"),
        ended=_utc(table, "Ended At"),
        trial_start=_utc(table, "Trial Start"),
        trial_end=_utc(table, "Trial End"),
        state=column(table, "Status").lower(),
    )


def _utc(table: ir.Table, heading: str) -> Any:
    """A time that Stripe writes in UTC, said so in the text, so that it falls on the business's own day."""
    written = column(table, f"{heading} (UTC)", heading, heading.lower().replace(" ", "_"))
    bare = written.re_search(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$")
    return ibis.cases((bare, written + " UTC"), else_=written)


MAPPING = Mapping(
    "subscriptions",
    {
        "subscription_id": Rule(("subscription_id",)),
        "customer_id": Rule(("customer_id",)),
        "plan": Rule(("plan",)),
        "product": Rule(("product",)),
        "mrr": Rule(("mrr",)),
        "valid_from": Rule(("start",)),
        "valid_to": Rule(("end",)),
        "reason": Rule(("reason",)),
        "seats": Rule(("seats",)),
        "renewal_on": Rule(("renewal_on",)),
        "billing_period": Rule(("billing_period",)),
    },
)
STRIPE = Export(
    "stripe",
    "Stripe 定期支払い",
    "Stripe subscriptions",
    header=frozenset({"id", "Customer ID", "Plan", "Interval", "Amount", "Status"}),
    often=frozenset({"Start (UTC)", "Ended At (UTC)", "Trial Start (UTC)", "Current Period End (UTC)", "Quantity"}),
    make=parts,
)
