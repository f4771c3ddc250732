"""Frequency, recency and age of customers: by hand, from plain SQL, and as the published data has them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.customers.clv.cdnow import CALIBRATED, sample
from tests.rows import SmallLake

from keiki.customers.clv.grouped import History, Unit
from keiki.customers.history import HistoryRule, grouped_history, history, repeat_purchases_by_day

JANUARY = HistoryRule(until=date(2026, 1, 31), held_out_until=date(2026, 2, 28))
SHOWN = ("customer_id", "frequency", "recency", "age", "mean_value")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(customer: str | None, at: str | datetime, amount: float = 10, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{customer}{at}", "customer_id": customer, "ordered_at": at, "amount": amount} | more


ORDERS = [
    order("anna", "2026-01-01T00:00:00", 10),
    order("anna", "2026-01-01T14:59:59", 5),
    order("anna", "2026-01-01T15:00:00", 20),
    order("anna", "2026-01-11T00:00:00", 40),
    order("anna", "2026-02-11T00:00:00", 7),
    order("ben", "2026-01-05T00:00:00", 9),
    order("ben", "2026-01-06T00:00:00", 9, status="cancelled"),
    order("chris", "2026-02-05T00:00:00", 9),
    order(None, "2026-01-05T00:00:00", 9),
]


def test_purchases_of_a_local_day_are_one(lake: SmallLake) -> None:
    """In Tokyo 15:00 UTC is the next day: Anna bought on 1, 2 and 11 January and on 11 February."""
    assert lake.rows(history(lake.put(orders=ORDERS)), *SHOWN) == [
        ("anna", 3, 41.0, 41.0, (20 + 40 + 7) / 3),
        ("ben", 0, 0.0, 37.0, None),
        ("chris", 0, 0.0, 6.0, None),
    ]


def test_days_after_the_split_are_held_out(lake: SmallLake) -> None:
    table = history(lake.put(orders=ORDERS), JANUARY)
    assert lake.rows(table, *SHOWN, "purchases_after", "value_after") == [
        ("anna", 2, 10.0, 30.0, 30.0, 1, Decimal("7.0000")),
        ("ben", 0, 0.0, 26.0, None, 0, Decimal("0.0000")),
    ]


def test_weeks_are_days_by_seven(lake: SmallLake) -> None:
    table = history(lake.put(orders=ORDERS), HistoryRule(until=date(2026, 1, 31), unit="week"))
    assert lake.rows(table, "customer_id", "recency", "age") == [("anna", 10 / 7, 30 / 7), ("ben", 0.0, 26 / 7)]


def test_repeat_purchases_by_day_leave_out_who_came_later(lake: SmallLake) -> None:
    orders = [*ORDERS, order("chris", "2026-02-20T00:00:00"), order("ben", "2026-03-01T00:00:00")]
    rows = lake.rows(repeat_purchases_by_day(lake.put(orders=orders), JANUARY))
    assert rows == [(date(2026, 1, 2), 1), (date(2026, 1, 11), 1), (date(2026, 2, 11), 1)]


def test_history_is_that_of_plain_sql(lake: SmallLake) -> None:
    facts = lake.put(orders=many_orders())
    rule = HistoryRule(until=date(2026, 4, 30), held_out_until=date(2026, 6, 30))
    expected = lake.sql(
        """
        with days as (
            select customer_id, cast(ordered_at + interval 9 hour as date) as day, sum(amount) as amount
            from orders where customer_id is not null and coalesce(status, 'completed') = 'completed' group by all
        ), numbered as (
            select *, row_number() over (partition by customer_id order by day) as nr from days
        )
        select customer_id, count(*) filter (day <= '2026-04-30') - 1,
            max(day) filter (day <= '2026-04-30') - min(day) + 0.0::double, date '2026-04-30' - min(day) + 0.0::double,
            avg(amount::double) filter (nr > 1 and day <= '2026-04-30'),
            count(*) filter (day > '2026-04-30' and day <= '2026-06-30')
        from numbered group by customer_id having min(day) <= '2026-04-30'
        """
    )
    found = lake.rows(history(facts, rule), *SHOWN, "purchases_after")
    assert len(found) == len(expected) > 20
    for row, wanted in zip(found, expected, strict=True):
        assert row[:4] + row[5:] == wanted[:4] + wanted[5:]
        assert row[4] == pytest.approx(wanted[4])


def test_equal_customers_are_counted_together_and_none_is_lost(lake: SmallLake) -> None:
    table = history(lake.put(orders=many_orders()), JANUARY)
    each = History.of_rows(columns(lake, table))
    grouped = History.of_rows(columns(lake, grouped_history(table)))
    assert grouped.size == each.size == len(each.age)
    assert len(grouped.age) < len(each.age)
    assert float(grouped.frequency @ grouped.customers) == each.frequency.sum()


def test_cdnow_comes_out_as_published(lake: SmallLake, shared_data: Path) -> None:
    lines = (shared_data / "cdnow" / "CDNOW_sample.txt").read_text().splitlines()
    orders = [
        {"order_id": str(n), "customer_id": p[0], "ordered_at": datetime.strptime(p[2], "%Y%m%d"), "amount": p[4]}
        for n, p in enumerate(map(str.split, lines))
    ]
    rule = HistoryRule(until=CALIBRATED, held_out_until=date(1998, 6, 30), unit="week")
    found = columns(lake, history(lake.put(orders=orders), rule).order_by("customer_id"))
    expected = sample(shared_data)
    history_of = History.of_rows(found, Unit.WEEK)
    assert (history_of.size, history_of.repeaters) == (2357, 946)
    np.testing.assert_array_equal(history_of.frequency, expected.history.frequency)
    np.testing.assert_allclose(history_of.recency, expected.history.recency)
    np.testing.assert_allclose(history_of.age, expected.history.age)
    np.testing.assert_array_equal(found["purchases_after"], expected.after)
    assert history_of.mean_value is not None
    assert expected.history.mean_value is not None
    np.testing.assert_allclose(history_of.mean_value, expected.history.mean_value)


def many_orders() -> list[dict[str, Any]]:
    chance = random.Random(3)
    start = datetime(2026, 1, 1)
    return [
        {
            "order_id": f"o{n}",
            "customer_id": f"c{min(chance.randrange(90), chance.randrange(90))}",
            "ordered_at": start + timedelta(hours=chance.randrange(24 * 200)),
            "amount": chance.randrange(1, 9000) / 4,
            "status": chance.choice([None, "completed", "completed", "cancelled"]),
        }
        for n in range(220)
    ]


def columns(lake: SmallLake, table: Any) -> Mapping[str, list[Any]]:
    found: Mapping[str, list[Any]] = lake.connection.to_pyarrow(table).to_pydict()
    return found
