"""Visits to a site: the events of one person without a long pause, one row per session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from keiki.facts.shared import shared_wide
from keiki.facts.vocabulary import vocabulary
from keiki.journeys.local_time import local_time, whole_seconds

OF_FIRST_EVENT = (
    "channel",
    "campaign",
    "campaign_kind",
    "platform",
    "site",
    "device",
    "region",
    "age_band",
    "keyword_type",
    "variant",
)
LAST_TEXT = "\uffff"
"""Sorts after every text, so that of two events in the same instant the filled value wins on every engine."""


def _flagged(flag: str) -> tuple[str, ...]:
    return tuple(name for name, label in vocabulary("event_name").items() if flag in label.flags)


@dataclass(frozen=True)
class SessionRule:
    """How events become sessions.

    `gap_minutes` ends a session of events that bring no session id. `new_visitor_days`: a visitor not seen for so long
    is new again. `zone` gives the hour of the day. `goals` are the events that make a session converted, `web` those
    that make one at all when no session id is given. `shown` are events of the page, not of the visitor: they are
    no interaction when a bounce is judged.
    """

    gap_minutes: int = 30
    new_visitor_days: int = 730
    zone: str = "Asia/Tokyo"
    goals: tuple[str, ...] = field(default_factory=lambda: _flagged("goal"))
    web: tuple[str, ...] = field(default_factory=lambda: _flagged("web"))
    shown: tuple[str, ...] = (
        "page_view",
        "product_view",
        "list_view",
        "form_view",
        "offer_view",
        "job_view",
        "reco_impression",
        "shipping_shown",
        "trust_mark_shown",
    )


@shared_wide
def sessions(facts: Mapping[str, ir.Table], rule: SessionRule | None = None) -> ir.Table:
    """One row per session with its length, pages, source and outcome.

    Columns: session_id, visitor_id (else the customer), customer_id, started_at and ended_at (UTC instants),
    duration_seconds (whole seconds from the first to the last event), page_views, is_bounce (one page view and no
    interaction), is_new_visitor (NULL without a visitor), the dimensions of the first event, landing_page_type and
    exit_page_type, converted, hour (0-23, local). Events without a session id and without a person are in no session.
    """
    rule = rule or SessionRule()
    events = facts["events"]
    named = _shown(_summed(events.filter(events.session_id.notnull()), rule, "session_id"))
    return _with_first_visits(named.union(_shown(_without_id(events, rule))), rule)


def _columns(events: ir.Table) -> list[str]:
    return ["occurred_at", "name", "visitor_id", "customer_id", "page_type", *OF_FIRST_EVENT]


def _without_id(events: ir.Table, rule: SessionRule) -> ir.Table:
    """Sessions of events that bring none: named by the person and the second of the first event."""
    table = _summed(_by_pause(events, rule), rule, "session_id", "turn")
    begun = whole_seconds(table.started_at).cast("string")
    return table.filter(table.on_site).mutate(session_id=table.session_id + "@" + begun)


def _by_pause(events: ir.Table, rule: SessionRule) -> ir.Table:
    """Events of a person without a session id; `turn` counts the person's sessions from 1."""
    person = ibis.coalesce(events.visitor_id, events.customer_id)
    events = events.filter(events.session_id.isnull() & person.notnull() & events.name.isin([*rule.web, *rule.goals]))
    events = events.select(session_id=ibis.coalesce(events.visitor_id, events.customer_id), **_own(events))
    order = ibis.window(group_by=events.session_id, order_by=[events.occurred_at, events.name])
    before = events.occurred_at.lag().over(order)
    pause = events.occurred_at > before + ibis.interval(minutes=rule.gap_minutes)
    events = events.mutate(begins=ibis.ifelse(before.isnull() | pause, 1, 0).cast("int64"))
    running = ibis.window(
        group_by=events.session_id, order_by=[events.occurred_at, events.name, events.begins.desc()], following=0
    )
    events = events.mutate(turn=events.begins.sum().over(running).cast("int64"))
    return events.select("session_id", *_columns(events), "turn")


def _own(events: ir.Table) -> dict[str, ir.Value]:
    return {name: events[name] for name in _columns(events)}


def _summed(events: ir.Table, rule: SessionRule, *by: str) -> ir.Table:
    viewed = events.name == "page_view"
    first = {"at": events.occurred_at} | {c: ibis.coalesce(events[c], LAST_TEXT) for c in OF_FIRST_EVENT}
    page = ibis.struct({"at": events.occurred_at, "page_type": ibis.coalesce(events.page_type, LAST_TEXT)})
    last_page = ibis.struct({"at": events.occurred_at, "page_type": ibis.coalesce(events.page_type, "")})
    return events.group_by(*by).aggregate(
        visitor_id=ibis.coalesce(events.visitor_id.min(), events.customer_id.min()),
        customer_id=events.customer_id.max(),
        started_at=events.occurred_at.min(),
        first=ibis.struct(first).min(),
        ended_at=events.occurred_at.max(),
        landing=page.min(where=viewed),
        leaving=last_page.max(where=viewed),
        page_views=viewed.sum().cast("int64"),
        interactions=events.name.notin(rule.shown).sum().cast("int64"),
        on_site=events.name.isin(rule.web).any(),
        converted=events.name.isin(rule.goals).any(),
    )


def _shown(table: ir.Table) -> ir.Table:
    return table.select(
        "session_id",
        "visitor_id",
        "customer_id",
        "started_at",
        "ended_at",
        duration_seconds=whole_seconds(table.ended_at) - whole_seconds(table.started_at),
        page_views=table.page_views,
        is_bounce=(table.page_views == 1) & (table.interactions == 0),
        **{c: table["first"][c].nullif(LAST_TEXT) for c in OF_FIRST_EVENT},
        landing_page_type=table.landing["page_type"].nullif(LAST_TEXT),
        exit_page_type=table.leaving["page_type"].nullif(""),
        converted=table.converted,
    )


def _with_first_visits(table: ir.Table, rule: SessionRule) -> ir.Table:
    visits = ibis.window(
        group_by=ibis.coalesce(table.visitor_id, table.session_id), order_by=[table.started_at, table.session_id]
    )
    before = table.started_at.lag().over(visits)
    is_new = before.isnull() | (before < table.started_at - ibis.interval(days=rule.new_visitor_days))
    return table.mutate(
        is_new_visitor=ibis.ifelse(table.visitor_id.notnull(), is_new, ibis.null("boolean")),
        hour=local_time(table.started_at, rule.zone).hour().cast("int64"),
    )
