"""Spans without short interruptions, and what is open at the end of a day."""

from __future__ import annotations

from datetime import date

import ibis
import pytest
from tests.rows import SmallLake

from keiki.customers.contracts import bridged, open_before


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def test_bridged_moves_an_end_over_a_gap_of_at_most_the_given_days(lake: SmallLake) -> None:
    row = {"subscription_id": "s", "customer_id": "c", "mrr": 1}
    facts = lake.put(
        subscriptions=[
            row | {"valid_from": "2026-01-01", "valid_to": "2026-01-31"},
            row | {"valid_from": "2026-02-01", "valid_to": "2026-02-10"},
            row | {"valid_from": "2026-02-12", "valid_to": None},
            row | {"valid_from": "2026-01-01", "valid_to": "2026-01-31", "subscription_id": "other"},
        ]
    )
    ends = [row[0] for row in lake.rows(bridged(facts["subscriptions"], 1), "valid_to")]
    assert ends == [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 10), None]
    ends = [row[0] for row in lake.rows(bridged(facts["subscriptions"], 2), "valid_to")]
    assert ends == [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 12), None]


@pytest.mark.parametrize(("day", "is_open"), [("2026-02-01", False), ("2026-02-02", True), ("2026-02-10", True)])
def test_open_before_reads_the_end_of_the_day_before(lake: SmallLake, day: str, is_open: bool) -> None:
    span = {"subscription_id": "s", "customer_id": "c", "mrr": 1, "valid_from": "2026-02-01", "valid_to": "2026-02-10"}
    table = lake.put(subscriptions=[span])["subscriptions"]
    found = table.select(is_open=open_before(table, ibis.literal(date.fromisoformat(day), "date")))
    assert lake.rows(found) == [(is_open,)]
