"""RFM segments: totals and moves by hand, who may be addressed, the other scale, and plain SQL."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.rfm import RfmRule
from keiki.customers.rfm_segments import (
    Segments,
    scored_customers,
    segment_members,
    segment_moves,
    segment_scores,
    segments_of,
)
from keiki.periods import Period

LIMITS = RfmRule(recency_limits=(30, 60, 180, 365), frequency_limits=(4, 3, 2, 1), amount_limits=(400, 300, 200, 100))
MAY = Period(date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(who: str, day: str, amount: float = 100, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{who}{day}", "customer_id": who, "ordered_at": f"{day} 03:00", "amount": amount} | more


def orders() -> list[dict[str, Any]]:
    rows = [order("loyal", f"2026-0{month}-10", cost=40) for month in range(1, 6)]
    rows += [order("growth", f"2025-{month}-10", 200) for month in ("07", "08", "09", "10")]
    rows += [order("new", "2026-05-20", 90, gross_profit=10), order("gone", "2024-12-10", 50)]
    return [*rows, order("leaves", "2024-05-15"), order("other", "2026-05-02", 150), order("other", "2026-02-02", 150)]


def answered(lake: SmallLake, rule: RfmRule = LIMITS, **facts: Any) -> Segments:
    tables, spans = lake.put(orders=orders(), **facts), lake.spans("2026-05-01", "2026-06-01")
    rows = [
        lake.connection.to_pyarrow(build(tables, spans, rule)).to_pylist() for build in (segment_scores, segment_moves)
    ]
    return segments_of(MAY, rule, *rows)


def test_segments_hold_customers_purchases_and_money_of_twelve_months(lake: SmallLake) -> None:
    found = answered(lake)
    told = {each.segment: (each.customers, each.frequency, each.amount, each.profit) for each in found.segments}
    assert told == {
        "loyal": (1, 5, Decimal(500), Decimal(300)),
        "growth": (1, 4, Decimal(800), None),
        "new_promising": (1, 1, Decimal(90), Decimal(10)),
        "dormant": (1, 0, Decimal(0), None),
        "other": (1, 2, Decimal(300), None),
    }
    assert found.customers == 5
    assert (found.scores[5, 5], found.scores[2, 5], found.scores[5, 2], sum(found.scores.values())) == (1, 1, 1, 5)
    assert found.segment("loyal").recency_days == 21


def test_moves_tell_who_changed_segment_who_came_and_who_left(lake: SmallLake) -> None:
    moves = answered(lake).moves
    assert moves[(None, "new_promising")] == 1
    assert moves[("dormant", None)] == 1
    assert moves[("dormant", "dormant")] == 1
    assert sum(n for (before, _), n in moves.items() if before is not None) == 5


def test_every_customer_gets_three_scores_and_another_scale_leaves_the_first_answer_as_it_was(lake: SmallLake) -> None:
    first = answered(lake)
    second = answered(lake, RfmRule())
    tables, spans = lake.put(orders=orders()), lake.spans("2026-05-01", "2026-06-01")
    scores = lake.rows(scored_customers(tables, spans, RfmRule()), "r", "f", "m")
    assert len(scores) == 5
    assert all(1 <= score <= 5 for row in scores for score in row)
    assert second.rule != first.rule
    assert second.scores != first.scores
    assert answered(lake).scores == first.scores


def test_members_are_marked_when_they_opted_out_or_are_excluded(lake: SmallLake) -> None:
    more = [order(f"g{n}", f"2025-{m}-10", 200) for n in range(3) for m in ("07", "08", "09", "10")]
    people = [{"customer_id": "g0", "nurture_excluded": True, "name": "Aoi"}, {"customer_id": "g1"}]
    events = [
        {"occurred_at": f"2026-0{month}-01 00:00", "name": "email_unsubscribed", "customer_id": who}
        for who, month in (("g1", 3), ("g2", 7))
    ]
    tables = lake.put(orders=more, customers=people, events=events)
    table = segment_members(tables, lake.spans("2026-05-01", "2026-06-01"), "growth", LIMITS)
    assert lake.rows(table, "customer_id", "name", "excluded", "opted_out") == [
        ("g0", "Aoi", True, False),
        ("g1", None, False, True),
        ("g2", None, False, False),
    ]


def test_scores_equal_plain_sql(lake: SmallLake) -> None:
    chance = random.Random(3)
    start = date(2024, 3, 1)
    rows = [
        order(f"c{chance.randrange(60)}", str(start + timedelta(days=chance.randrange(800))), chance.randrange(1, 900))
        | {"order_id": f"o{n}", "cost": chance.choice([None, 10])}
        for n in range(500)
    ]
    tables, spans = lake.put(orders=rows), lake.spans("2026-05-01", "2026-06-01")
    plain = lake.sql("""
        WITH facts AS (
            SELECT customer_id, DATE '2026-05-31' - max((ordered_at + INTERVAL 9 HOUR)::DATE) AS recency,
                count(*) FILTER (ordered_at + INTERVAL 9 HOUR >= DATE '2025-06-01') AS frequency,
                coalesce(sum(amount) FILTER (ordered_at + INTERVAL 9 HOUR >= DATE '2025-06-01'), 0) AS amount,
                coalesce(sum(amount - coalesce(cost, 0)) FILTER (ordered_at + INTERVAL 9 HOUR >= DATE '2025-06-01'), 0)
                    AS profit
            FROM orders WHERE ordered_at + INTERVAL 9 HOUR >= DATE '2024-06-01'
                AND ordered_at + INTERVAL 9 HOUR < DATE '2026-06-01' GROUP BY ALL
        ), parts AS (
            SELECT *, ntile(5) OVER (ORDER BY recency DESC) AS r, ntile(5) OVER (ORDER BY frequency) AS f,
                ntile(5) OVER (ORDER BY amount) AS m FROM facts
        )
        SELECT customer_id, min(r) OVER (PARTITION BY recency), min(f) OVER (PARTITION BY frequency),
            min(m) OVER (PARTITION BY amount), profit
        FROM parts
    """)
    assert len(plain) == 60
    assert lake.rows(scored_customers(tables, spans), "customer_id", "r", "f", "m", "profit") == plain
