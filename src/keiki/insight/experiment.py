"""Experiments: who was shown which arm, and who then did what the experiment hoped for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from keiki.errors import UnknownName
from keiki.facts.vocabulary import vocabulary

Facts = Mapping[str, ir.Table]
PURCHASE, RENEWAL = "purchase", "renewal"


@dataclass(frozen=True)
class ExperimentRule:
    """What counts as a success.

    `goal` is the name of an event, `purchase` (a completed order, or the event) or `renewal` (a contract that goes on
    after its renewal day). `within` is the window after the exposure. `as_of` is the UTC instant up to which the data
    is known (None: the latest exposure, event or order): a unit whose window has not ended is left out on both sides.
    """

    goal: str = PURCHASE
    within: str = "30d"
    as_of: datetime | None = None


def outcomes(facts: Facts, within: ir.IntervalScalar, rule: ExperimentRule | None = None) -> ir.Table:
    """One row per experiment and unit: its arm, when it was first shown, and whether it reached the goal in time.

    Columns: experiment, unit_id, variant (arm of the first exposure), exposed_at, window_ended, succeeded. Units that
    were shown two arms are dropped. A unit is a visitor or a customer; a visitor's orders are those of any customer it
    was known as. `within` is the rule's window as an interval. Raises UnknownName for a goal that is no event.
    """
    rule = rule or ExperimentRule()
    arms = _arms(facts["exposures"])
    arms = arms.mutate(closes_at=arms.exposed_at + within)
    arms = arms.mutate(window_ended=arms.closes_at <= _known_until(facts, rule))
    goals = _goals(facts, rule.goal)
    met = [arms.unit_id == goals.reached_by, goals.reached_at >= arms.exposed_at, goals.reached_at <= arms.closes_at]
    won = arms.semi_join(goals, met).select("experiment", "unit_id", succeeded=ibis.literal(value=True))
    joined = arms.left_join(won, ["experiment", "unit_id"])
    return joined.select(
        "experiment",
        "unit_id",
        "variant",
        "exposed_at",
        "window_ended",
        succeeded=ibis.coalesce(joined.succeeded, ibis.literal(value=False)),
    )


def _arms(exposures: ir.Table) -> ir.Table:
    arms = exposures.group_by("experiment", "unit_id").aggregate(
        variant=exposures.variant.min(), arms=exposures.variant.nunique(), exposed_at=exposures.exposed_at.min()
    )
    return arms.filter(arms.arms == 1).drop("arms")


def _known_until(facts: Facts, rule: ExperimentRule) -> ir.Value:
    if rule.as_of is not None:
        return ibis.timestamp(rule.as_of.isoformat(sep=" "))
    moments = (("exposures", "exposed_at"), ("events", "occurred_at"), ("orders", "ordered_at"))
    known = ibis.union(*(facts[name].select(at=facts[name][time].cast("timestamp")) for name, time in moments))
    return known["at"].max().as_scalar()


def _goals(facts: Facts, goal: str) -> ir.Table:
    """Who reached the goal when: `reached_by` (a visitor or a customer) and `reached_at`, a row for each."""
    if goal == RENEWAL:
        reached = _renewals(facts["subscriptions"])
    elif goal == PURCHASE:
        reached = _done(facts["events"], goal).union(_ordered(facts["orders"]))
    elif goal in vocabulary("event_name"):
        reached = _done(facts["events"], goal)
    else:
        raise UnknownName(kind="value", name=goal, known=[*vocabulary("event_name"), RENEWAL])
    known = facts["events"].select(of_visitor="visitor_id", of_customer="customer_id").distinct()
    known = known.filter(known.of_visitor.notnull() & known.of_customer.notnull())
    through = reached.inner_join(known, reached.reached_by == known.of_customer)
    return reached.union(through.select(reached_by="of_visitor", reached_at="reached_at"))


def _done(events: ir.Table, name: str) -> ir.Table:
    done = events.filter(events.name == name)
    sides = [
        done.select(reached_by=side, reached_at=done.occurred_at.cast("timestamp"))
        for side in ("visitor_id", "customer_id")
    ]
    each = sides[0].union(sides[1])
    return each.filter(each.reached_by.notnull())


def _ordered(orders: ir.Table) -> ir.Table:
    bought = orders.filter(ibis.coalesce(orders.status, "completed") == "completed", orders.customer_id.notnull())
    return bought.select(reached_by="customer_id", reached_at=bought.ordered_at.cast("timestamp"))


def _renewals(spans: ir.Table) -> ir.Table:
    """Contracts that still have revenue on the day after their renewal day."""
    due = spans.filter(spans.renewal_on.notnull() & spans.customer_id.notnull())
    due = due.select("subscription_id", "customer_id", "renewal_on").distinct()
    paid = spans.filter(spans.mrr > 0).select(contract="subscription_id", since="valid_from", until="valid_to")
    after = due.renewal_on + ibis.interval(days=1)
    running = [due.subscription_id == paid.contract, paid.since <= after]
    running.append(paid.until.isnull() | (paid.until > after))
    won = due.semi_join(paid, running)
    return won.select(reached_by="customer_id", reached_at=won.renewal_on.cast("timestamp"))
