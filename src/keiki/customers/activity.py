"""Who uses the product in a day, week or month, and how many people could."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts
from keiki.errors import UnknownActivityWindow
from keiki.journeys.local_time import local_time
from keiki.journeys.people import people
from keiki.journeys.windows import window as length

DAYS = {"day": 1, "week": 7}
WINDOWS = ("day", "week", "month")
MOST_MONTHS = 36
"""Months of a period that are looked at."""
CAMPAIGN = ("name", "campaign_kind", "campaign")


@dataclass(frozen=True)
class ActivityRule:
    """How activity is counted.

    `window` (day, week, month) counts people per window; None: in the whole period. With `within` only customers who
    started in the period count, with what they did from their first day up to the end of that window. With
    `least_contents` only people who saw so many different contents in one campaign count. `entitlements` names the
    features or groups of features that a plan holds; a plan not named holds all (setting). `gap_days` between two
    spans of a contract are no interruption.
    """

    window: str | None = None
    within: str | None = None
    least_contents: int | None = None
    entitlements: tuple[tuple[str, tuple[str, ...]], ...] = ()
    gap_days: int = 1
    zone: str = "Asia/Tokyo"


def acts(facts: Facts, spans: ir.Table, rule: ActivityRule | None = None) -> ir.Table:
    """One row per period and event of a person in one of the period's windows.

    Columns: those of the fact `events`, person_id (visitor, else customer), period, windows (how many the period
    holds), and act_in (person and window: as many different ones as people summed over the windows, so that divided by
    windows they are the mean). Windows are counted back from the end of the period; days left over at its start are
    in none, and a period shorter than its window is read with the one window that ends with it. Raises
    UnknownActivityWindow.
    """
    rule = rule or ActivityRule()
    if rule.window is not None and rule.window not in WINDOWS:
        raise UnknownActivityWindow(text=rule.window)
    events = facts["events"] if rule.within is None else people(facts["events"])
    events = events.mutate(person_id=ibis.coalesce(events.visitor_id, events.customer_id))
    events = events.filter(events.person_id.notnull())
    events = events.mutate(done_on=local_time(events.occurred_at, rule.zone).date())
    if rule.within is not None:
        table = _of_starters(facts, events, spans, rule.within)
    elif rule.window in DAYS:
        table = _in_days(events, spans, DAYS[rule.window])
    else:
        ends = _months(spans) if rule.window == "month" else _whole(spans)
        table = events.inner_join(ends, [events.done_on >= ends.begins_on, events.done_on < ends.ends_on])
    table = table.mutate(act_in=table.number.cast("string") + "/" + table.person_id)
    if rule.least_contents is not None:
        table = _of_curious(table, rule.least_contents)
    return table.select("period", "windows", "act_in", "person_id", *facts["events"].columns)


def _whole(spans: ir.Table) -> ir.Table:
    one = ibis.literal(1).cast("int64")
    return spans.select("period", number=one - 1, windows=one, begins_on="start_date", ends_on="end_date")


def _in_days(events: ir.Table, spans: ir.Table, days: int) -> ir.Table:
    """Events with their window of so many days, numbered back from the end of the period."""
    held = (spans.end_date.delta(spans.start_date, unit="day").cast("int64") // days).cast("int64")
    windows = ibis.greatest(held, 1)
    ends = spans.select("period", "end_date", windows=windows)
    oldest = (spans.end_date - ibis.interval(days=days)).cast("date")
    ends = spans.select("period", "end_date", windows=windows, reaches=ibis.least(spans.start_date, oldest))
    table = events.inner_join(ends, [events.done_on >= ends.reaches, events.done_on < ends.end_date])
    number = ((table.end_date.delta(table.done_on, unit="day").cast("int64") - 1) // days).cast("int64")
    table = table.mutate(number=number)
    return table.filter(table.number < table.windows)


def _months(spans: ir.Table) -> ir.Table:
    """The months that end a period: period, number, windows, begins_on and ends_on (exclusive)."""
    numbers = ibis.range(0, MOST_MONTHS).unnest().name("number").as_table()
    table = spans.select("period", "start_date", "end_date").cross_join(numbers)

    def before(more: int) -> ir.Value:
        steps = [
            (table.number == n, (table.end_date - ibis.interval(months=n + more)).cast("date"))
            for n in range(MOST_MONTHS)
        ]
        return ibis.cases(*steps)

    table = table.mutate(begins_on=before(1), ends_on=before(0))
    table = table.filter((table.begins_on >= table.start_date) | (table.number == 0))
    windows = table.count().over(ibis.window(group_by=table.period)).cast("int64")
    return table.select("period", "begins_on", "ends_on", number=table.number.cast("int64"), windows=windows)


def _of_starters(facts: Facts, events: ir.Table, spans: ir.Table, within: str) -> ir.Table:
    """What people of customers who started in a period did inside the window after their customer's first day."""
    started = starts(facts)
    started = started.select(starter="customer_id", begins_on="started_on")
    ends = _whole(spans).drop("begins_on", "ends_on").inner_join(spans, "period")
    begun = started.inner_join(ends, [started.begins_on >= ends.start_date, started.begins_on < ends.end_date])
    closes = (begun.begins_on.cast("timestamp") + length(within)).date()
    begun = begun.select("starter", "begins_on", "period", "number", "windows", closes_on=closes)
    inside = [events.done_on >= begun.begins_on, events.done_on <= begun.closes_on]
    return events.inner_join(begun, [events.person == begun.starter, *inside])


