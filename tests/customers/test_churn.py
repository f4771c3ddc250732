"""Scores as they were then and who had left afterwards; nothing of later may show in a score."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.back_test import chances
from keiki.customers.churn import Leaving, OutcomeRule, grouped_outcomes, leaving_chance, outcomes
from keiki.customers.health import health

MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01")
QUARTER = OutcomeRule(days=31)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def contract(customer: str, until: str | None = None) -> dict[str, Any]:
    row = {"subscription_id": customer, "customer_id": customer, "mrr": 100, "valid_from": "2025-01-01", "seats": 1}
    return row | {"valid_to": until}


def login(customer: str, day: str) -> dict[str, Any]:
    return {"customer_id": customer, "visitor_id": customer, "occurred_at": f"{day} 03:00", "name": "login"}


FACTS: dict[str, Any] = {
    "subscriptions": [contract("stays"), contract("leaves", "2026-02-10"), contract("left", "2026-01-15")],
    "events": [login("stays", "2025-12-20"), login("stays", "2026-01-20"), login("leaves", "2025-12-20")],
}


def test_account_has_left_when_it_pays_nothing_so_many_days_after_its_score(lake: SmallLake) -> None:
    table = outcomes(lake.put(**FACTS), lake.spans(*MONTHS), QUARTER)
    assert lake.rows(table, "period", "customer_id", "left") == [
        (0, "leaves", True),
        (0, "stays", False),
        (1, "stays", False),
    ]


def test_periods_whose_outcome_is_not_known_yet_are_left_out(lake: SmallLake) -> None:
    table = outcomes(lake.put(**FACTS), lake.spans(*MONTHS), QUARTER, date(2026, 3, 4))
    assert {row[0] for row in lake.rows(table, "period")} == {0}
    table = outcomes(lake.put(**FACTS), lake.spans(*MONTHS), QUARTER, date(2026, 3, 31))
    assert {row[0] for row in lake.rows(table, "period")} == {0, 1}


def test_score_knows_only_what_was_known_then(lake: SmallLake) -> None:
    later = FACTS | {"events": FACTS["events"] + [login("stays", "2026-02-20"), login("leaves", "2026-02-01")]}
    early, late = (
        lake.rows(outcomes(lake.put(**facts), lake.spans(*MONTHS[:2]), QUARTER), "customer_id", "score")
        for facts in (FACTS, later)
    )
    assert early == late


def test_equal_accounts_are_counted_together_and_none_is_lost(lake: SmallLake) -> None:
    table = outcomes(lake.put(**FACTS), lake.spans(*MONTHS), QUARTER)
    rows = lake.rows(grouped_outcomes(table), "period", "usage", "support", "score", "accounts", "left")
    assert rows == [(0, 0, None, 0, 1, 1), (0, 20, None, 1000, 1, 0), (1, 0, None, 0, 1, 0)]


def test_chance_of_leaving_is_the_same_in_the_database_and_in_the_fit(lake: SmallLake) -> None:
    leaving = Leaving(0.5, {"usage": 3.0, "support": 1.0, "payment": 0.5}, {"usage": 0.7, "support": 0.4, "payment": 1})
    scored = health(lake.put(**FACTS), lake.spans(*MONTHS[:2]))
    rows = lake.rows(scored.mutate(chance=leaving_chance(scored, leaving)), "usage", "support", "payment", "chance")
    for usage, support, payment, chance in rows:
        parts = [[math.nan if part is None else part for part in (usage, support, payment)]]
        assert chance == pytest.approx(chances(parts, leaving)[0])
