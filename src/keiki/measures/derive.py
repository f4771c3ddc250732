"""Columns computed after loading: order number, customer type, person, goal … added only when a measure asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from keiki.facts.vocabulary import vocabulary

Facts = Mapping[str, ir.Table]


def _order_no(facts: Facts, table: ir.Table) -> ir.Table:
    """n-th completed order of the customer over the whole history; NULL for other orders and for guests."""
    counted = (table.status == "completed") & table.customer_id.notnull()
    order = ibis.window(group_by=[table.customer_id, counted], order_by=[table.ordered_at, table.order_id])
    number = ibis.row_number().over(order) + 1
    return table.mutate(order_no=ibis.ifelse(counted, number, ibis.null("int64")))


def _customer_type(facts: Facts, table: ir.Table) -> ir.Table:
    """`new` for the customer's first completed order, `repeat` for later ones.

    Only the first order of each customer is looked for, which needs no sort of all orders.
    """
    counted = table.filter((table.status == "completed") & table.customer_id.notnull())
    moments = counted.group_by("customer_id").aggregate(first_at=counted.ordered_at.min())
    moments = moments.rename(first_customer="customer_id")
    ties = counted.join(
        moments, (counted.customer_id == moments.first_customer) & (counted.ordered_at == moments.first_at)
    )
    firsts = ties.group_by("first_customer").aggregate(first_order=ties.order_id.min())
    joined = table.left_join(firsts, table.customer_id == firsts.first_customer)
    kind = ibis.ifelse(joined.order_id == joined.first_order, "new", "repeat")
    known = (joined.status == "completed") & joined.customer_id.notnull()
    return joined.mutate(customer_type=ibis.ifelse(known, kind, ibis.null("string"))).drop(
        "first_customer", "first_order"
    )


def _person_id(facts: Facts, table: ir.Table) -> ir.Table:
    return table.mutate(person_id=ibis.coalesce(table.visitor_id, table.customer_id))


def _is_goal(facts: Facts, table: ir.Table) -> ir.Table:
    goals = [name for name, label in vocabulary("event_name").items() if "goal" in label.flags]
    return table.mutate(is_goal=table.name.isin(goals))


def _is_customer(facts: Facts, table: ir.Table) -> ir.Table:
    """Whether the person had been acquired before the event's day."""
    customers = facts["customers"]
    known = customers.select(known_customer=customers.customer_id, known_since=customers.acquired_on)
    joined = table.left_join(known, table.customer_id == known.known_customer)
    earlier = ibis.coalesce(joined.known_since < joined.occurred_at.date(), ibis.literal(value=False))
    return joined.mutate(is_customer=earlier).drop("known_customer", "known_since")


def _is_exit(facts: Facts, table: ir.Table) -> ir.Table:
    """The last page view of its session; a view without a session is none."""
    viewed = table.name == "page_view"
    last = ibis.ifelse(viewed, table.occurred_at, ibis.null("timestamp")).max().over(group_by=table.session_id)
    at_end = viewed & table.session_id.notnull() & (table.occurred_at == last)
    return table.mutate(is_exit=ibis.coalesce(at_end, ibis.literal(value=False)))


def _nth(facts: Facts, table: ir.Table) -> ir.Table:
    """n-th event of the same name and campaign kind by the person."""
    person = ibis.coalesce(table.visitor_id, table.customer_id)
    order = ibis.window(
        group_by=[person, table.name, table.campaign_kind],
        order_by=[table.occurred_at, table.session_id, table.content],
    )
    return table.mutate(nth=ibis.ifelse(person.notnull(), ibis.row_number().over(order) + 1, ibis.null("int64")))


def _cohort_month(facts: Facts, table: ir.Table) -> ir.Table:
    return table.mutate(cohort_month=table.acquired_on.strftime("%Y-%m"))


DERIVED: Mapping[tuple[str, str], Callable[[Facts, ir.Table], ir.Table]] = {
    ("orders", "order_no"): _order_no,
    ("orders", "customer_type"): _customer_type,
    ("events", "person_id"): _person_id,
    ("events", "is_goal"): _is_goal,
    ("events", "is_customer"): _is_customer,
    ("events", "is_exit"): _is_exit,
    ("events", "nth"): _nth,
    ("customers", "cohort_month"): _cohort_month,
}
