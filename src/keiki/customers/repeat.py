"""Who buys again: purchases in order, first buyers and whether they returned in time, days between purchases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts, PostingRule, completed_orders, won_deals
from keiki.facts.shared import shared
from keiki.journeys.local_time import whole_seconds
from keiki.journeys.people import people
from keiki.journeys.windows import window

WINDOWS = ("60d", "90d", "180d", "365d")
"""How soon a second purchase must come in the rates that are shown."""
SECONDS_OF_DAY = 86_400
OF_ACT = ("occurred_at", "name", "content_kind", "page_type", "campaign_kind", "rank")


@dataclass(frozen=True)
class RepeatRule:
    """When a second purchase counts.

    `within` is the window after the first purchase. `as_of` is the UTC instant up to which the data is known
    (None: the latest purchase): a first buyer whose window has not ended by then is in no rate. `gap_minutes` after
    the purchase, an event without a session id belongs to a later session.
    """

    within: str = "90d"
    as_of: datetime | None = None
    postings: PostingRule = PostingRule()
    gap_minutes: int = 30


def purchases(facts: Facts, rule: RepeatRule | None = None) -> ir.Table:
    """Completed orders, numbered per customer over the whole history; won deals where a business sells by deals.

    Every column of the fact `orders`, then order_no (1 = first, ties by order_id), next_at (the customer's next
    purchase) and days_since_previous (days with their fraction, NULL for the first). Orders without a customer
    are left out.
    """
    return _numbered(purchased(facts, (rule or RepeatRule()).postings))


def _numbered(table: ir.Table, **following: ir.Value) -> ir.Table:
    """Purchases in the order of each customer; `following` are columns to take over from the next purchase."""
    order = ibis.window(group_by=table.customer_id, order_by=[table.ordered_at, table.order_id])
    before = table.ordered_at.lag().over(order)
    return table.mutate(
        order_no=(ibis.row_number().over(order) + 1).cast("int64"),
        next_at=table.ordered_at.lead().over(order),
        days_since_previous=_days(whole_seconds(table.ordered_at) - whole_seconds(before)),
        **{name: value.lead().over(order) for name, value in following.items()},
    )


def _days(seconds: ir.IntegerValue) -> ir.FloatingValue:
    """Days with their fraction; without the cast Spark divides decimals and keeps seven places."""
    return seconds.cast("float64") / SECONDS_OF_DAY


def purchased(facts: Facts, rule: PostingRule, *columns: str) -> ir.Table:
    """The purchases themselves, in the columns of the fact `orders` (or only some of them, customer_id always), without
    their numbers.
    """
    wanted = tuple(dict.fromkeys(("customer_id", *columns))) if columns else ()
    orders = completed_orders(facts, *wanted)
    orders = orders.select(*wanted) if columns else orders
    deals = won_deals(facts, rule, *(name for name in wanted if name in facts["stages"].columns))
    table = orders.union(_deals_as_orders(deals, orders.schema()))
    return table.filter(table.customer_id.notnull())


def _deals_as_orders(deals: ir.Table, shape: ibis.Schema) -> ir.Table:
    named = {"order_id": deals.subject_id, "ordered_at": deals.entered_at, "status": ibis.literal("completed")}
    columns = {n: named.get(n, deals[n] if n in deals.columns else ibis.null("string")) for n in shape.names}
    return deals.select(**{n: value.cast(shape[n]) for n, value in columns.items()})


def first_purchases(
    facts: Facts,
    rule: RepeatRule | None = None,
    *,
    matches: Callable[[ir.Table], ir.BooleanValue] | None = None,
) -> ir.Table:
    """One row per first buyer, with the second purchase: the base and the repeaters of a repeat rate.

    Every column of the first purchase, its moment as first_at, second_at (NULL when there is none or it does not
    match), window_ended (only these count, on both sides of the rate) and repeated (the second purchase lies inside
    the window). `matches` is given the purchases and narrows the first and the second alike; it never renumbers them.
    """
    rule = rule or RepeatRule()
    table = purchased(facts, rule.postings)
    fits = ibis.literal(value=True) if matches is None else ibis.coalesce(matches(table), ibis.literal(value=False))
    table = table.mutate(fits=fits)
    table = _numbered(table, next_fits=table.fits)
    firsts = table.filter((table.order_no == 1) & table.fits)
    known_until = _known_until(facts, rule)
    closes_at = firsts.ordered_at + window(rule.within)
    second_at = ibis.ifelse(firsts.next_fits, firsts.next_at, ibis.null("timestamp"))
    firsts = firsts.mutate(
        first_at=firsts.ordered_at,
        second_at=second_at,
        window_ended=closes_at <= known_until,
        repeated=ibis.coalesce(second_at <= closes_at, ibis.literal(value=False)),
    )
    return firsts.drop("fits", "next_fits", "next_at", "days_since_previous")


def acts_of_first_buyers(facts: Facts, rule: RepeatRule | None = None) -> ir.Table:
    """One row per event that a first buyer did in a later session, inside the window after the first purchase.

    Columns: customer_id, first_at, channel and product (of the first purchase), occurred_at, name, content_kind,
    page_type, campaign_kind and rank (of the event). A later session begins after the purchase. Nobody is left out
    because the window still runs: the share is one of all first buyers.
    """
    rule = rule or RepeatRule()
    bought = _numbered(purchased(facts, rule.postings))
    firsts = bought.filter(bought.order_no == 1)
    firsts = firsts.select(buyer="customer_id", first_at="ordered_at", channel="channel", product="product")
    events = people(facts["events"]).select("person", "session_id", *OF_ACT)
    inside = [events.occurred_at > firsts.first_at, events.occurred_at <= firsts.first_at + window(rule.within)]
    acted = firsts.inner_join(events, [firsts.buyer == events.person, *inside])
    visits = visits_begun(facts)
    acted = acted.left_join(visits, acted.session_id == visits.visit)
    pause = ibis.interval(minutes=rule.gap_minutes)
    begun = ibis.ifelse(acted.session_id.isnull(), acted.occurred_at - pause, acted["at"])
    later = acted.filter(begun > acted.first_at)
    return later.drop("person", "session_id", "visit", "at").rename(customer_id="buyer")


@shared
def visits_begun(facts: Facts) -> ir.Table:
    """One row per session id of the events: visit (the id) and at (its first moment)."""
    seen = facts["events"]
    return seen.filter(seen.session_id.notnull()).group_by(visit="session_id").aggregate(at=seen.occurred_at.min())


def _known_until(facts: Facts, rule: RepeatRule) -> ir.Value:
    if rule.as_of is not None:
        return ibis.timestamp(rule.as_of.isoformat(sep=" "))
    return facts["orders"].ordered_at.max().as_scalar()
