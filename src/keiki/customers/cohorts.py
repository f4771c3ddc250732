"""Cohorts: customers by the day they began, who is still there at an age, and who was lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts
from keiki.customers.repeat import RepeatRule, purchases
from keiki.customers.retention import RetentionRule, contracts, statuses_at
from keiki.errors import UnknownName
from keiki.journeys.local_time import local_time, midnight
from keiki.journeys.people import people
from keiki.journeys.stage_durations import entries_of, stage_cohorts
from keiki.journeys.windows import window

ATTENDED = ("attended", "watched_recording")
LOST = ("churned", "dormant")


@dataclass(frozen=True)
class CohortRule:
    """When a customer begins and when it counts.

    `start` is one of STARTS. With `at` (an age such as 12m) customers count on the day they reach it; with `within`
    they count on their first day, once that window has ended. `as_of` is the last day the data is known (None: the
    latest of orders, contracts, stages and events). `activated_within` a customer has used the key feature after the
    kick-off to be called activated.
    """

    start: str = "acquired"
    at: str | None = None
    within: str | None = None
    as_of: date | None = None
    activated_within: str = "30d"
    retention: RetentionRule = RetentionRule()

    @property
    def zone(self) -> str:
        """The time zone of the business."""
        return self.retention.postings.zone


def cohorts(facts: Facts, rule: CohortRule | None = None) -> ir.Table:
    """One row per customer (and day, where one can begin again): the size of cohorts.

    Columns: customer_id, entered_on, counted_on (the day it counts: of its age, else its first), window_ended (only
    these count), activated (NULL without a kick-off), and campaign_kind for those who attended. Raises UnknownName
    for a start that is none.
    """
    rule = rule or CohortRule()
    if rule.start not in STARTS:
        raise UnknownName(kind="value", name=rule.start, known=STARTS)
    table = STARTS[rule.start](facts, rule)
    known = known_until(facts, rule)
    counted = table.entered_on if rule.at is None else _later(table.entered_on, rule.at)
    closes = [_later(table.entered_on, length) for length in (rule.at, rule.within) if length is not None]
    ended = ibis.and_(ibis.literal(value=True), *(day <= known for day in closes))
    table = table.mutate(counted_on=counted, window_ended=ended)
    used = stage_cohorts(facts, "onboarding/kickoff", "onboarding/key_feature_used", rule.activated_within)
    used = used.filter(used.customer_id.notnull()).group_by(user="customer_id").aggregate(activated=used.reached.any())
    return table.left_join(used, table.customer_id == used.user).drop("user")


def followed(facts: Facts, rule: CohortRule | None = None, spans: ir.Table | None = None) -> ir.Table:
    """The rows of `cohorts` with what became of them; with `spans` only the customers that count in one of them.

    With `at` a column `active`: the status at that age is active. With `within` a column `lost`: churned or dormant at
    any time before the window's end, also when the customer came back.
    """
    rule = rule or CohortRule()
    table = _counting(cohorts(facts, rule), spans)
    if rule.at is not None:
        table = _with_active(facts, table, rule)
    return table if rule.within is None else _with_lost(facts, table, rule, rule.within)


def _with_active(facts: Facts, table: ir.Table, rule: CohortRule) -> ir.Table:
    dated = table.mutate(day=table.counted_on)
    joined = dated.left_join(_statuses(facts, dated, rule), ["customer_id", "day"])
    return joined.select(*table.columns, active=ibis.coalesce(joined.status == "active", ibis.literal(value=False)))


def _with_lost(facts: Facts, table: ir.Table, rule: CohortRule, within: str) -> ir.Table:
    kept = table.columns
    table = table.mutate(closes_on=_later(table.entered_on, within))
    turns = _turns(facts, rule)
    inside = [turns.turner == table.customer_id, turns.day > table.entered_on, turns.day <= table.closes_on]
    turned = table.inner_join(turns, inside)
    turned = turned.select("customer_id", "entered_on", "day")
    begun = (table.entered_on + ibis.interval(days=1)).cast("date")
    turned = turned.union(table.select("customer_id", "entered_on", day=begun)).distinct()
    told = _statuses(facts, turned, rule)
    bad = told.filter(told.status.isin(LOST)).select(loser="customer_id", lost_before="day")
    gone = turned.semi_join(bad, [turned.customer_id == bad.loser, turned.day == bad.lost_before])
    gone = gone.select("customer_id", "entered_on", lost=ibis.literal(value=True)).distinct()
    joined = table.left_join(gone, ["customer_id", "entered_on"])
    return joined.select(*kept, lost=ibis.coalesce(joined.lost, ibis.literal(value=False)))


def _counting(table: ir.Table, spans: ir.Table | None) -> ir.Table:
    if spans is None:
        return table
    return table.semi_join(spans, [table.counted_on >= spans.start_date, table.counted_on < spans.end_date])


def _statuses(facts: Facts, table: ir.Table, rule: CohortRule) -> ir.Table:
    moments = table.select("customer_id", "day", at=midnight(table.day, rule.zone))
    return statuses_at(facts, moments, rule.retention)


def _turns(facts: Facts, rule: CohortRule) -> ir.Table:
    """The days before which a customer can have been lost: after leaving, a contract's end, too long without a
    purchase. After its first day a status turns bad on no other.
    """
    left = facts["customers"].select(turner="customer_id", day="churned_on")
    held = contracts(facts, rule.retention)
    ended = held.select(turner="customer_id", day="valid_to")
    bought = purchases(facts, _repeat(rule))
    quiet = local_time(bought.ordered_at, rule.zone).date() + ibis.interval(days=rule.retention.dormancy_days)
    slept = bought.select(turner="customer_id", day=quiet.cast("date"))
    every = ibis.union(left, ended, slept)
    return every.filter(every.day.notnull()).mutate(day=(every.day + ibis.interval(days=1)).cast("date")).distinct()


def known_until(facts: Facts, rule: CohortRule) -> ir.Value:
    """The last day the data speaks of: `as_of` of the rule, else the latest of orders, contracts, stages and events."""
    if rule.as_of is not None:
        return ibis.date(rule.as_of.isoformat())
    moments = (("orders", "ordered_at"), ("stages", "entered_at"), ("events", "occurred_at"))
    latest = [facts[name].aggregate(at=facts[name][time].max().cast("timestamp")) for name, time in moments]
    days = [last.select(day=local_time(last["at"], rule.zone).date()) for last in latest]
    spans = facts["subscriptions"]
    known = ibis.union(*days, spans.aggregate(day=spans.valid_from.max()))
    return known.day.max().as_scalar()


def _later(day: ir.Value, length: str) -> ir.Value:
    return (day.cast("timestamp") + window(length)).date()


def _acquired(facts: Facts, rule: CohortRule) -> ir.Table:
    customers = facts["customers"]
    return customers.filter(customers.acquired_on.notnull()).select("customer_id", entered_on="acquired_on")


def _reactivated(facts: Facts, rule: CohortRule) -> ir.Table:
    """Purchases of customers that were dormant before: each begins anew."""
    bought = purchases(facts, _repeat(rule))
    late = bought.filter(bought.days_since_previous > rule.retention.dormancy_days)
    late = late.select("customer_id", day=local_time(late.ordered_at, rule.zone).date()).distinct()
    told = _statuses(facts, late, rule)
    return told.filter(told.status == "dormant").select("customer_id", entered_on="day")


def _kicked_off(facts: Facts, rule: CohortRule) -> ir.Table:
    begun = entries_of(facts, "onboarding/kickoff")
    begun = begun.filter(begun.customer_id.notnull())
    begun = begun.group_by("customer_id").aggregate(at=begun.entered_at.min())
    return begun.select("customer_id", entered_on=local_time(begun["at"], rule.zone).date())


def _tried(facts: Facts, rule: CohortRule) -> ir.Table:
    spans = facts["subscriptions"]
    tried = spans.filter((spans.reason == "trial") & spans.customer_id.notnull())
    return tried.group_by("customer_id").aggregate(entered_on=tried.valid_from.min())


def _attended(facts: Facts, rule: CohortRule) -> ir.Table:
    """The first attendance of a customer per kind of campaign."""
    events = people(facts["events"])
    events = events.filter(events.name.isin(ATTENDED) & events.person.notnull())
    first = events.group_by("person", "campaign_kind").aggregate(at=events.occurred_at.min())
    entered = local_time(first["at"], rule.zone).date()
    return first.select(customer_id="person", campaign_kind="campaign_kind", entered_on=entered)


def _repeat(rule: CohortRule) -> RepeatRule:
    return RepeatRule(postings=rule.retention.postings)


STARTS: Mapping[str, Callable[[Facts, CohortRule], ir.Table]] = {
    "acquired": _acquired,
    "reactivated": _reactivated,
    "kickoff": _kicked_off,
    "trial": _tried,
    "attended": _attended,
}
"""When a customer begins, by the word in `from`."""


def attendee_deals(facts: Facts, target: str, within: str = "6m") -> ir.Table:
    """One row per attendance and deal of that customer that entered `target` inside the window after it.

    Columns: person_id (visitor, else customer), customer_id, occurred_at, name, campaign, campaign_kind, deal (NULL
    when none came of it), amount, and counts: true once per deal and kind of campaign, at the first attendance, so
    that a deal is one deal however many colleagues attended. Nobody is left out because the window still runs.
    """
    events = people(facts["events"])
    events = events.filter(events.name.isin(ATTENDED))
    met = events.select(
        "occurred_at",
        "name",
        "campaign",
        "campaign_kind",
        person_id=ibis.coalesce(events.visitor_id, events.customer_id),
        customer_id=events.person,
    )
    deals = entries_of(facts, target)
    deals = deals.select(buyer="customer_id", deal="subject_id", won_at="entered_at", amount="amount")
    after = [met.customer_id == deals.buyer, deals.won_at >= met.occurred_at]
    after.append(deals.won_at <= met.occurred_at + window(within))
    table = met.left_join(deals, after)
    order = ibis.window(group_by=[table.deal, table.campaign_kind], order_by=[table.occurred_at, table.person_id])
    return table.mutate(counts=table.deal.notnull() & (ibis.row_number().over(order) == 0)).drop("buyer", "won_at")


def first_entries(facts: Facts) -> ir.Table:
    """Every entry of a stage with is_first: the customer never entered this stage of the pipeline before.

    The columns of the fact `stages` and is_first (false without a customer).
    """
    stages = facts["stages"]
    order = ibis.window(
        group_by=[stages.customer_id, stages.pipeline, stages.stage], order_by=[stages.entered_at, stages.subject_id]
    )
    return stages.mutate(is_first=stages.customer_id.notnull() & (ibis.row_number().over(order) == 0))
