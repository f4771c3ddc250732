"""Who is still a customer: prospect, active, dormant or churned at both ends of a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts, PostingRule
from keiki.customers.repeat import purchased

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
    held = bridged(facts["subscriptions"], rule.gap_days)
    held = held.filter(held.customer_id.notnull() & ((held.mrr > 0) | (ibis.coalesce(held.reason, "") != "trial")))
    bought = purchased(facts, rule.postings)
    people = _people(facts, held, bought)
    states = _states(people, ends, held, bought, rule)
    return _per_period(people, states, spans)


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


def _states(people: ir.Table, ends: ir.Table, held: ir.Table, bought: ir.Table, rule: RetentionRule) -> ir.Table:
    """The status of everyone already acquired, before each boundary."""
    begun = ibis.ifelse(
        people.acquired_on.notnull(),
        people.acquired_on < ends.day,
        (people.first_at < ends.at) | (people.held_on < ends.day),
    )
    known = people.inner_join(ends, begun)
    known = _marked(known, _last_purchases(bought, ends), "last")
    known = _marked(known, _open_contracts(held, ends), "open")
    paid_before = ibis.coalesce(known.paid_on < known.day, ibis.literal(value=False))
    held_before = ibis.coalesce(known.held_on < known.day, ibis.literal(value=False))
    pays = ibis.coalesce(known.pays, ibis.literal(value=False))
    departed = ibis.coalesce(known.churned_on < known.day, ibis.literal(value=False))
    ended = ibis.ifelse(paid_before, ~pays, held_before & known.pays.isnull())
    quiet = known.pays.isnull() & (known.last_at < known["at"] - ibis.interval(days=rule.dormancy_days))
    status = ibis.cases((departed | ended, "churned"), (quiet, "dormant"), else_="active")
    return known.select("customer_id", "at", "last_at", status=status)


def _marked(known: ir.Table, marks: ir.Table, name: str) -> ir.Table:
    """The rows with what holds for the same customer before the same boundary, NULL where nothing does."""
    marks = marks.rename(**{f"{name}_customer": "customer_id", f"{name}_end": "at"})
    joined = known.left_join(
        marks, [known.customer_id == marks[f"{name}_customer"], known["at"] == marks[f"{name}_end"]]
    )
    return joined.drop(f"{name}_customer", f"{name}_end")


def _last_purchases(bought: ir.Table, ends: ir.Table) -> ir.Table:
    """The latest purchase of a customer before each boundary: found between boundaries, then carried forward."""
    between = bought.inner_join(ends, [bought.ordered_at >= ends.before, bought.ordered_at < ends["at"]])
    latest = between.group_by("customer_id", since="at").aggregate(last_at=between.ordered_at.max())
    order = ibis.window(group_by=latest.customer_id, order_by=latest.since)
    never = ibis.timestamp("9999-12-31 00:00:00")
    latest = latest.mutate(until=ibis.coalesce(latest.since.lead().over(order), never))
    carried = latest.inner_join(ends, [ends["at"] >= latest.since, ends["at"] < latest.until])
    return carried.select("customer_id", "at", "last_at")


def _open_contracts(held: ir.Table, ends: ir.Table) -> ir.Table:
    """Customers with an open contract before each boundary, and whether one of them has revenue."""
    running = held.inner_join(ends, open_before(held, ends.day))
    return running.group_by("customer_id", "at").aggregate(pays=(running.mrr > 0).any())


def _per_period(people: ir.Table, states: ir.Table, spans: ir.Table) -> ir.Table:
    after = states.inner_join(spans, states["at"] == spans.end_at)
    after = after.select("period", "customer_id", "start_at", "last_at", status_end="status")
    before = states.select(at_start="at", earlier="customer_id", status_start="status")
    table = after.left_join(before, [after.customer_id == before.earlier, after.start_at == before.at_start])
    table = table.inner_join(people.select("customer_id", *OF_CUSTOMER), "customer_id")
    return table.select(
        "period",
        "customer_id",
        *OF_CUSTOMER,
        status_start=ibis.coalesce(table.status_start, "prospect"),
        status_end=table.status_end,
        purchased=ibis.coalesce(table.last_at >= table.start_at, ibis.literal(value=False)),
    )
