"""Campaigns: what each cost and brought, by hand and by plain SQL."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.campaigns import MEDIA_TYPES, CampaignRule, campaign_gains, campaigns

YEAR = CampaignRule(date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def media(campaign: str, day: str, cost: float) -> dict[str, Any]:
    return {"date": day, "platform": "google_ads", "kind": "ad", "campaign": campaign, "cost": cost}


def ledger(campaign: str | None, day: str, amount: float, category: str) -> dict[str, Any]:
    return {"spent_on": day, "amount": amount, "category": category, "campaign": campaign}


def order(name: str, day: str, amount: float, campaign: str | None, **more: Any) -> dict[str, Any]:
    given = {"order_id": f"{name}{day}", "customer_id": name, "ordered_at": f"{day} 03:00", "amount": amount}
    return given | {"campaign": campaign} | more


def test_cost_of_a_campaign_counts_no_yen_twice(lake: SmallLake) -> None:
    facts = lake.put(
        media=[media("spring", "2026-04-01", 100), media("spring", "2026-04-02", 50)],
        costs=[
            ledger("spring", "2026-04-30", 150, "ad_spend"),  # the same ads, booked
            ledger("spring", "2026-04-30", 30, "content_production"),
            ledger("fair", "2026-05-10", 500, "ad_spend"),  # no network reports it
            ledger(None, "2026-05-10", 900, "overhead"),
        ],
    )
    rows = lake.rows(campaigns(facts, YEAR), "campaign", "cost", "last_on")
    assert [(name, float(cost), day) for name, cost, day in rows] == [
        ("fair", 500.0, date(2026, 5, 10)),
        ("spring", 180.0, date(2026, 4, 30)),
    ]


def test_reach_is_summed_and_what_is_paid_for_is_paid_media(lake: SmallLake) -> None:
    given = {"platform": "instagram", "date": "2026-04-01"}
    facts = lake.put(
        media=[
            given | {"kind": "social", "campaign": "spring", "reach": 10},
            given | {"kind": "ad", "campaign": "spring", "reach": 5},
            given | {"kind": "hashtag", "campaign": "fair", "reach": 7},
            given | {"kind": "email", "campaign": "letter"},
            given | {"kind": "portal", "campaign": "portal", "reach": 2},
            given | {"kind": "ad", "date": "2025-04-01", "campaign": "letter", "reach": 100},
        ]
    )
    found = lake.rows(campaigns(facts, YEAR), "campaign", "reach", "media_type")
    assert sorted((name, reach, None if kind is None else MEDIA_TYPES[kind]) for name, reach, kind in found) == [
        ("fair", 7, "shared"),
        ("letter", None, "owned"),
        ("portal", 2, None),
        ("spring", 15, "paid"),
    ]


def test_leads_customers_and_wins_are_counted_once_in_the_days_asked_for(lake: SmallLake) -> None:
    def lead(name: str, at: str) -> dict[str, Any]:
        return {"pipeline": "lead", "subject_id": name, "stage": "lead", "entered_at": at, "campaign": "spring"}

    facts = lake.put(
        stages=[lead("l1", "2026-04-01 03:00"), lead("l1", "2026-05-01 03:00"), lead("l2", "2025-12-31 16:00")],
        customers=[
            {"customer_id": "a", "acquired_on": "2026-04-03", "acquisition_campaign": "spring"},
            {"customer_id": "b", "acquired_on": "2025-04-03", "acquisition_campaign": "spring"},
        ],
        orders=[
            order("a", "2026-04-03", 100, "spring", cost=60),
            order("a", "2026-04-09", 70, "spring", status="cancelled"),
            order("b", "2026-04-05", 40, "spring"),
            order("b", "2026-04-06", 999, None),
        ],
    )
    shown = lake.rows(
        campaigns(facts, YEAR), "leads", "new_customers", "wins", "revenue", "gross_profit", "known_cost_of"
    )
    # l2 came on New Year's Day in Tokyo; the cost of b's order is not known
    assert [tuple(map(float, row)) for row in shown] == [(2, 1, 2, 140, 40, 100)]


def test_a_won_deal_is_a_win_where_there_are_no_orders(lake: SmallLake) -> None:
    deal = {"pipeline": "deal", "subject_id": "d", "stage": "won", "campaign": "fair", "amount": 900}
    facts = lake.put(stages=[deal | {"entered_at": "2026-06-01 03:00"}, deal | {"entered_at": "2026-07-01 03:00"}])
    rows = lake.rows(campaigns(facts, YEAR), "campaign", "wins", "revenue")
    assert [(name, wins, float(revenue)) for name, wins, revenue in rows] == [("fair", 1, 900.0)]


def test_gains_are_what_customers_of_the_campaign_earned_by_age(lake: SmallLake) -> None:
    facts = lake.put(
        customers=[{"customer_id": "a", "acquired_on": "2026-04-03", "acquisition_campaign": "spring"}],
        orders=[
            order("a", "2026-04-03", 100, "spring", cost=60),
            order("a", "2026-05-10", 50, "another", cost=20),  # later orders pay the first campaign back
        ],
        media=[media("spring", "2026-04-01", 55)],
    )
    rows = lake.rows(campaign_gains(facts, YEAR), "campaign", "age", "gain")
    assert [(name, age, float(gain)) for name, age, gain in rows] == [("spring", 0, 40.0), ("spring", 2, 30.0)]


SQL = """
WITH spent AS (
  SELECT campaign, cost AS cost, 0 AS wins, 0 AS revenue FROM media WHERE date >= '2026-02-01' AND date < '2026-05-01'
  UNION ALL
  SELECT campaign, amount, 0, 0 FROM costs WHERE campaign IS NOT NULL
    AND spent_on >= '2026-02-01' AND spent_on < '2026-05-01'
    AND NOT (category = 'ad_spend' AND campaign IN (SELECT campaign FROM media))
  UNION ALL
  SELECT campaign, 0, 1, amount FROM orders WHERE status = 'completed' AND campaign IS NOT NULL
    AND ordered_at + INTERVAL 9 HOUR >= '2026-02-01' AND ordered_at + INTERVAL 9 HOUR < '2026-05-01'
)
SELECT campaign, sum(cost)::DECIMAL(18,4), sum(wins), sum(revenue)::DECIMAL(18,4) FROM spent GROUP BY campaign
"""


def many_rows(seed: int = 7) -> dict[str, list[dict[str, Any]]]:
    """Some hundred rows of every fact that campaigns read, with gaps and ties."""
    chance = random.Random(seed)

    def day() -> str:
        return str(date(2026, 1, 1) + timedelta(days=chance.randrange(180)))

    names = ["spring", "fair", "mail", None]
    people = [f"c{n}" for n in range(30)]
    return {
        "media": [
            media(chance.choice(names[:2]) or "", day(), chance.randrange(400) / 4)
            | {"kind": chance.choice(["ad", "social", "portal"]), "reach": chance.choice([None, chance.randrange(90)])}
            for _ in range(60)
        ],
        "costs": [
            ledger(chance.choice(names), day(), chance.randrange(900), chance.choice(["ad_spend", "event", "support"]))
            for _ in range(60)
        ],
        "customers": [
            {"customer_id": c, "acquired_on": day(), "acquisition_campaign": chance.choice(names)} for c in people
        ],
        "orders": [
            order(
                f"c{n % 30}", day(), chance.randrange(9_000) / 4, chance.choice(names), cost=chance.choice([None, 3, 5])
            )
            | {"order_id": f"o{n}", "status": chance.choice(["completed", "completed", "cancelled"])}
            for n in range(200)
        ],
        "stages": [
            {
                "pipeline": "lead",
                "subject_id": f"l{n % 40}",
                "stage": "lead",
                "entered_at": f"{day()} 20:00",
                "campaign": chance.choice(names),
            }
            for n in range(60)
        ],
    }


def test_costs_wins_and_revenue_are_those_of_plain_sql(lake: SmallLake) -> None:
    rule = CampaignRule(date(2026, 2, 1), date(2026, 5, 1))
    table = campaigns(lake.put(**many_rows()), rule)
    table = table.filter((table.cost > 0) | (table.wins > 0))
    found = lake.rows(table, "campaign", "cost", "wins", "revenue")
    assert len(found) == 3
    assert found == lake.sql(SQL)
