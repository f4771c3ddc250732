"""Answers beside money: the latest answer counts, groups by scale, revenue of the same months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.voices import voices, voices_by_group

UNTIL = date(2026, 5, 31)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def answer(customer: str, score: float, day: str = "2026-05-10", kind: str = "nps", top: float = 10) -> dict[str, Any]:
    row = {"response_id": f"{customer}{kind}{day}", "kind": kind, "customer_id": customer, "score": score}
    return row | {"answered_at": f"{day} 03:00", "scale_max": top}


def order(customer: str, day: str, amount: float) -> dict[str, Any]:
    return {"order_id": f"{customer}{day}", "customer_id": customer, "ordered_at": f"{day} 03:00", "amount": amount}


def test_latest_answer_decides_the_group_and_stands_beside_the_revenue(lake: SmallLake) -> None:
    facts = lake.put(
        surveys=[
            answer("a", 3, "2026-01-10"),
            answer("a", 9),
            answer("b", 8),
            answer("c", 6),
            answer("old", 10, "2025-05-01"),
        ],
        orders=[order("a", "2026-05-01", 100), order("a", "2025-05-01", 999), order("c", "2025-06-02", 40)],
        subscriptions=[{"subscription_id": "s", "customer_id": "b", "mrr": 20, "valid_from": "2026-01-01"}],
        events=[{"name": "call", "customer_id": "a", "occurred_at": "2026-04-01 03:00"}],
        tickets=[{"ticket_id": "t", "customer_id": "a", "opened_at": "2026-04-05 03:00"}],
    )
    rows = lake.rows(voices(facts, UNTIL), "customer_id", "score", "voice", "revenue", "mrr", "contacted_on")
    assert rows == [
        ("a", 9.0, "promoter", Decimal(100), Decimal(0), date(2026, 4, 5)),
        ("b", 8.0, "passive", Decimal(0), Decimal(20), None),
        ("c", 6.0, "detractor", Decimal(40), Decimal(0), None),
    ]


@pytest.mark.parametrize(
    ("score", "top", "expected"),
    [
        (4, 5, "promoter"),
        (3, 5, "passive"),
        (2, 5, "detractor"),
        (6, 7, "promoter"),
        (5, 7, "passive"),
        (4, 7, "detractor"),
        (85, 100, "promoter"),
        (84, 100, "passive"),
        (64, 100, "detractor"),
    ],
)
def test_every_scale_has_its_own_limits(lake: SmallLake, score: float, top: float, expected: str) -> None:
    facts = lake.put(surveys=[answer("a", score, kind="csat", top=top)])
    assert lake.rows(voices(facts, UNTIL), "voice") == [(expected,)]


@pytest.mark.parametrize(
    ("score", "top", "expected"),
    [
        (5, 7, "promoter"),
        (4, 7, "passive"),
        (3, 7, "detractor"),
        (5, None, "promoter"),
        (4, None, "passive"),
        (4, 5, "promoter"),
        (3, 5, "passive"),
        (2, 5, "detractor"),
        (6, 10, "promoter"),
        (5, 10, "detractor"),
    ],
)
def test_effort_is_good_above_the_middle_of_its_scale(
    lake: SmallLake, score: float, top: float | None, expected: str
) -> None:
    """CES 2.0: 5 to 7 of 7 agree that it was easy, 4 is neither."""
    facts = lake.put(surveys=[answer("a", score, kind="ces") | {"scale_max": top}])
    assert lake.rows(voices(facts, UNTIL), "kind", "voice") == [("ces", expected)]


def test_groups_stand_beside_the_profit_of_the_same_months_worked_out_by_hand(lake: SmallLake) -> None:
    """Promoters: 60 + 30 of gross profit less 5 of support; the detractor's earlier sale does not count."""
    cost = {"category": "support", "purpose": "retention"}
    facts = lake.put(
        surveys=[answer("a", 9), answer("b", 10), answer("c", 2), answer("d", 1)],
        orders=[
            order("a", "2026-05-01", 100) | {"gross_profit": 60},
            order("b", "2026-05-01", 50) | {"gross_profit": 30},
            order("c", "2025-05-01", 70) | {"gross_profit": 40},
            order("d", "2026-05-01", 20) | {"gross_profit": 8},
        ],
        costs=[
            {"spent_on": "2026-05-02", "amount": 5, "customer_id": "a", **cost},
            {"spent_on": "2026-05-02", "amount": 11, "customer_id": "c", **cost},
        ],
    )
    assert lake.rows(voices_by_group(voices(facts, UNTIL)), "voice", "answers", "revenue", "profit") == [
        ("detractor", 2, Decimal(20), Decimal(-3)),
        ("promoter", 2, Decimal(150), Decimal(85)),
    ]


def test_groups_add_up_to_the_customers_and_their_money(lake: SmallLake) -> None:
    facts = lake.put(
        surveys=[answer(f"c{n}", n % 11) for n in range(40)],
        orders=[order(f"c{n}", "2026-05-02", n) for n in range(50)],
    )
    rows = lake.rows(voices_by_group(voices(facts, UNTIL)), "voice", "answers", "revenue")
    assert sum(row[1] for row in rows) == 40
    assert sum(row[2] for row in rows) == sum(range(40))