def starts(facts: Facts) -> ir.Table:
    """The day each customer started: of its first contract or holding, else the day it was acquired.

    Columns: customer_id, started_on.
    """
    held, listed = facts["subscriptions"], facts["customers"]
    first = held.filter(held.customer_id.notnull()).group_by("customer_id").aggregate(started_on=held.valid_from.min())
    others = listed.filter(listed.acquired_on.notnull()).select("customer_id", started_on="acquired_on")
    return first.union(others.anti_join(first, "customer_id"))


def _of_curious(table: ir.Table, least: int) -> ir.Table:
    """Rows of people who saw at least so many different contents in one campaign, by the name of the act."""
    key = {"seen_in": table.act_in, "seen_period": table.period}
    key |= {f"seen_{name}": ibis.coalesce(table[name], "") for name in CAMPAIGN}
    seen = table.mutate(**key).group_by(*key).aggregate(contents=ibis._.content.nunique())
    seen = seen.filter(seen.contents >= least)
    same = [ibis.coalesce(table[name], "") == seen[f"seen_{name}"] for name in CAMPAIGN]
    return table.semi_join(seen, [table.act_in == seen.seen_in, table.period == seen.seen_period, *same])


def licences(facts: Facts, spans: ir.Table, rule: ActivityRule | None = None) -> ir.Table:
    """One row per period and span open before its end: who may use the product.

    Columns: period, subscription_id, customer_id, plan, product, audience, mrr, seats (1 where none are given; free
    holdings and memberships are included).
    """
    rule = rule or ActivityRule()
    held = bridged(facts["subscriptions"], rule.gap_days)
    table = held.inner_join(spans, [held.valid_from < spans.end_date, open_before(held, spans.end_date)])
    columns = ("period", "subscription_id", "customer_id", "plan", "product", "audience", "mrr")
    return table.select(*columns, "valid_from", seats=ibis.coalesce(table.seats, 1).cast("int64"))


def entitlements(facts: Facts, spans: ir.Table, rule: ActivityRule | None = None) -> ir.Table:
    """The rows of `licences`, one per feature that the plan holds: a seat stands once for each of them.

    Columns: those of `licences`, feature and feature_group (every pair met in events; NULL where no feature was ever
    used), and licence (what a seat must be counted once by).
    """
    rule = rule or ActivityRule()
    events = facts["events"]
    used = events.filter(events.feature.notnull() | events.feature_group.notnull())
    used = used.select("feature", "feature_group").distinct()
    table = licences(facts, spans, rule).left_join(used, ibis.literal(value=True))
    for plan, holds in rule.entitlements:
        other = ibis.coalesce(table.plan, "") != plan
        table = table.filter(other | table.feature.isin(holds) | table.feature_group.isin(holds))
    return table.mutate(licence=table.subscription_id + "/" + table.valid_from.cast("string"))
