"""Alerts of accounts by hand: on which day each begins, when it is over, and what is left out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.account_alerts import (
    AlertRule,
    account_alerts,
    falls,
    late_onboardings,
    late_tickets,
    renewal_reminders,
    unpaid_invoices,
)
from keiki.customers.account_book import account_book

NOW = ("2026-04-06", "2026-05-04", "2026-06-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def contract(customer: str, renewal: str, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"s{customer}", "customer_id": customer, "mrr": 1000, "valid_from": "2024-10-01"}
    return row | {"renewal_on": renewal, "term_months": 12} | more


@pytest.mark.feature("F-194")
def test_renewal_is_told_ninety_sixty_and_thirty_days_before(lake: SmallLake) -> None:
    facts = lake.put(subscriptions=[contract("a", "2026-10-01")])
    told = {}
    day = date(2026, 6, 1)
    while day < date(2026, 10, 10):
        for row in lake.rows(renewal_reminders(facts, day), "on_day", "due_on", "amount"):
            told.setdefault(row[0], (day, *row[1:]))
        day += timedelta(days=1)
    due = (date(2026, 10, 1), Decimal(12_000))
    assert told == {day: (day, *due) for day in (date(2026, 7, 3), date(2026, 8, 2), date(2026, 9, 1))}


def test_renewal_is_not_told_earlier_than_its_term_is_long(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[
            contract("monthly", "2026-10-01", term_months=1),
            contract("quarter", "2026-10-01", term_months=3),
            contract("ends", "2026-10-01", valid_to="2026-09-15"),
        ]
    )
    assert lake.rows(renewal_reminders(facts, date(2026, 7, 10))) == []
    assert lake.rows(renewal_reminders(facts, date(2026, 8, 10)), "customer_id") == [("quarter",)]
    assert lake.rows(renewal_reminders(facts, date(2026, 9, 5)), "customer_id") == [("quarter",)]


@pytest.mark.parametrize(("day", "there"), [("2026-05-31", False), ("2026-06-01", True)])
def test_invoice_is_unpaid_from_the_day_after_it_was_due(lake: SmallLake, day: str, there: bool) -> None:
    facts = lake.put(
        invoices=[
            {"invoice_id": "i", "customer_id": "a", "issued_on": "2026-05-01", "due_on": "2026-05-31", "amount": 500}
        ]
    )
    rows = lake.rows(unpaid_invoices(facts, date.fromisoformat(day)), "subject", "on_day", "over_on", "amount")
    assert rows == ([("i", date(2026, 6, 1), None, Decimal(500))] if there else [])


def test_unpaid_invoice_is_over_when_it_is_paid_and_one_paid_in_time_never_was(lake: SmallLake) -> None:
    plain = {"customer_id": "a", "issued_on": "2026-05-01", "due_on": "2026-05-31", "amount": 500}
    facts = lake.put(
        invoices=[
            plain | {"invoice_id": "late", "paid_on": "2026-06-03"},
            plain | {"invoice_id": "on the day", "paid_on": "2026-05-31"},
            plain | {"invoice_id": "credit", "amount": -500},
            plain | {"invoice_id": "long ago", "due_on": "2025-12-01"},
        ]
    )
    columns = ("subject", "over_on")
    assert lake.rows(unpaid_invoices(facts, date(2026, 6, 2)), *columns) == [("late", None)]
    assert lake.rows(unpaid_invoices(facts, date(2026, 6, 3)), *columns) == [("late", date(2026, 6, 3))]


@pytest.mark.parametrize(
    ("until", "set_up", "expected"),
    [
        ("2026-06-14", None, []),
        ("2026-06-15", None, [(date(2026, 6, 15), None)]),
        ("2026-06-20", "2026-06-15 03:00", []),
        ("2026-06-20", "2026-06-18 03:00", [(date(2026, 6, 15), date(2026, 6, 18))]),
    ],
)
def test_onboarding_is_late_fourteen_days_after_the_kick_off(
    lake: SmallLake, until: str, set_up: str | None, expected: list[Any]
) -> None:
    plain = {"pipeline": "onboarding", "subject_id": "a", "customer_id": "a"}
    rows = [plain | {"stage": "kickoff", "entered_at": "2026-06-01 03:00"}]
    rows += [plain | {"stage": "setup_completed", "entered_at": set_up}] if set_up else []
    table = late_onboardings(lake.put(stages=rows), date.fromisoformat(until))
    assert lake.rows(table, "on_day", "over_on") == expected


def test_ticket_is_late_after_a_day_and_over_when_it_is_answered(lake: SmallLake) -> None:
    facts = lake.put(
        tickets=[
            {"ticket_id": "late", "customer_id": "a", "opened_at": "2026-06-28 03:00"}
            | {"first_response_at": "2026-06-29 20:00"},
            {"ticket_id": "waits", "opened_at": "2026-06-28 03:00"},
            {"ticket_id": "fresh", "opened_at": "2026-06-30 03:00"},
        ]
    )
    table = late_tickets(facts, date(2026, 6, 30), datetime(2026, 6, 30, 15))
    assert lake.rows(table, "subject", "customer_id", "on_day", "over_on") == [
        ("late", "a", date(2026, 6, 29), date(2026, 6, 30)),
        ("waits", "", date(2026, 6, 29), None),
    ]


def uses(customer: str, users: int, day: str) -> list[dict[str, Any]]:
    return [
        {"customer_id": customer, "visitor_id": f"{customer}{n}", "occurred_at": f"{day} 03:00", "name": "login"}
        for n in range(users)
    ]


def test_every_alert_names_the_owner_of_its_account_and_none_is_lost(lake: SmallLake) -> None:
    facts = lake.put(
        customers=[{"customer_id": "a", "owner": "Emi"}, {"customer_id": "calm", "owner": "Ken"}],
        subscriptions=[
            {"subscription_id": name, "customer_id": name, "mrr": 1000, "valid_from": "2025-01-01", "seats": 10}
            for name in ("a", "calm")
        ],
        events=[
            *uses("a", 10, "2026-03-20"),
            *uses("a", 10, "2026-04-20"),
            *uses("a", 5, "2026-05-20"),
            *(each for day in ("2026-03-20", "2026-04-20", "2026-05-20") for each in uses("calm", 9, day)),
        ],
        tickets=[{"ticket_id": "t", "customer_id": "a", "opened_at": "2026-05-30 03:00"}],
    )
    until = date(2026, 5, 31)
    book = account_book(facts, lake.spans(*NOW), until)
    columns = ("kind", "customer_id", "owner", "before", "after")
    expected = [("score_fell", "a", "Emi", 100.0, 0.0), ("use_fell", "a", "Emi", 100.0, 0.0)]
    assert lake.rows(falls(book, until), "kind", "customer_id") == [row[:2] for row in expected]
    table = account_alerts(facts, book, until, datetime(2026, 5, 31, 15), until, AlertRule())
    assert lake.rows(table, *columns) == [*expected[:1], ("ticket_late", "a", "Emi", None, None), *expected[1:]]
