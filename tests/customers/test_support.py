"""Waiting times of tickets by hand, escalation, and the causes of complaints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.support import complaint_causes, satisfaction_by_team, ticket_statistics, ticket_times

NOW = datetime(2026, 6, 30, 15)
MONTHS = ("2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def ticket(name: str, opened: str, reply: str | None = None, solved: str | None = None, **more: Any) -> dict[str, Any]:
    row = {"ticket_id": name, "opened_at": opened, "first_response_at": reply, "resolved_at": solved}
    return row | more


@pytest.mark.feature("F-292")
def test_first_responses_and_resolutions_have_a_mean_and_a_median(lake: SmallLake) -> None:
    facts = lake.put(
        tickets=[
            ticket("a", "2026-05-04 01:00", "2026-05-04 02:00", "2026-05-04 02:00"),
            ticket("b", "2026-05-05 01:00", "2026-05-05 03:00", "2026-05-05 03:00"),
            ticket("c", "2026-05-06 01:00", "2026-05-06 10:00", "2026-05-06 10:00"),
            ticket("open", "2026-06-30 14:00"),
        ]
    )
    table = ticket_statistics(ticket_times(facts, NOW), lake.spans(*MONTHS))
    columns = ("period", "tickets", "answered", "reply_mean", "reply_median", "solve_mean", "solve_median")
    assert lake.rows(table, *columns) == [(2, 3, 3, 4.0, 2.0, 4.0, 2.0), (3, 1, 0, None, None, None, None)]


def test_median_of_two_lies_between_them(lake: SmallLake) -> None:
    facts = lake.put(
        tickets=[
            ticket("a", "2026-05-04 01:00", "2026-05-04 02:00"),
            ticket("b", "2026-05-05 01:00", "2026-05-05 05:30"),
        ]
    )
    table = ticket_statistics(ticket_times(facts, NOW), lake.spans(*MONTHS))
    assert lake.rows(table, "reply_median", "reply_mean") == [(2.75, 2.75)]


def test_ticket_without_a_reply_for_a_day_escalates_and_stays_escalated(lake: SmallLake) -> None:
    facts = lake.put(
        tickets=[
            ticket("in time", "2026-06-28 00:00", "2026-06-29 00:00"),
            ticket("late", "2026-06-27 00:00", "2026-06-28 00:01"),
            ticket("waits", "2026-06-29 00:00"),
            ticket("fresh", "2026-06-30 00:00"),
            ticket("tomorrow", "2026-07-01 00:00"),
        ]
    )
    rows = lake.rows(ticket_times(facts, NOW), "ticket_id", "waiting", "escalated_at")
    assert rows == [
        ("fresh", True, None),
        ("in time", False, None),
        ("late", False, datetime(2026, 6, 28)),
        ("waits", True, datetime(2026, 6, 30)),
    ]


def test_answers_given_later_are_not_known_before(lake: SmallLake) -> None:
    facts = lake.put(tickets=[ticket("a", "2026-06-29 00:00", "2026-06-30 02:00", "2026-07-02 00:00")])
    assert lake.rows(ticket_times(facts, NOW), "reply_hours", "solve_hours") == [(26.0, None)]


def test_complaints_are_counted_by_cause_and_month(lake: SmallLake) -> None:
    rows = [
        ticket(f"{cause}{n}", f"2026-{month}-10 03:00", category="complaint", root_cause=cause)
        for cause, months in (("late parcel", ("03", "04")), ("leaky bag", ("05", "06", "06")))
        for n, month in enumerate(months)
    ]
    facts = lake.put(tickets=[*rows, ticket("q", "2026-06-01 03:00", category="inquiry", root_cause="late parcel")])
    assert lake.rows(complaint_causes(facts, lake.spans(*MONTHS))) == [
        ("late parcel", 0, 1),
        ("late parcel", 1, 1),
        ("leaky bag", 2, 1),
        ("leaky bag", 3, 2),
    ]


def answer(name: str, score: float, about: str | None = None, day: str = "2026-05-10", **more: Any) -> dict[str, Any]:
    row = {"response_id": name, "kind": "csat", "score": score, "answered_at": f"{day} 03:00", "subject": about}
    return row | more


def test_satisfaction_belongs_to_the_team_of_the_answer_or_of_its_ticket(lake: SmallLake) -> None:
    facts = lake.put(
        tickets=[ticket("a", "2026-05-04 01:00", channel="referral"), ticket("b", "2026-05-04 01:00")],
        surveys=[
            answer("1", 5, "a"),
            answer("2", 3, "a"),
            answer("3", 4, segment="night shift"),
            answer("4", 10, "a", scale_max=10),
            answer("nobody's", 5, "b"),
            answer("other kind", 9, "a", kind="nps"),
            answer("long ago", 1, "a", day="2025-05-10"),
        ],
    )
    named = {
        "tickets": facts["tickets"].mutate(team=facts["tickets"].channel),
        "surveys": facts["surveys"].mutate(team=facts["surveys"].segment),
    }
    table = satisfaction_by_team({**facts, **named}, date(2026, 5, 31))
    assert lake.rows(table, "team", "answers", "satisfied", "mean_score") == [
        ("night shift", 1, 1, 4.0),
        ("referral", 3, 2, 6.0),
    ]
    assert lake.rows(satisfaction_by_team(facts, date(2026, 5, 31))) == []
