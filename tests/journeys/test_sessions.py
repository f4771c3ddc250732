"""Sessions: worked examples, 300 visits against a plain calculation, and the same from plain SQL."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.journeys.sessions import SessionRule, sessions


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def event(at: str | datetime, name: str = "page_view", session: str | None = None, **more: Any) -> dict[str, Any]:
    if isinstance(at, str):
        at = f"2026-01-05 {at}"
    return {"occurred_at": at, "name": name, "session_id": session} | more


def test_session_takes_its_source_from_the_first_event(lake: SmallLake) -> None:
    events = [
        event("10:00:00", "page_view", "a", visitor_id="v", channel="paid", device="smartphone", page_type="home"),
        event("10:03:00", "page_view", "a", visitor_id="v", channel="direct", device="pc", page_type="product"),
        event("10:04:30", "purchase", "a", visitor_id="v", customer_id="c"),
    ]
    wanted = ("session_id", "customer_id", "channel", "device", "landing_page_type", "exit_page_type")
    counted = ("page_views", "duration_seconds", "is_bounce", "converted", "hour")
    table = sessions(lake.put(events=events))
    assert lake.rows(table, *wanted) == [("a", "c", "paid", "smartphone", "home", "product")]
    assert lake.rows(table, *counted) == [(2, 270, False, True, 19)]


def test_session_of_one_view_is_a_bounce_until_the_visitor_acts(lake: SmallLake) -> None:
    events = [
        event("10:00", "page_view", "bounce"),
        event("10:00", "product_view", "bounce"),
        event("10:00", "page_view", "acts"),
        event("10:01", "add_to_cart", "acts"),
        event("10:00", "page_view", "reads on"),
        event("10:01", "page_view", "reads on"),
        event("10:00", "add_to_cart", "no view"),
    ]
    assert lake.rows(sessions(lake.put(events=events)), "session_id", "is_bounce") == [
        ("acts", False),
        ("bounce", True),
        ("no view", False),
        ("reads on", False),
    ]


def test_events_without_a_session_are_parted_by_a_pause(lake: SmallLake) -> None:
    events = [
        event("10:00", visitor_id="v"),
        event("10:30", visitor_id="v"),
        event("11:00:01", visitor_id="v"),
        event("10:10", visitor_id="w"),
        event("10:10"),
        event("12:00", "email_delivered", customer_id="c"),
    ]
    table = sessions(lake.put(events=events))
    assert lake.rows(table, "visitor_id", "page_views", "duration_seconds") == [
        ("v", 1, 0),
        ("v", 2, 1800),
        ("w", 1, 0),
    ]
    assert len({row[0] for row in lake.rows(table, "session_id")}) == 3
    longer = sessions(lake.put(events=events), SessionRule(gap_minutes=31))
    assert lake.rows(longer, "visitor_id", "page_views") == [("v", 3), ("w", 1)]


def test_a_visitor_is_new_until_seen_within_two_years(lake: SmallLake) -> None:
    days = [datetime(2023, 1, 1), datetime(2023, 5, 1), datetime(2025, 6, 1)]
    events = [event(day, session=f"s{n}", visitor_id="v") for n, day in enumerate(days)]
    events.append(event(days[0], session="unknown"))
    assert lake.rows(sessions(lake.put(events=events)), "session_id", "is_new_visitor") == [
        ("s0", True),
        ("s1", False),
        ("s2", True),
        ("unknown", None),
    ]


def test_of_two_first_events_the_one_with_a_channel_decides(lake: SmallLake) -> None:
    events = [event("10:00", session="a"), event("10:00", session="a", channel="email")]
    assert lake.rows(sessions(lake.put(events=events)), "channel") == [("email",)]


@pytest.mark.feature("F-315")
def test_300_sessions_equal_a_plain_calculation(lake: SmallLake) -> None:
    chance = random.Random(315)
    visits: list[list[datetime]] = []
    events: list[dict[str, Any]] = []
    for number in range(300):
        begin = datetime(2026, 1, 1) + timedelta(seconds=chance.randrange(86_400 * 20))
        moments = [begin + timedelta(seconds=40 * step) for step in range(chance.choice([1, 1, 2, 3, 7]))]
        visits.append(moments)
        events += [event(at, "page_view", f"s{number}", visitor_id=f"v{number % 210}") for at in moments]
    chance.shuffle(events)
    table = sessions(lake.put(events=events))
    totals = table.aggregate(
        n=table.count(),
        visitors=table.visitor_id.nunique(),
        views=table.page_views.sum(),
        bounces=table.is_bounce.sum(),
        seconds=table.duration_seconds.sum(),
    )
    bounces = sum(len(moments) == 1 for moments in visits)
    seconds = sum((moments[-1] - moments[0]).seconds for moments in visits)
    assert lake.rows(totals) == [(300, 210, len(events), bounces, seconds)]


REFERENCE = """
with ordered as (
    select *, lag(occurred_at) over (partition by visitor_id order by occurred_at) earlier
    from events where session_id is null and visitor_id is not null),
numbered as (
    select *, sum(case when earlier is null or occurred_at - earlier > interval 30 minute then 1 else 0 end)
        over (partition by visitor_id order by occurred_at, earlier nulls first rows unbounded preceding) n
    from ordered)
select visitor_id, min(occurred_at), max(occurred_at), count(*) filter (name = 'page_view'), bool_or(name = 'purchase')
from numbered group by visitor_id, n
"""


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("vw"), st.integers(0, 300), st.sampled_from(["page_view", "purchase", "add_to_cart"])
        ),
        max_size=25,
    )
)
def test_sessions_hold_every_event_once_and_agree_with_plain_sql(lake: SmallLake, seen: list[Any]) -> None:
    start = datetime(2026, 1, 5)
    events = [event(start + timedelta(minutes=at), name, visitor_id=who) for who, at, name in seen]
    table = sessions(lake.put(events=events))
    found = lake.rows(table, "visitor_id", "started_at", "ended_at", "page_views", "converted")
    assert found == lake.sql(REFERENCE)
    assert sum(row[3] for row in found) == sum(name == "page_view" for _, _, name in seen)
