"""The line of every paying account: flags, shares, expected loss and gain by hand; renewals due."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.account_book import BookRule, account_book, renewals_ahead
from keiki.customers.churn import Leaving

UNTIL = date(2026, 5, 31)
NOW = ("2026-04-06", "2026-05-04", "2026-06-01")
"""Two periods of four weeks, the second up to the end of May."""


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def contract(customer: str, seats: int = 10, mrr: float = 1000, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": customer, "customer_id": customer, "mrr": mrr, "valid_from": "2025-01-01", "seats": seats}
    return row | more


def uses(customer: str, users: int, day: str, name: str = "feature_use") -> list[dict[str, Any]]:
    return [
        {
            "customer_id": customer,
            "visitor_id": f"{customer}{n}",
            "occurred_at": f"{day} 03:00",
            "name": name,
            "feature_group": "core",
        }
        for n in range(users)
    ]


@pytest.mark.feature("F-295")
def test_accounts_with_much_core_use_and_full_seats_may_grow_and_say_by_how_much(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[contract(name) for name in ("full", "just 80", "seats free")],
        events=[
            *uses("full", 9, "2026-05-20"),
            *uses("full", 10, "2026-05-21", "login"),
            *uses("just 80", 8, "2026-05-20"),
            *uses("just 80", 10, "2026-05-21", "login"),
            *uses("seats free", 9, "2026-05-20"),
        ],
    )
    columns = ("customer_id", "core_share", "seats_share", "may_grow", "more")
    table = account_book(facts, lake.spans(*NOW), UNTIL)
    assert lake.rows(table, *columns) == [
        ("full", 0.9, 1.0, True, 100.0),
        ("just 80", 0.8, 1.0, False, None),
        ("seats free", 0.9, 0.9, False, None),
    ]
    rule = BookRule(growth=0.25, grows=0.4, margin=0.5, months=12)
    grown = lake.rows(account_book(facts, lake.spans(*NOW), UNTIL, rule), "customer_id", "more", "gain")
    assert grown[0] == ("full", 250.0, pytest.approx(600.0)), (
        "a fourth of 1,000 more; x 0.4 that grow x half of it is profit x 12"
    )


def test_account_whose_use_fell_by_half_is_at_risk_with_its_expected_loss(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[contract("falls"), contract("holds", mrr=500)],
        events=[
            *uses("falls", 8, "2026-04-20"),
            *uses("falls", 4, "2026-05-20"),
            *uses("holds", 5, "2026-04-20"),
            *uses("holds", 5, "2026-05-20"),
        ],
    )
    leaving = Leaving(
        0.0, {"usage": 2.0, "support": 0.0, "payment": 0.0}, dict.fromkeys(("usage", "support", "payment"), 1.0)
    )
    table = account_book(facts, lake.spans(*NOW), UNTIL, BookRule(margin=0.5, months=12), leaving)
    rows = lake.rows(table, "customer_id", "at_risk", "chance", "loss")
    chance = 1 / (1 + math.exp(2))
    assert rows == [
        ("falls", True, 0.5, pytest.approx(0.5 * 1000 * 0.5 * 12)),
        ("holds", False, pytest.approx(chance), pytest.approx(chance * 500 * 0.5 * 12)),
    ]


def test_drop_of_twenty_points_in_four_weeks_is_flagged(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[contract("drops"), contract("slips")],
        events=[
            *uses("drops", 8, "2026-03-20"),
            *uses("drops", 8, "2026-04-20"),
            *uses("drops", 6, "2026-05-20"),
            *uses("slips", 20, "2026-03-20"),
            *uses("slips", 20, "2026-04-20"),
            *uses("slips", 19, "2026-05-20"),
        ],
    )
    rows = lake.rows(account_book(facts, lake.spans(*NOW), UNTIL), "customer_id", "score_before", "score", "fell")
    assert rows == [("drops", 100.0, 50.0, True), ("slips", 100.0, pytest.approx(90), False)]


def test_book_holds_everybody_who_pays_and_nobody_else(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[
            contract("a"),
            contract("gone", valid_to="2026-05-20"),
            contract("free", mrr=0),
            contract("tomorrow", valid_from="2026-06-01"),
            contract("two", subscription_id="x"),
            contract("two", subscription_id="y", mrr=234),
        ]
    )
    rows = lake.rows(account_book(facts, lake.spans(*NOW), UNTIL), "customer_id", "mrr", "stage", "score", "at_risk")
    assert [(name, float(mrr), stage, score, risk) for name, mrr, stage, score, risk in rows] == [
        ("a", 1000.0, "retention", None, False),
        ("two", 1234.0, "retention", None, False),
    ]


def test_renewals_ahead_name_day_and_amount(lake: SmallLake) -> None:
    facts = lake.put(
        subscriptions=[
            contract("year", renewal_on="2026-06-10", term_months=12),
            contract("month", renewal_on="2026-06-05"),
            contract("late", renewal_on="2026-09-01"),
            contract("ends", renewal_on="2026-06-10", valid_to="2026-06-08"),
        ]
    )
    table = renewals_ahead(facts, date(2026, 6, 1), date(2026, 7, 1))
    rows = lake.rows(table, "renewal_on", "customer_id", "amount")
    assert [(day, who, float(amount)) for day, who, amount in rows] == [
        (date(2026, 6, 5), "month", 1000.0),
        (date(2026, 6, 10), "year", 12000.0),
    ]
