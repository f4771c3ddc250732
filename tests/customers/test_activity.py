"""Active people per window, starters who log in, curious visitors, seats and entitlements: by hand and by plain SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.activity import ActivityRule, acts, entitlements, licences
from keiki.errors import UnknownActivityWindow


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def act(person: str | None, at: str | datetime, name: str = "login", **more: Any) -> dict[str, Any]:
    return {"visitor_id": person, "occurred_at": at, "name": name} | more


def means(lake: SmallLake, rule: ActivityRule, days: tuple[str, ...], **facts: Any) -> dict[int, tuple[int, int]]:
    """Per period: people summed over its windows, and the number of windows."""
    table = acts(lake.put(**facts), lake.spans(*days), rule)
    found = table.group_by("period").aggregate(people=table.act_in.nunique(), windows=table.windows.max())
    return {period: (people, windows) for period, people, windows in lake.rows(found)}


APRIL = ("2026-04-01", "2026-05-01")


def test_acts_counts_a_person_once_per_window(lake: SmallLake) -> None:
    events = [
        act("a", "2026-04-01 01:00"),
        act("a", "2026-04-01 05:00"),
        act("a", "2026-04-02 05:00"),
        act("b", "2026-04-30 14:59"),
        act("b", "2026-04-30 15:00"),
        act(None, "2026-04-10 05:00"),
        act(None, "2026-04-10 05:00", customer_id="c"),
    ]
    assert means(lake, ActivityRule(), APRIL, events=events) == {0: (3, 1)}
    assert means(lake, ActivityRule(window="day"), APRIL, events=events) == {0: (4, 30)}
    assert means(lake, ActivityRule(window="week"), APRIL, events=events) == {0: (2, 4)}, "1 and 2 April are left over"
    assert means(lake, ActivityRule(window="month"), APRIL, events=events) == {0: (3, 1)}


def test_acts_of_a_quarter_is_the_mean_over_its_months(lake: SmallLake) -> None:
    events = [act("a", "2026-04-10 03:00"), act("a", "2026-05-10 03:00"), act("b", "2026-06-10 03:00")]
    quarter = ("2026-04-01", "2026-07-01")
    assert means(lake, ActivityRule(window="month"), quarter, events=events) == {0: (3, 3)}
    assert means(lake, ActivityRule(window="day"), quarter, events=events) == {0: (3, 91)}
    assert means(lake, ActivityRule(window="week"), quarter, events=events) == {0: (3, 13)}


def test_acts_of_a_short_period_look_back_over_the_whole_window(lake: SmallLake) -> None:
    events = [act("a", "2026-04-06 03:00"), act("b", "2026-03-31 03:00"), act("c", "2026-03-10 03:00")]
    days = ("2026-04-06", "2026-04-07")
    assert means(lake, ActivityRule(window="day"), days, events=events) == {0: (1, 1)}
    assert means(lake, ActivityRule(window="week"), days, events=events) == {0: (2, 1)}
    assert means(lake, ActivityRule(window="month"), days, events=events) == {0: (3, 1)}


def test_acts_refuses_a_window_that_is_none(lake: SmallLake) -> None:
    with pytest.raises(UnknownActivityWindow):
        acts(lake.put(), lake.spans(*APRIL), ActivityRule(window="12m"))


def test_acts_within_keeps_those_who_started_in_the_period(lake: SmallLake) -> None:
    subscriptions = [
        {"subscription_id": "s1", "customer_id": "april", "valid_from": "2026-04-20", "mrr": 0},
        {"subscription_id": "s2", "customer_id": "earlier", "valid_from": "2026-01-20", "mrr": 10},
        {"subscription_id": "s3", "customer_id": "earlier", "valid_from": "2026-04-20", "mrr": 20},
    ]
    events = [
        act("in time", "2026-05-20 03:00", customer_id="april"),
        act("in time", "2026-05-20 04:00"),
        act("too late", "2026-05-21 03:00", customer_id="april"),
        act("before", "2026-04-19 03:00", customer_id="april"),
        act("old", "2026-04-21 03:00", customer_id="earlier"),
        act("listed", "2026-04-30 03:00", customer_id="bought"),
    ]
    customers = [{"customer_id": "bought", "acquired_on": "2026-04-30"}, {"customer_id": "earlier"}]
    facts = lake.put(events=events, subscriptions=subscriptions, customers=customers)
    table = acts(facts, lake.spans(*APRIL), ActivityRule(within="30d"))
    assert lake.rows(table.select("period", "person_id").distinct()) == [(0, "in time"), (0, "listed")]


def test_acts_of_the_curious_saw_two_contents_in_one_campaign(lake: SmallLake) -> None:
    def view(person: str, content: str | None, campaign: str | None) -> dict[str, Any]:
        return act(person, "2026-04-10 03:00", "content_view", content=content, campaign=campaign)

    events = [
        view("two", "x", "fair"),
        view("two", "y", "fair"),
        view("twice the same", "x", "fair"),
        view("twice the same", "x", "fair"),
        view("two campaigns", "x", "fair"),
        view("two campaigns", "y", "forum"),
        view("unnamed", None, None),
        view("no campaign", "x", None),
        view("no campaign", "y", None),
        act("two names", "2026-04-10 03:00", "content_view", content="x"),
        act("two names", "2026-04-10 03:00", "download", content="y"),
    ]
    table = acts(lake.put(events=events), lake.spans(*APRIL), ActivityRule(least_contents=2))
    assert lake.rows(table.select("person_id").distinct()) == [("no campaign",), ("two",)]


SEATS = [
    {"subscription_id": "s1", "customer_id": "a", "valid_from": "2026-01-01", "mrr": 10, "seats": 5, "plan": "basic"},
    {"subscription_id": "s2", "customer_id": "b", "valid_from": "2026-04-30", "mrr": 0, "plan": "extra"},
    {"subscription_id": "s3", "customer_id": "c", "valid_from": "2026-05-01", "mrr": 9, "seats": 7},
    {"subscription_id": "s4", "customer_id": "d", "valid_from": "2026-01-01", "valid_to": "2026-04-10", "mrr": 9},
]


def test_licences_are_the_seats_of_open_spans(lake: SmallLake) -> None:
    table = licences(lake.put(subscriptions=SEATS), lake.spans(*APRIL))
    assert lake.rows(table, "subscription_id", "plan", "seats") == [("s1", "basic", 5), ("s2", "extra", 1)]


def test_entitlements_are_all_features_unless_the_plan_says_otherwise(lake: SmallLake) -> None:
    events = [
        act("x", "2026-01-10", "feature_use", feature="export", feature_group="core"),
        act("x", "2026-01-10", "feature_use", feature="map", feature_group="key"),
    ]
    facts, spans = lake.put(subscriptions=SEATS, events=events), lake.spans(*APRIL)
    every = [("s1", "export"), ("s1", "map"), ("s2", "export"), ("s2", "map")]
    assert lake.rows(entitlements(facts, spans), "subscription_id", "feature") == every
    less = ActivityRule(entitlements=(("basic", ("core",)), ("extra", ("map",))))
    assert lake.rows(entitlements(facts, spans, less), "subscription_id", "feature") == [
        ("s1", "export"),
        ("s2", "map"),
    ]


def test_entitlements_without_any_feature_used_are_the_licences(lake: SmallLake) -> None:
    table = entitlements(lake.put(subscriptions=SEATS), lake.spans(*APRIL))
    assert lake.rows(table, "subscription_id", "feature", "seats") == [("s1", None, 5), ("s2", None, 1)]


REFERENCE = """
with seen as (
    select period, visitor_id, cast(occurred_at + interval 9 hour as date) as d, start_date, end_date
    from events join spans on occurred_at < end_at where visitor_id is not null)
