"""Columns computed after loading (order number, customer type, person, goal …), added when a measure asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from keiki.journeys.local_time import local_time
from keiki.measures.models import Facts
from keiki.measures.rules import Rules


def _counts(orders: ir.Table) -> ir.BooleanValue:
    return (ibis.coalesce(orders.status, "completed") == "completed") & orders.customer_id.notnull()


def _order_no(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    """n-th completed order of the customer over the whole history; NULL for other orders and for guests."""
    counted = _counts(table)
    order = ibis.window(group_by=[table.customer_id, counted], order_by=[table.ordered_at, table.order_id])
    number = ibis.row_number().over(order) + 1
    return table.mutate(order_no=ibis.ifelse(counted, number, ibis.null("int64")))


def _customer_type(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    """`new` for the customer's first completed order, `repeat` for later ones."""
    table = table if "order_no" in table.columns else _order_no(facts, table, rules)
    kind = ibis.ifelse(table.order_no == 1, "new", "repeat")
    return table.mutate(customer_type=ibis.ifelse(table.order_no.notnull(), kind, ibis.null("string")))


def _order_band(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    """Whether the order lies near the free-shipping line of the business; NULL while it has not set one."""
    if rules.free_shipping_line is None:
        return table.mutate(order_band=ibis.null("string"))
    near, line = rules.free_shipping_band, rules.free_shipping_line
    band = ibis.cases(
        (table.amount.isnull(), ibis.null("string")),
        (table.amount < line * (1 - near), "below"),
        (table.amount > line * (1 + near), "above"),
        else_="near_free_shipping",
    )
    return table.mutate(order_band=band)


def _person_id(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    return table.mutate(person_id=ibis.coalesce(table.visitor_id, table.customer_id))


def _is_goal(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    # A CASE, because Spark cannot read `x IN (…) = TRUE` as Ibis writes it.
    goal = table["name"].isin(rules.sessions.goals)
    return table.mutate(is_goal=ibis.ifelse(goal, ibis.literal(value=True), ibis.literal(value=False)))


def _is_customer(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    """Whether the person had been acquired before the event's day."""
    customers = facts["customers"]
    known = customers.select(known_customer=customers.customer_id, known_since=customers.acquired_on)
    joined = table.left_join(known, table.customer_id == known.known_customer)
    earlier = ibis.coalesce(
        joined.known_since < local_time(joined.occurred_at, rules.zone).date(), ibis.literal(value=False)
    )
    return joined.mutate(is_customer=earlier).drop("known_customer", "known_since")


def _is_exit(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    """The last page view of its session; a view without a session is none."""
    viewed = table["name"] == "page_view"
    last = ibis.ifelse(viewed, table.occurred_at, ibis.null("timestamp")).max().over(group_by=table.session_id)
    at_end = viewed & table.session_id.notnull() & (table.occurred_at == last)
    return table.mutate(is_exit=ibis.coalesce(at_end, ibis.literal(value=False)))


def _nth(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    """n-th event of the same name and campaign kind by the person."""
    person = ibis.coalesce(table.visitor_id, table.customer_id)
    order = ibis.window(
        group_by=[person, table["name"], table.campaign_kind],
        order_by=[table.occurred_at, table.session_id, table.content],
    )
    return table.mutate(nth=ibis.ifelse(person.notnull(), ibis.row_number().over(order) + 1, ibis.null("int64")))


def _cohort_month(facts: Facts, table: ir.Table, rules: Rules) -> ir.Table:
    return table.mutate(cohort_month=table.acquired_on.strftime("%Y-%m"))


def with_large_deals(facts: Facts, rules: Rules) -> Facts:
    """The facts with `is_large` filled in for stages whose source did not say so: from the amount of the business."""
    if rules.large_deal is None:
        return facts
    stages = facts["stages"]
    return {
        **facts,
        "stages": stages.mutate(is_large=ibis.coalesce(stages.is_large, stages.amount >= rules.large_deal)),
    }


DERIVED: Mapping[tuple[str, str], Callable[[Facts, ir.Table, Rules], ir.Table]] = {
    ("orders", "order_no"): _order_no,
    ("orders", "customer_type"): _customer_type,
    ("orders", "order_band"): _order_band,
    ("events", "person_id"): _person_id,
    ("events", "is_goal"): _is_goal,
    ("events", "is_customer"): _is_customer,
    ("events", "is_exit"): _is_exit,
    ("events", "nth"): _nth,
    ("customers", "cohort_month"): _cohort_month,
}
OVER_HISTORY = frozenset({"order_no", "customer_type", "is_exit", "nth"})
"""Derived columns that look at other rows, so that working them out means reading everything."""
