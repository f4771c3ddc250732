"""What events for users come to: who was invited, registered and attended, and how much they used the product after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time
from keiki.journeys.people import people


@dataclass(frozen=True)
class UserEventRule:
    """Which events are for users, and how long their effect is looked at.

    An event is a campaign of one of the `kinds`; of its people those count who were customers on the day. Use: `uses`
    in the `days` days before and after the day of each person who attended, once these days are over.
    """

    kinds: tuple[str, ...] = ("webinar", "seminar", "technical_seminar", "customer_event")
    uses: tuple[str, ...] = ("login", "feature_use")
    days: int = 30
    zone: str = "Asia/Tokyo"


def user_events(facts: Facts, until: date, rule: UserEventRule | None = None) -> ir.Table:
    """One row per campaign up to the day `until`.

    Columns: campaign, held_on (the first day somebody attended; NULL while nobody has), invited, registered, attended
    (different people), judged (of those who attended, the ones whose days after are over), uses_before and uses_after
    (of the judged, together).
    """
    rule = rule or UserEventRule()
    events = facts["events"]
    at = events.filter(events.campaign_kind.isin(rule.kinds) & events.campaign.notnull())
    told = _known(at.filter(at.name.isin(("invited", "registered", "attended"))), rule, "campaign", "name")
    told = told.filter(told.day <= ibis.date(until))
    bought = facts["customers"].select("acquired_on", buyer="customer_id")
    told = told.inner_join(bought, told.person == bought.buyer)
    told = told.filter(told.acquired_on <= told.day)
    counts = told.group_by("campaign").aggregate(
        held_on=told.day.min(where=told.name == "attended"),
        **{name: told.who.nunique(where=told.name == name) for name in ("invited", "registered", "attended")},
    )
    used = _use_around(facts, told.filter(told.name == "attended"), until, rule).rename(_campaign="campaign")
    table = counts.left_join(used, counts.campaign == used["_campaign"]).drop("_campaign")
    numbers = ("judged", "uses_before", "uses_after")
    return table.mutate(**{name: ibis.coalesce(table[name], 0).cast("int64") for name in numbers})


def _use_around(facts: Facts, attended: ir.Table, until: date, rule: UserEventRule) -> ir.Table:
    """Per campaign: who can be judged, and their uses before and after their day."""
    there = attended.group_by("campaign", "who").aggregate(attended_on=attended.day.min())
    span = ibis.interval(days=rule.days)
    there = there.filter((there.attended_on + span).cast("date") <= ibis.date(until))
    events = facts["events"]
    used = _known(events.filter(events.name.isin(rule.uses)), rule)
    used = used.group_by(user="who", used_on="day").aggregate(uses=used.count())
    table = there.left_join(
        used,
        [
            there.who == used.user,
            used.used_on >= (there.attended_on - span).cast("date"),
            used.used_on <= (there.attended_on + span).cast("date"),
        ],
    )
    uses = ibis.coalesce(table.uses, 0)
    return table.group_by("campaign").aggregate(
        judged=table.who.nunique(),
        uses_before=ibis.ifelse(table.used_on < table.attended_on, uses, 0).sum(),
        uses_after=ibis.ifelse(table.used_on > table.attended_on, uses, 0).sum(),
    )


def _known(events: ir.Table, rule: UserEventRule, *columns: str) -> ir.Table:
    """Events of known customers: who (a person), person (the customer), day."""
    known = people(events)
    known = known.filter(known.person.notnull())
    return known.select(
        *columns,
        "person",
        who=ibis.coalesce(known.visitor_id, known.person),
        day=local_time(known.occurred_at, rule.zone).date(),
    )
