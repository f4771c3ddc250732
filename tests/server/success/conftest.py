"""A business with accounts that pay, slow down and left, shared by the tests of customer success."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.server.conftest import Cast, forget, put

from keiki.engine.business import open_business
from keiki.engine.settings import Settings
from keiki.server.accounts.models import Business

TODAY = date(2026, 6, 30)


def contract(customer: str, begin: str = "2025-10-01", **more: Any) -> dict[str, Any]:
    row = {"subscription_id": customer, "customer_id": customer, "plan": "team", "mrr": 1000, "valid_from": begin}
    return row | {"seats": 4, "term_months": 12, "renewal_on": "2026-08-01", "valid_to": None} | more


def use(customer: str, users: int, day: str, feature: str = "order") -> list[dict[str, Any]]:
    return [
        {
            "customer_id": customer,
            "visitor_id": f"{customer}{n}",
            "occurred_at": f"{day} 12:00:00",
            "name": "feature_use",
            "feature": feature,
            "feature_group": "core" if feature == "order" else "other",
            "campaign": None,
            "campaign_kind": None,
        }
        for n in range(users)
    ]


def facts() -> dict[str, list[dict[str, Any]]]:
    """Thirty offices that use the app every week, one of which slows down in June, eight that fell silent in February
    and left in May, and four that fell silent in November and left in February.
    """
    customers = [f"A{n:02}" for n in range(30)]
    gone, early = [f"G{n:02}" for n in range(8)], [f"E{n}" for n in range(4)]
    events = []
    for week in range(38):
        day = date(2025, 10, 8) + timedelta(weeks=week)
        there = (early if day < date(2025, 11, 1) else []) + (gone if day < date(2026, 2, 1) else [])
        for name in customers + there:
            events += use(name, 1 if name == "A00" and day > date(2026, 6, 1) else 4, str(day))
    events += use("A01", 2, "2026-06-20", "report")
    for name, people in (("invited", 4), ("registered", 3), ("attended", 2)):
        events += [
            {"customer_id": "A03", "visitor_id": f"A03{n}", "occurred_at": "2026-05-20 12:00:00", "name": name}
            | {"campaign": "User day", "campaign_kind": "webinar"}
            for n in range(people)
        ]
    answers = [("Morning", 5)] * 18 + [("Morning", 3)] * 2 + [("Evening", 4)] * 2
    return {
        "customers": [
            {"customer_id": c, "acquired_on": "2025-10-01", "segment": "office", "owner": "Emi"}
            for c in customers + gone + early
        ],
        "subscriptions": [contract(c) for c in customers]
        + [contract(c, valid_to="2026-05-05") for c in gone]
        + [contract(c, valid_to="2026-02-03") for c in early],
        "events": events,
        "orders": [
            {
                "order_id": f"o{c}",
                "customer_id": c,
                "ordered_at": "2026-06-29 12:00:00",
                "amount": 500,
                "gross_profit": 300,
            }
            for c in customers
        ],
        "tickets": [
            {"ticket_id": "t1", "customer_id": "A00", "opened_at": "2026-06-01 12:00:00", "category": "complaint"}
            | {"first_response_at": "2026-06-03 12:00:00", "root_cause": "late"},
            {"ticket_id": "t2", "customer_id": "A01", "opened_at": "2026-02-01 12:00:00", "category": "complaint"}
            | {"first_response_at": "2026-02-01 14:00:00", "root_cause": "broken"},
            *(
                {"ticket_id": f"c{n}", "opened_at": f"2026-{month}-10 03:00:00", "category": "complaint"}
                | {"first_response_at": f"2026-{month}-10 04:00:00", "root_cause": cause}
                for n, (month, cause) in enumerate(
                    [(m, "late") for m in ("03", "04", "05", "06", "06")]
                    + [("01", "broken"), ("02", "broken"), ("05", "unclear")]
                )
            ),
            {"ticket_id": "t3", "opened_at": "2026-06-28 03:00:00", "category": "question"},
        ],
        "invoices": [
            {"invoice_id": "i-late", "customer_id": "A02", "amount": 500, "issued_on": "2026-05-01"}
            | {"due_on": "2026-05-31", "paid_on": None},
            {"invoice_id": "i-paid", "customer_id": "A03", "amount": 500, "issued_on": "2026-05-01"}
            | {"due_on": "2026-05-31", "paid_on": "2026-05-20"},
        ],
        "stages": [
            {"pipeline": "onboarding", "subject_id": "A04", "customer_id": "A04", "stage": "kickoff"}
            | {"entered_at": "2026-06-01 03:00:00"},
            {"pipeline": "deal", "subject_id": "won deal", "stage": "won", "entered_at": "2026-05-20 03:00:00"},
            {"pipeline": "deal", "subject_id": "lost deal", "stage": "lost", "entered_at": "2026-05-20 03:00:00"},
        ],
        "surveys": [
            {"response_id": "r1", "kind": "nps", "customer_id": "A00", "answered_at": "2026-06-02 12:00:00", "score": 9}
            | {"scale_max": 10, "team": None},
            {"response_id": "r2", "kind": "nps", "customer_id": "A01", "answered_at": "2026-06-02 12:00:00", "score": 8}
            | {"scale_max": 10},
            *(
                {"response_id": f"s{n}", "kind": "csat", "answered_at": "2026-06-03 12:00:00", "score": score}
                | {"team": team}
                for n, (team, score) in enumerate(answers)
            ),
        ],
        "costs": [
            {"spent_on": "2026-05-31", "amount": 6000, "category": "cs_personnel", "department": "customer_success"}
        ],
    }


@pytest.fixture(scope="session")
def offices_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offices") / "business"
    with open_business(folder, Settings(name="Tea shop")) as business:
        for fact, rows in facts().items():
            business.load(rows, fact)
    return folder


@pytest.fixture(scope="module")
def opened() -> Iterator[list[Business]]:
    """What this module opened: kept warm from test to test, gone afterwards."""
    found: list[Business] = []
    yield found
    for business in found[:1]:
        forget(business)


@pytest.fixture
def offices(cast: Cast, offices_folder: Path, opened: list[Business]) -> Cast:
    """The cast, and their business has thirty offices that pay and eight that left. Its rows are only for reading."""
    if not opened or not cast.business.folder.exists():
        forget(cast.business)
        put(offices_folder, cast.business)
        opened.append(cast.business)
    return cast


@pytest.fixture
def own_offices(alone: Cast, offices_folder: Path) -> Cast:
    """The cast and offices whose numbers this test may change."""
    put(offices_folder, alone.business)
    return alone


def read(browser: Client, url: str, status: int = 200) -> str:
    answer = browser.get(url)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())
