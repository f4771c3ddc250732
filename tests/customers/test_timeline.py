"""One customer's story: everything in one table, nothing of anybody else's, use told day by day."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.timeline import KINDS, timeline


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def event(name: str, at: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": "a", "occurred_at": at, "name": name} | more


def facts_of(lake: SmallLake) -> Any:
    mine = {"customer_id": "a"}
    return lake.put(
        orders=[
            mine | {"order_id": "o1", "ordered_at": "2026-05-01 03:00", "amount": 500, "product": "beans"},
            {"order_id": "o2", "customer_id": "b", "ordered_at": "2026-05-01 03:00", "amount": 900},
        ],
        subscriptions=[
            mine
            | {"subscription_id": "s", "mrr": 100, "valid_from": "2026-01-01", "valid_to": "2026-03-01", "plan": "x"},
            mine
            | {"subscription_id": "s", "mrr": 150, "valid_from": "2026-03-01", "valid_to": "2026-06-01"}
            | {"reason": "upsell", "plan": "y"},
        ],
        invoices=[mine | {"invoice_id": "i", "issued_on": "2026-02-01", "amount": 100, "kind": "recurring"}],
        tickets=[mine | {"ticket_id": "t", "opened_at": "2026-02-03 03:00", "topic": "delivery"}],
        surveys=[mine | {"response_id": "r", "kind": "nps", "answered_at": "2026-02-04 03:00", "score": 9}],
        stages=[
            mine
            | {"pipeline": "onboarding", "subject_id": "a", "stage": "first_value", "entered_at": "2026-01-09 03:00"}
        ],
        events=[
            event("email_opened", "2026-02-05 03:00", campaign="may"),
            event("meeting_held", "2026-02-06 03:00", meeting_kind="review"),
            event("login", "2026-02-07 01:00"),
            event("login", "2026-02-07 02:00"),
            event("login", "2026-02-08 02:00"),
            event("page_view", "2026-02-08 02:00"),
        ],
    )


@pytest.mark.feature("F-370")
def test_orders_tickets_mail_use_and_contracts_stand_in_one_timeline(lake: SmallLake) -> None:
    rows = lake.rows(timeline(facts_of(lake), "a"), "on_day", "kind", "what", "detail", "number")
    assert [(str(day), kind, what, detail, number) for day, kind, what, detail, number in rows] == [
        ("2026-01-01", "contract", "new", "x", 1),
        ("2026-01-09", "stage", "first_value", "onboarding", 1),
        ("2026-02-01", "invoice", "open", "recurring", 1),
        ("2026-02-03", "ticket", "inquiry", "delivery", 1),
        ("2026-02-04", "survey", "nps", None, 1),
        ("2026-02-05", "mail", "email_opened", "may", 1),
        ("2026-02-06", "contact", "meeting_held", "review", 1),
        ("2026-02-07", "usage", "login", None, 2),
        ("2026-02-08", "usage", "login", None, 1),
        ("2026-02-08", "visit", "page_view", None, 1),
        ("2026-03-01", "contract", "upsell", "y", 1),
        ("2026-05-01", "order", "completed", "beans", 1),
        ("2026-06-01", "contract", "ended", "y", 1),
    ]
    assert {row[1] for row in rows} == set(KINDS)


def test_timeline_of_nobody_is_empty(lake: SmallLake) -> None:
    assert lake.rows(timeline(facts_of(lake), "nobody")) == []