select period,
    count(distinct visitor_id) filter (d >= start_date),
    count(distinct (visitor_id, d)) filter (d >= start_date),
    count(distinct (visitor_id, date_diff('day', d, end_date - 1) // 7))
        filter (d >= end_date - cast(7 * (date_diff('day', start_date, end_date) // 7) as int)),
    count(distinct (visitor_id, date_trunc('month', d))) filter (d >= start_date)
from seen group by period having count(*) filter (d >= start_date) > 0
"""
MOMENTS = st.integers(0, 200 * 24).map(lambda n: datetime(2025, 12, 1) + timedelta(hours=n))


@settings(deadline=None, max_examples=8)
@given(st.lists(st.tuples(st.sampled_from("abc"), MOMENTS), min_size=5, max_size=30))
def test_acts_agree_with_plain_sql(lake: SmallLake, seen: list[Any]) -> None:
    events = [act(person, at) for person, at in seen]
    days = ("2026-01-01", "2026-02-01", "2026-05-01")
    expected = lake.sql(REFERENCE) if means(lake, ActivityRule(), days, events=events) else []
    for place, name in enumerate((None, "day", "week", "month"), 1):
        got = means(lake, ActivityRule(window=name), days, events=events)
        assert {p: people for p, (people, _) in got.items()} == {row[0]: row[place] for row in expected if row[place]}
