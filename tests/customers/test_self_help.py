"""Articles by which customers help themselves, worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
from tests.rows import fact_rows

from keiki.customers.self_help import SelfHelpRule, article_use, topic_tickets

UNTIL = date(2025, 9, 30)


def event(day: str, content: str, visitor: str | None, reaction: str | None = None, name: str = "content_view") -> Any:
    row = {"occurred_at": f"{day} 03:00:00", "name": name, "content": content, "visitor_id": visitor}
    return row | {"reaction": reaction, "customer_id": None}


def ticket(number: int, day: str, topic: str | None) -> Any:
    return {"ticket_id": f"t{number}", "opened_at": f"{day} 03:00:00", "topic": topic}


EVENTS = [
    event("2025-09-01", "Track a parcel", "v1"),
    event("2025-09-02", "Track a parcel", "v1", name="page_view"),
    event("2025-09-03", "Track a parcel", "v2"),
    event("2025-09-03", "Track a parcel", "v2", "positive", "cta_click"),
    event("2025-09-04", "Track a parcel", "v3", "negative", "cta_click"),
    event("2025-06-30", "Track a parcel", "v4"),  # before the 90 days
    event("2025-10-01", "Track a parcel", "v5"),  # after the day
    event("2025-09-05", "Something else", "v6"),
]
TICKETS = [
    *(ticket(n, "2025-09-10", "delivery") for n in range(3)),
    ticket(3, "2025-05-10", "delivery"),
    ticket(4, "2025-09-10", "payment"),
    ticket(5, "2025-09-10", None),
    ticket(6, "2025-01-10", "delivery"),
]


def facts() -> Any:
    return {name: ibis.memtable(fact_rows(name, rows)) for name, rows in (("events", EVENTS), ("tickets", TICKETS))}


def test_views_and_helpful_votes_are_counted_beside_the_tickets_of_the_topic() -> None:
    topics = {"Track a parcel": "delivery", "Pay by invoice": "payment"}
    rows = article_use(facts(), topics, UNTIL).order_by("article").to_pyarrow().to_pylist()
    nothing = {"views": 0, "readers": 0, "helpful": 0, "unhelpful": 0, "tickets": 1, "tickets_before": 0}
    read = {"views": 3, "readers": 2, "helpful": 1, "unhelpful": 1, "tickets": 3, "tickets_before": 1}
    assert rows == [
        {"article": "Pay by invoice", "topic": "payment"} | nothing,
        {"article": "Track a parcel", "topic": "delivery"} | read,
    ]


def test_topics_are_counted_in_the_days_asked_for_and_in_those_before() -> None:
    rows = topic_tickets(facts(), UNTIL, SelfHelpRule(days=30)).order_by("topic").to_pyarrow().to_pylist()
    assert rows == [
        {"topic": "delivery", "tickets": 3, "tickets_before": 0},
        {"topic": "payment", "tickets": 1, "tickets_before": 0},
    ]
