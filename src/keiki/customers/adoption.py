"""How much of what was bought is used: people who use the core features, among those who may."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.customers.activity import ActivityRule, licences
from keiki.customers.lifecycle import core_uses
from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time
from keiki.journeys.people import people


@dataclass(frozen=True)
class AdoptionRule:
    """Which features are core, and who may use them.

    The features named in `features` are core; while none is, every feature of the `groups` is. `entitled` are the plans
    whose seats may use them; None: every plan. `uses` are the events that make a person active at all.
    """

    features: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("core",)
    entitled: tuple[str, ...] | None = None
    uses: tuple[str, ...] = ("login", "feature_use")
    gap_days: int = 1
    zone: str = "Asia/Tokyo"


def account_adoption(facts: Facts, spans: ir.Table, rule: AdoptionRule | None = None) -> ir.Table:
    """One row per period and account that holds a seat at its end.

    Columns: period, customer_id, seats (at the end; 1 where none are given), entitled (those of plans that hold the
    core features), active (people with any use in the period), core (people with core use; 0 for accounts not
    entitled). Events that name nobody belong to no account.
    """
    rule = rule or AdoptionRule()
    held = licences(facts, spans, ActivityRule(gap_days=rule.gap_days))
    held = held.filter(held.customer_id.notnull())
    may = ibis.literal(value=True) if rule.entitled is None else ibis.coalesce(held.plan, "").isin(rule.entitled)
    seats = held.group_by("period", "customer_id").aggregate(
        seats=held.seats.sum(), entitled=ibis.ifelse(may, held.seats, 0).sum()
    )
    used = _used(facts, spans, rule).rename(_period="period", _customer="customer_id")
    table = seats.left_join(used, [seats.period == used["_period"], seats.customer_id == used["_customer"]])
    core = ibis.ifelse(table.entitled > 0, ibis.coalesce(table.core, 0), 0)
    return table.select(
        "period",
        "customer_id",
        seats=table.seats.cast("int64"),
        entitled=table.entitled.cast("int64"),
        active=ibis.coalesce(table.active, 0).cast("int64"),
        core=core.cast("int64"),
    )


def _used(facts: Facts, spans: ir.Table, rule: AdoptionRule) -> ir.Table:
    events = facts["events"]
    events = people(events.filter(events.name.isin(rule.uses)))
    used = events.filter(events.person.notnull())
    used = used.select(
        customer_id="person",
        who=ibis.coalesce(used.visitor_id, used.customer_id),
        on_core=core_uses(used, rule.features, rule.groups),
        done_on=local_time(used.occurred_at, rule.zone).date(),
    )
    used = used.distinct()
    ends = spans.select("period", "start_date", "end_date")
    table = used.inner_join(ends, [used.done_on >= ends.start_date, used.done_on < ends.end_date])
    return table.group_by("period", "customer_id").aggregate(
        active=table.who.nunique(), core=table.who.nunique(where=table.on_core)
    )


def adoption(facts: Facts, spans: ir.Table, rule: AdoptionRule | None = None) -> ir.Table:
    """One row per period: the people who used a core feature among those entitled to it.

    Columns: period, seats, entitled, active, core. Core ÷ entitled is the adoption; people without the entitlement are
    in neither.
    """
    table = account_adoption(facts, spans, rule)
    names = ("seats", "entitled", "active", "core")
    return table.group_by("period").aggregate(**{name: table[name].sum().cast("int64") for name in names})


def feature_use(facts: Facts, spans: ir.Table, rule: AdoptionRule | None = None) -> ir.Table:
    """One row per period and feature: feature, feature_group, users and uses. For the list of features."""
    rule = rule or AdoptionRule()
    events = facts["events"]
    used = events.filter((events.name == "feature_use") & events.feature.notnull())
    used = used.mutate(done_on=local_time(used.occurred_at, rule.zone).date())
    ends = spans.select("period", "start_date", "end_date")
    table = used.inner_join(ends, [used.done_on >= ends.start_date, used.done_on < ends.end_date])
    return table.group_by("period", "feature").aggregate(
        feature_group=table.feature_group.max(),
        users=ibis.coalesce(table.visitor_id, table.customer_id).nunique().cast("int64"),
        uses=table.count().cast("int64"),
    )


def active_people(facts: Facts, spans: ir.Table, rule: AdoptionRule | None = None) -> ir.Table:
    """One row per period: people with any use in it. Columns: period, people. Days, weeks and months alike."""
    rule = rule or AdoptionRule()
    events = facts["events"]
    used = events.filter(events.name.isin(rule.uses))
    used = used.select(
        who=ibis.coalesce(used.visitor_id, used.customer_id),
        done_on=local_time(used.occurred_at, rule.zone).date(),
    )
    used = used.filter(used.who.notnull()).distinct()
    ends = spans.select("period", "start_date", "end_date")
    table = used.inner_join(ends, [used.done_on >= ends.start_date, used.done_on < ends.end_date])
    return table.group_by("period").aggregate(people=table.who.nunique().cast("int64"))
