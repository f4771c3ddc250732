"""Events for users by hand: people at each step, and their use in the thirty days before and after."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.user_events import user_events


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def event(name: str, who: str, day: str, campaign: str | None = "spring", **more: Any) -> dict[str, Any]:
    row = {"name": name, "visitor_id": who, "customer_id": who[0], "occurred_at": f"{day} 03:00"}
    return row | ({"campaign": campaign, "campaign_kind": "webinar"} if campaign else {}) | more


def use(who: str, day: str, times: int = 1) -> list[dict[str, Any]]:
    return [event("login", who, day, None) for _time in range(times)]


CUSTOMERS = [
    {"customer_id": "a", "acquired_on": "2025-01-01"},
    {"customer_id": "b", "acquired_on": "2025-01-01"},
    {"customer_id": "p", "acquired_on": None},
]
COLUMNS = ("campaign", "held_on", "invited", "registered", "attended", "judged", "uses_before", "uses_after")


def test_event_counts_customers_at_each_step_and_their_use_before_and_after(lake: SmallLake) -> None:
    steps = [("a1", 3), ("a2", 2), ("b1", 3), ("p1", 3)]
    names = ("invited", "registered", "attended")
    facts = lake.put(
        customers=CUSTOMERS,
        events=[
            *(event(name, who, "2026-04-15") for who, many in steps for name in names[:many]),
            event("attended", "a1", "2026-04-15"),  # twice at one event is once
            *use("a1", "2026-03-16", 2),
            *use("a1", "2026-03-15", 7),  # 31 days before
            *use("a1", "2026-04-15", 5),  # on the day itself
            *use("a1", "2026-05-15", 4),
            *use("a1", "2026-05-16", 9),  # 31 days after
            *use("a2", "2026-05-01", 6),  # did not attend
            *use("b1", "2026-05-01", 1),
        ],
    )
    expected = ("spring", date(2026, 4, 15), 3, 3, 2, 2, 2, 5)
    assert lake.rows(user_events(facts, date(2026, 5, 15)), *COLUMNS) == [expected]


def test_use_is_not_judged_before_the_days_after_are_over(lake: SmallLake) -> None:
    facts = lake.put(
        customers=CUSTOMERS,
        events=[
            event("attended", "a1", "2026-04-15"),
            event("invited", "b1", "2026-04-20", "next"),
            *use("a1", "2026-04-20"),
        ],
    )
    assert lake.rows(user_events(facts, date(2026, 5, 14)), *COLUMNS) == [
        ("next", None, 1, 0, 0, 0, 0, 0),
        ("spring", date(2026, 4, 15), 0, 0, 1, 0, 0, 0),
    ]


def test_campaigns_of_other_kinds_are_no_events_for_users(lake: SmallLake) -> None:
    facts = lake.put(customers=CUSTOMERS, events=[event("attended", "a1", "2026-04-15", campaign_kind="exhibition")])
    assert lake.rows(user_events(facts, date(2026, 5, 15))) == []
