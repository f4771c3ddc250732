"""Everything that happened with one customer, newest first."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time, midnight

KINDS: Final = ("order", "contract", "invoice", "ticket", "survey", "stage", "mail", "contact", "usage", "visit")
MAIL: Final = (
    "email_delivered",
    "email_opened",
    "email_clicked",
    "email_converted",
    "email_replied",
    "email_unsubscribed",
)
USE: Final = ("login", "feature_use", "app_install")
CONTACT: Final = ("call", "meeting_set", "meeting_held", "meeting_cancelled", "document_sent", "document_viewed")


def timeline(facts: Facts, customer_id: str, zone: str = "Asia/Tokyo") -> ir.Table:
    """One row per thing that happened with a customer. Use and visits are told day by day, everything else one by one.

    Columns: on_day (local), at (UTC instant), kind (one of `KINDS`), what (the word of the fact: status of an order,
    reason of a contract, kind of an invoice or survey, category of a ticket, stage, event), detail (product, plan,
    topic, comment, feature …), amount (money, NULL without), score (of a survey), number (of events told together),
    reference (the row's own id; NULL for events). Order by at and reference.
    """
    parts = [
        _orders(facts, customer_id),
        _contracts(facts, customer_id, zone),
        _invoices(facts, customer_id, zone),
        _tickets(facts, customer_id),
        _surveys(facts, customer_id),
        _stages(facts, customer_id),
        _events(facts, customer_id, zone),
    ]
    table = ibis.union(*parts)
    return table.mutate(on_day=local_time(table["at"], zone).date())


def _row(table: ir.Table, kind: str | ir.Value, at: ir.Value, **more: ir.Value) -> ir.Table:
    columns = {
        "at": at.cast("timestamp"),
        "kind": ibis.literal(kind) if isinstance(kind, str) else kind,
        "what": ibis.null("string"),
        "detail": ibis.null("string"),
        "amount": ibis.null("decimal(18, 4)"),
        "score": ibis.null("float64"),
        "number": ibis.literal(1).cast("int64"),
        "reference": ibis.null("string"),
    } | more
    return table.select(**columns)


def _money(value: ir.Value) -> ir.Value:
    return value.cast("decimal(18, 4)")


def _orders(facts: Facts, customer_id: str) -> ir.Table:
    mine = facts["orders"]
    mine = mine.filter(mine.customer_id == customer_id)
    status = ibis.coalesce(mine.status, "completed")
    return _row(
        mine,
        "order",
        mine.ordered_at,
        what=status,
        detail=ibis.coalesce(mine["product"], mine.channel),
        amount=_money(mine.amount),
        reference=mine.order_id,
    )


def _contracts(facts: Facts, customer_id: str, zone: str) -> ir.Table:
    """A contract's beginning, its changes, and its end."""
    mine = facts["subscriptions"]
    mine = mine.filter(mine.customer_id == customer_id)
    order = ibis.window(group_by=mine.subscription_id, order_by=mine.valid_from)
    mine = mine.mutate(following=mine.valid_from.lead().over(order))
    begun = _row(
        mine,
        "contract",
        midnight(mine.valid_from, zone),
        what=ibis.coalesce(mine.reason, "new"),
        detail=ibis.coalesce(mine.plan, mine["product"]),
        amount=_money(mine.mrr),
        reference=mine.subscription_id,
    )
    over = mine.filter(mine.valid_to.notnull() & (mine.following.isnull() | (mine.following > mine.valid_to)))
    ended = _row(
        over,
        "contract",
        midnight(over.valid_to, zone),
        what=ibis.literal("ended"),
        detail=ibis.coalesce(over.plan, over["product"]),
        amount=_money(-over.mrr),
        reference=over.subscription_id,
    )
    return begun.union(ended)


def _invoices(facts: Facts, customer_id: str, zone: str) -> ir.Table:
    mine = facts["invoices"]
    mine = mine.filter(mine.customer_id == customer_id)
    paid = ibis.ifelse(mine.paid_on.notnull(), "paid", "open")
    return _row(
        mine,
        "invoice",
        midnight(mine.issued_on, zone),
        what=paid,
        detail=ibis.coalesce(mine["product"], mine.kind),
        amount=_money(mine.amount),
        reference=mine.invoice_id,
    )


def _tickets(facts: Facts, customer_id: str) -> ir.Table:
    mine = facts["tickets"]
    mine = mine.filter(mine.customer_id == customer_id)
    return _row(
        mine,
        "ticket",
        mine.opened_at,
        what=ibis.coalesce(mine.category, "inquiry"),
        detail=mine.topic,
        reference=mine.ticket_id,
    )


def _surveys(facts: Facts, customer_id: str) -> ir.Table:
    mine = facts["surveys"]
    mine = mine.filter(mine.customer_id == customer_id)
    score = mine.score.cast("float64")
    return _row(
        mine, "survey", mine.answered_at, what=mine.kind, detail=mine.comment, score=score, reference=mine.response_id
    )


def _stages(facts: Facts, customer_id: str) -> ir.Table:
    mine = facts["stages"]
    mine = mine.filter(mine.customer_id == customer_id)
    return _row(
        mine,
        "stage",
        mine.entered_at,
        what=mine.stage,
        detail=mine.pipeline,
        amount=_money(mine.amount),
        reference=mine.subject_id,
    )


def _events(facts: Facts, customer_id: str, zone: str) -> ir.Table:
    """Mail and contacts one by one; use and visits once per day and word."""
    mine = facts["events"]
    mine = mine.filter(mine.customer_id == customer_id)
    kind = ibis.cases(
        (mine.name.isin(MAIL), "mail"),
        (mine.name.isin(CONTACT), "contact"),
        (mine.name.isin(USE), "usage"),
        else_="visit",
    )
    told = mine.mutate(sort=kind, moment=mine.occurred_at.cast("timestamp"))
    single = told.sort.isin(("mail", "contact"))
    apart = told.filter(single)
    one = _row(
        apart,
        apart.sort,
        apart.moment,
        what=apart.name,
        detail=ibis.coalesce(apart.campaign, apart.meeting_kind, apart.outcome),
    )
    daily = told.filter(~single).mutate(day=local_time(told.moment, zone).date())
    daily = daily.group_by("day", "sort", "name").aggregate(
        moment=daily.moment.max(),
        detail=ibis.coalesce(daily.feature, daily.page_type).max(),
        number=daily.count().cast("int64"),
    )
    many = _row(daily, daily.sort, daily.moment, what=daily.name, detail=daily.detail, number=daily.number)
    return one.union(many)
