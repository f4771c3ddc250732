"""Who is still a customer: prospect, active, dormant or churned at both ends of a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts, PostingRule
from keiki.customers.repeat import purchased

SIDES = ("start", "end")
OF_CUSTOMER = ("segment", "kind", "region", "plan", "icp_fit", "rank", "audience")


@dataclass(frozen=True)
class RetentionRule:
    """`dormancy_days` without a purchase make a customer without an open contract dormant (setting)."""

    dormancy_days: int = 365
    gap_days: int = 1
    postings: PostingRule = PostingRule()


def status_changes(facts: Facts, spans: ir.Table, rule: RetentionRule | None = None) -> ir.Table:
    """One row per period and customer acquired before its end, with the status at both ends.

    Columns: period, customer_id, segment, kind, region, plan, icp_fit, rank, audience, status_start, status_end
    (`prospect`, `active`, `dormant`, `churned`) and purchased (a purchase in the period). Customers are those of the
    fact `customers` and everyone who bought or held a contract. An end of a period is read before its boundary:
    somebody acquired on the first day was a prospect at the start.
    """
    rule = rule or RetentionRule()
    ends = _boundaries(spans)
    held = contracts(facts, rule)
    bought = purchased(facts, rule.postings, "ordered_at")
    people = _people(facts, held, bought)
    parts = (_known(people, spans), _last_purchases(bought, ends, spans), _open_contracts(held, spans))
    return _named(_together(parts), rule)


def statuses_at(facts: Facts, moments: ir.Table, rule: RetentionRule | None = None) -> ir.Table:
    """The status of customers on days of their own: `moments` has a row per customer_id and day, with the day's local
    midnight as the UTC instant `at`.

    Columns: customer_id, day, status (`active`, `dormant`, `churned`), read before the day begins. Whoever is asked
    about is taken to be a customer by then.
    """
    rule = rule or RetentionRule()
    moments = moments.select("customer_id", "day", then_at="at")  # one twice would change no maximum below
    parts = (_left(facts, moments), _held(contracts(facts, rule), moments), _bought(facts, moments, rule))
    shape = {name: kind for part in parts for name, kind in part.schema().items()}
    every = ibis.union(*(_widened(part, shape) for part in parts))
    table = every.group_by("customer_id", "day").aggregate(
        **{
            name: every[name].any() if kind.is_boolean() else every[name].max()
            for name, kind in shape.items()
            if name not in ("customer_id", "day")
        }
    )
    return table.select("customer_id", "day", status=_status(table, "then", rule))


def _left(facts: Facts, moments: ir.Table) -> ir.Table:
    left = facts["customers"].select("customer_id", "churned_on")
    told = moments.left_join(left, "customer_id")
    return told.select("customer_id", "day", "then_at", churned_then=told.churned_on < told.day)


def _held(held: ir.Table, moments: ir.Table) -> ir.Table:
    held = held.select(holder="customer_id", valid_from="valid_from", valid_to="valid_to", mrr="mrr")
    spans = moments.inner_join(held, [moments.customer_id == held.holder, held.valid_from < moments.day])
    is_open = open_before(spans, spans.day)
    return spans.select(
        "customer_id",
        "day",
        held_then=ibis.literal(value=True),
        paid_then=spans.mrr > 0,
        open_then=is_open,
        pays_then=is_open & (spans.mrr > 0),
    )


def _bought(facts: Facts, moments: ir.Table, rule: RetentionRule) -> ir.Table:
    sold = purchased(facts, rule.postings, "ordered_at").select(buyer="customer_id", last_then="ordered_at")
    last = moments.inner_join(sold, [moments.customer_id == sold.buyer, sold.last_then < moments.then_at])
    return last.select("customer_id", "day", "last_then")


def contracts(facts: Facts, rule: RetentionRule) -> ir.Table:
    """Spans that make somebody a customer: paid ones and free holdings, trials not, without too short gaps."""
    held = bridged(facts["subscriptions"], rule.gap_days)
    return held.filter(held.customer_id.notnull() & ((held.mrr > 0) | (ibis.coalesce(held.reason, "") != "trial")))


def _boundaries(spans: ir.Table) -> ir.Table:
    """Every start and end once, with the boundary before it."""
    ends = spans.select(day="start_date", at="start_at").union(spans.select(day="end_date", at="end_at")).distinct()
    before = ends.at.lag().over(ibis.window(order_by=ends.at))
    return ends.mutate(before=ibis.coalesce(before, ibis.timestamp("0001-01-01 00:00:00")))


def _people(facts: Facts, held: ir.Table, bought: ir.Table) -> ir.Table:
    """Everyone known, with the first day of each kind of relation."""
    customers = facts["customers"]
    paid_on = held.valid_from.min(where=held.mrr > 0)
    parts = (
        customers.select("customer_id", "acquired_on", "churned_on", *OF_CUSTOMER),
        bought.group_by("customer_id").aggregate(first_at=bought.ordered_at.min()),
        held.group_by("customer_id").aggregate(held_on=held.valid_from.min(), paid_on=paid_on),
    )
    shape = {name: kind for part in parts for name, kind in part.schema().items()}
    every = ibis.union(*(_widened(part, shape) for part in parts))
    return every.group_by("customer_id").aggregate(
        **{name: every[name].max() for name in shape if name != "customer_id"}
    )


def _widened(part: ir.Table, shape: Mapping[str, dt.DataType]) -> ir.Table:
    return part.select(**{n: part[n] if n in part.columns else ibis.null(kind) for n, kind in shape.items()})


def _known(people: ir.Table, spans: ir.Table) -> ir.Table:
    """Everyone acquired before the end of a period, with what was true of them before each of its ends."""
    table = people.inner_join(spans, _acquired(people, spans.end_date, spans.end_at))
    columns: dict[str, ir.Value] = {"acquired_start": _acquired(table, table.start_date, table.start_at)}
    for side in SIDES:
        day = table[f"{side}_date"]
        columns |= {f"{name}_{side}": table[f"{name}_on"] < day for name in ("churned", "paid", "held")}
    return table.select("period", "customer_id", "start_at", "end_at", *OF_CUSTOMER, **columns)


def _acquired(people: ir.Table, day: ir.Value, at: ir.Value) -> ir.BooleanValue:
    listed = people.acquired_on
    return ibis.ifelse(listed.notnull(), listed < day, (people.first_at < at) | (people.held_on < day))


def _last_purchases(bought: ir.Table, ends: ir.Table, spans: ir.Table) -> ir.Table:
    """The latest purchase of a customer before each end: found between boundaries, then carried forward."""
    between = bought.inner_join(ends, [bought.ordered_at >= ends.before, bought.ordered_at < ends["at"]])
    latest = between.group_by("customer_id", since="at").aggregate(last_at=between.ordered_at.max())
    order = ibis.window(group_by=latest.customer_id, order_by=latest.since)
    never = ibis.timestamp("9999-12-31 00:00:00")
    latest = latest.mutate(until=ibis.coalesce(latest.since.lead().over(order), never))
    table = latest.inner_join(spans, [latest.since <= spans.end_at, latest.until > spans.start_at])
    nothing = ibis.null(table.last_at.type())
    last = {f"last_{s}": (table.since <= table[f"{s}_at"]) & (table.until > table[f"{s}_at"]) for s in SIDES}
    return table.select(
        "period", "customer_id", **{name: ibis.ifelse(held, table.last_at, nothing) for name, held in last.items()}
    )


def _open_contracts(held: ir.Table, spans: ir.Table) -> ir.Table:
    """Contracts open before an end of a period, and whether they have revenue."""
    reaches = held.valid_to.isnull() | (held.valid_to >= spans.start_date)
    table = held.inner_join(spans, [held.valid_from < spans.end_date, reaches])
    columns: dict[str, ir.Value] = {}
    for side in SIDES:
        is_open = open_before(table, table[f"{side}_date"])
        columns |= {f"open_{side}": is_open, f"pays_{side}": is_open & (table.mrr > 0)}
    return table.select("period", "customer_id", **columns)


def _together(parts: Iterable[ir.Table]) -> ir.Table:
    """One row per period and customer, everything known of them in it; those never acquired are left out."""
    shape = {name: kind for part in parts for name, kind in part.schema().items()}
    every = ibis.union(*(_widened(part, shape) for part in parts))
    table = every.group_by("period", "customer_id").aggregate(
        **{
            name: every[name].any() if kind.is_boolean() else every[name].max()
            for name, kind in shape.items()
            if name not in ("period", "customer_id")
        }
    )
    return table.filter(table.end_at.notnull())


def _named(table: ir.Table, rule: RetentionRule) -> ir.Table:
    status = {f"status_{side}": _status(table, side, rule) for side in SIDES}
    status["status_start"] = ibis.ifelse(table.acquired_start, status["status_start"], "prospect")
    bought = table.last_end >= table.start_at
    return table.select(
        "period", "customer_id", *OF_CUSTOMER, **status, purchased=ibis.coalesce(bought, ibis.literal(value=False))
    )


def _status(table: ir.Table, side: str, rule: RetentionRule) -> ir.StringValue:
    """The status of somebody acquired, before one end of the period."""

    def true(name: str) -> ir.BooleanValue:
        return ibis.coalesce(table[f"{name}_{side}"], ibis.literal(value=False))

    ended = ibis.ifelse(true("paid"), ~true("pays"), true("held") & ~true("open"))
    quiet = table[f"last_{side}"] < table[f"{side}_at"] - ibis.interval(days=rule.dormancy_days)
    return ibis.cases((true("churned") | ended, "churned"), (~true("open") & quiet, "dormant"), else_="active")
