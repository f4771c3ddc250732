"""Cohorts: ages and windows by hand, everyone lost on the way, and the same from plain SQL."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.cohorts import (
    CohortRule,
    attendee_deals,
    cohorts,
    first_entries,
    followed,
)
from keiki.errors import UnknownName

KNOWN = date(2026, 6, 1)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def customer(name: str, on: str | None, **more: Any) -> dict[str, Any]:
    return {"customer_id": name, "acquired_on": on} | more


def order(who: str, at: str | datetime) -> dict[str, Any]:
    at = f"{at} 03:00" if isinstance(at, str) else at
    return {"order_id": f"{who}{at}", "customer_id": who, "ordered_at": at, "amount": 1}


def contract(who: str, begin: str, end: str | None = None, mrr: float = 10, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{who}{begin}", "customer_id": who, "mrr": mrr, "valid_from": begin}
    return row | {"valid_to": end} | more


def entry(subject: str, stage: str, at: str, pipeline: str, **more: Any) -> dict[str, Any]:
    return {"pipeline": pipeline, "subject_id": subject, "stage": stage, "entered_at": f"{at} 03:00"} | more


def test_customer_counts_on_the_day_it_reaches_the_age(lake: SmallLake) -> None:
    facts = lake.put(customers=[customer("a", "2025-01-31"), customer("b", "2026-01-31"), customer("prospect", None)])
    table = cohorts(facts, CohortRule(at="13m", as_of=KNOWN))
    assert lake.rows(table, "customer_id", "counted_on", "window_ended") == [
        ("a", date(2026, 2, 28), True),
        ("b", date(2027, 2, 28), False),
    ]


def test_customer_counts_on_its_first_day_once_the_window_has_ended(lake: SmallLake) -> None:
    facts = lake.put(customers=[customer("a", "2026-05-02"), customer("b", "2026-05-03")])
    table = cohorts(facts, CohortRule(within="30d", as_of=KNOWN))
    assert lake.rows(table, "customer_id", "counted_on", "window_ended") == [
        ("a", date(2026, 5, 2), True),
        ("b", date(2026, 5, 3), False),
    ]
    assert lake.rows(cohorts(facts, CohortRule(as_of=KNOWN)), "window_ended") == [(True,), (True,)]


def test_data_is_known_up_to_its_latest_day(lake: SmallLake) -> None:
    facts = lake.put(customers=[customer("a", "2026-01-01")], orders=[order("a", "2026-01-31")])
    ended = [lake.rows(cohorts(facts, CohortRule(within=w)), "window_ended")[0][0] for w in ("30d", "31d")]
    assert ended == [True, False]


def test_active_at_an_age_is_the_status_on_that_day(lake: SmallLake) -> None:
    names = ("buys", "sleeps", "leaves", "holds", "ended", "returns")
    facts = lake.put(
        customers=[customer(n, "2025-01-10", churned_on="2026-01-09" if n == "leaves" else None) for n in names],
        orders=[order(n, "2025-01-10") for n in ("buys", "sleeps", "leaves")] + [order("buys", "2025-05-01")],
        subscriptions=[
            contract("holds", "2025-01-10"),
            contract("ended", "2025-01-10", "2026-01-09"),
            contract("returns", "2025-01-10", "2025-03-01"),
            contract("returns", "2025-04-01"),
        ],
    )
    table = followed(facts, CohortRule(at="13m", as_of=KNOWN))
    active = {"buys": True, "sleeps": False, "leaves": False, "holds": True, "ended": False, "returns": True}
    assert dict(lake.rows(table, "customer_id", "active")) == active


def test_retention_after_twelve_months_by_hand(lake: SmallLake) -> None:
    """Ten customers of January 2025, of whom six still hold a contract a year later: 60 %."""
    names = [f"c{n}" for n in range(10)]
    facts = lake.put(
        customers=[customer(n, "2025-01-15") for n in names],
        subscriptions=[contract(n, "2025-01-15", None if k < 6 else "2025-12-31") for k, n in enumerate(names)],
    )
    table = followed(facts, CohortRule(at="12m", as_of=KNOWN))
    assert lake.rows(table.group_by("counted_on").aggregate(n=table.count(), active=table.active.sum())) == [
        (date(2026, 1, 15), 10, 6)
    ]


def test_lost_is_lost_also_when_the_customer_came_back(lake: SmallLake) -> None:
    names = ("stays", "pauses", "buys", "asleep", "leaves", "leaves later", "changes plan")
    left = {"leaves": "2025-12-31", "leaves later": "2026-01-10"}
    facts = lake.put(
        customers=[customer(n, "2025-01-10", churned_on=left.get(n)) for n in names],
        orders=[order("buys", "2025-03-01"), order("asleep", "2023-12-01"), order("asleep", "2025-03-01")],
        subscriptions=[
            contract("stays", "2025-01-10"),
            contract("pauses", "2025-01-10", "2025-03-01"),
            contract("pauses", "2025-04-01"),
            contract("changes plan", "2025-01-10", "2025-03-01"),
            contract("changes plan", "2025-03-01", mrr=20),
        ],
    )
    table = followed(facts, CohortRule(within="12m", as_of=KNOWN))
    assert dict(lake.rows(table, "customer_id", "lost")) == {
        "stays": False,
        "pauses": True,
        "buys": False,
        "asleep": True,
        "leaves": True,
        "leaves later": False,
        "changes plan": False,
    }


def test_reactivated_customers_begin_with_the_purchase_that_woke_them(lake: SmallLake) -> None:
    orders = [order("back", "2024-01-10"), order("back", "2025-03-01"), order("back", "2025-04-01")]
    orders += [order("never away", "2024-06-10"), order("never away", "2025-03-01"), order("once", "2024-01-10")]
    facts = lake.put(orders=orders)
    table = cohorts(facts, CohortRule("reactivated", at="6m", as_of=KNOWN))
    assert lake.rows(table, "customer_id", "entered_on", "counted_on") == [("back", date(2025, 3, 1), date(2025, 9, 1))]


def test_customers_may_begin_with_a_kickoff_a_trial_or_an_event(lake: SmallLake) -> None:
    facts = lake.put(
        stages=[entry("s", "kickoff", "2026-01-05", "onboarding", customer_id="a")],
        subscriptions=[contract("b", "2026-01-06", mrr=0, reason="trial")],
        events=[
            {"occurred_at": "2026-01-07 20:00", "name": "attended", "customer_id": "c", "campaign_kind": "webinar"},
            {"occurred_at": "2026-01-09 20:00", "name": "attended", "customer_id": "c", "campaign_kind": "webinar"},
        ],
    )
    begun = {s: lake.rows(cohorts(facts, CohortRule(s)), "customer_id", "entered_on") for s in _STARTS}
    assert begun == {
        "kickoff": [("a", date(2026, 1, 5))],
        "trial": [("b", date(2026, 1, 6))],
        "attended": [("c", date(2026, 1, 8))],
    }
    with pytest.raises(UnknownName, match="Did you mean “kickoff”"):
        cohorts(facts, CohortRule("kickof"))


_STARTS = ("kickoff", "trial", "attended")


def test_activated_is_the_key_feature_within_30_days_of_the_kickoff(lake: SmallLake) -> None:
    names = {"fast": "2026-02-04", "slow": "2026-02-05", "never": None, "no kickoff": None}
    stages = [entry(n, "kickoff", "2026-01-05", "onboarding", customer_id=n) for n in names if n != "no kickoff"]
    stages += [entry(n, "key_feature_used", at, "onboarding") for n, at in names.items() if at is not None]
    facts = lake.put(customers=[customer(n, "2026-01-01") for n in names], stages=stages)
    assert dict(lake.rows(cohorts(facts), "customer_id", "activated")) == {
        "fast": True,
        "slow": False,
        "never": False,
        "no kickoff": None,
    }


def test_deal_of_attendees_counts_once(lake: SmallLake) -> None:
    def attended(who: str, on: str, customer: str, kind: str = "webinar", name: str = "attended") -> dict[str, Any]:
        row = {"occurred_at": f"{on} 03:00", "name": name, "visitor_id": who, "customer_id": customer}
        return row | {"campaign_kind": kind}

    events = [
        attended("p1", "2026-01-05", "x"),
        attended("p2", "2026-01-06", "x", name="watched_recording"),
        attended("p3", "2026-01-05", "y"),
        attended("p4", "2026-01-05", "z", "online_exhibition"),
        attended("p5", "2026-01-05", "w", name="registered"),
    ]
    stages = [
        entry("dx", "opportunity", "2026-02-05", "deal", customer_id="x"),
        entry("dx", "won", "2026-03-05", "deal", amount=100),
        entry("dy", "won", "2026-08-05", "deal", customer_id="y", amount=100),
        entry("dz", "won", "2026-01-04", "deal", customer_id="z", amount=100),
        entry("dw", "won", "2026-02-04", "deal", customer_id="w", amount=100),
    ]
    table = attendee_deals(lake.put(events=events, stages=stages), "deal/won", "6m")
    assert lake.rows(table, "person_id", "deal", "amount", "counts") == [
        ("p1", "dx", 100, True),
        ("p2", "dx", 100, False),
        ("p3", None, None, False),
        ("p4", None, None, False),
    ]


def test_first_posting_of_a_client_is_its_first_ever(lake: SmallLake) -> None:
    stages = [
        entry("j1", "posted", "2025-01-05", "listing", customer_id="old"),
        entry("j2", "posted", "2026-01-05", "listing", customer_id="old"),
        entry("j3", "posted", "2026-01-05", "listing", customer_id="new"),
        entry("j4", "posted", "2026-01-05", "listing"),
    ]
    table = first_entries(lake.put(stages=stages))
    assert lake.rows(table, "subject_id", "is_first") == [("j1", True), ("j2", False), ("j3", True), ("j4", False)]


LOST_DAYS = """
with day as (select unnest(generate_series(date '2025-01-01', date '2026-05-31', interval 1 day))::date d),
people as (select customer_id, acquired_on e from customers),
state as (
    select p.customer_id, p.e, day.d,
        exists (from subscriptions s where s.customer_id = p.customer_id and s.valid_from < d + 1) held,
        exists (from subscriptions s where s.customer_id = p.customer_id and s.valid_from < d + 1
            and (s.valid_to is null or s.valid_to >= d + 1)) open,
        (select max(ordered_at) from orders o where o.customer_id = p.customer_id
            and o.ordered_at < (d + 1)::timestamp - interval 9 hour) latest
    from people p join day on day.d >= p.e and day.d < p.e + interval 12 month)
select customer_id, bool_or(held and not open
    or not open and coalesce(latest < (d + 1)::timestamp - interval 9 hour - interval 365 day, false))
from state group by 1
"""


@settings(deadline=None, max_examples=8)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(-500, 500)), max_size=5),
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 300), st.integers(1, 200)), max_size=3),
)
def test_lost_agrees_with_a_look_at_every_day_in_plain_sql(
    lake: SmallLake, bought: list[tuple[str, int]], held: list[tuple[str, int, int]]
) -> None:
    start = date(2025, 1, 1)
    noon = datetime(2025, 1, 1, 3)
    facts = lake.put(
        customers=[customer("a", "2025-01-01"), customer("b", "2025-02-01")],
        orders=[order(who, noon + timedelta(days=n)) for who, n in dict.fromkeys(bought)],
        subscriptions=[
            contract(w, str(start + timedelta(days=n)), str(start + timedelta(days=n + k)), subscription_id=f"{i}")
            for i, (w, n, k) in enumerate(held)
        ],
    )
    table = followed(facts, CohortRule(within="12m", as_of=KNOWN))
    assert lake.rows(table, "customer_id", "lost") == lake.sql(LOST_DAYS)
