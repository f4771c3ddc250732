"""Cumulative profit by age: the curves of the book by hand, and what the end of the data must not do."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.profit_curves import Curve, curves, profit_by_age
from keiki.errors import UnknownName


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(name: str, day: str, amount: float, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{name}{day}", "customer_id": name, "ordered_at": f"{day} 03:00", "amount": amount} | more


def found(lake: SmallLake, by: tuple[str, ...] = (), least: int = 1, **facts: Any) -> tuple[Curve, ...]:
    table = profit_by_age(lake.put(**facts), by)
    return curves(lake.connection.to_pyarrow(table).to_pylist(), by, least)


@pytest.mark.feature("F-265")
def test_a_customer_of_minus_50000_and_20000_each_half_year_is_back_at_the_third_half_year(lake: SmallLake) -> None:
    days = ("2024-07-10", "2025-01-10", "2025-07-10", "2026-01-10")
    (curve,) = found(
        lake,
        customers=[{"customer_id": "a", "acquired_on": "2024-01-10"}],
        costs=[{"spent_on": "2024-01-05", "amount": 50_000, "category": "ad_spend"}],
        orders=[order("a", day, 20_000) for day in days],
    )
    profits = {point.age: point.profit for point in curve.points}
    assert [profits[age] for age in (0, 6, 12, 18, 24)] == [-50_000, -30_000, -10_000, 10_000, 30_000]
    assert curve.payback == 18


@pytest.mark.feature("F-266")
def test_a_cohort_of_ten_of_whom_two_stay_shows_its_profit_by_month_and_its_payback_or_not_recovered(
    lake: SmallLake,
) -> None:
    names = [f"c{n}" for n in range(10)]
    facts: dict[str, Any] = {
        "customers": [{"customer_id": name, "acquired_on": "2026-01-10"} for name in names],
        "costs": [{"spent_on": "2026-01-05", "amount": 5_000, "category": "ad_spend"}],
    }
    first = [order(name, "2026-01-10", 200) for name in names]
    later = [order(name, f"2026-{month:02}-10", 800) for name in names[:2] for month in (2, 3, 4)]
    (curve,) = found(lake, ("cohort",), orders=[*first, *later], **facts)
    assert [point.profit for point in curve.points] == [-300, -140, 20, 180]
    assert (curve.group, curve.customers, curve.payback) == ((date(2026, 1, 1),), 10, 2)
    (short,) = found(lake, ("cohort",), orders=[*first, *later[:3]], **facts)
    assert (short.payback, short.last.profit) == (None, -60)


def test_month_that_still_runs_is_not_counted(lake: SmallLake) -> None:
    (curve,) = found(
        lake,
        customers=[{"customer_id": "a", "acquired_on": "2026-01-10"}],
        orders=[order("a", "2026-01-10", 100), order("a", "2026-02-25", 100)],
    )
    assert [(point.age, point.profit) for point in curve.points] == [(0, 100), (1, 100)]


def test_customers_of_different_age_are_in_one_curve_and_nobodys_future_is_zero(lake: SmallLake) -> None:
    """Two came in January and one in March; each spends 100 a month. The mean is 100 a month at every age."""
    orders = [order("a", f"2026-{m:02}-10", 100) for m in (1, 2, 3, 4)]
    orders += [order("b", f"2026-{m:02}-10", 100) for m in (1, 2, 3, 4)]
    orders += [order("c", f"2026-{m:02}-10", 100) for m in (3, 4)]
    (curve,) = found(lake, orders=orders)
    assert [(point.age, point.customers, point.profit) for point in curve.points] == [
        (0, 3, 100),
        (1, 3, 200),
        (2, 2, 300),
        (3, 2, 400),
    ]
    (cut,) = found(lake, orders=orders, least=3)
    assert cut.last.age == 1


def test_profit_of_whole_cohorts_adds_up_to_plain_sql(lake: SmallLake) -> None:
    chance = random.Random(3)
    start = date(2025, 1, 1)
    orders = [
        order(
            f"c{n % 30}", (start + timedelta(days=n % 30 * 9 + chance.randrange(60))).isoformat(), chance.randrange(900)
        )
        | {"order_id": f"o{n}", "cost": chance.randrange(400)}
        for n in range(400)
    ]
    table = profit_by_age(lake.put(orders=orders), ["cohort"])
    ours = {row[0]: float(row[1]) for row in lake.rows(table.group_by("cohort").aggregate(x=table.amount.sum()))}
    rows = lake.sql(
        """
        WITH local AS (
            SELECT customer_id, amount - cost AS profit, (ordered_at + INTERVAL 9 HOUR)::DATE AS d FROM orders
        ),
        known AS (SELECT max(d) AS today FROM local),
        first AS (SELECT customer_id, min(d) AS begun FROM local GROUP BY 1),
        aged AS (
            SELECT begun, profit, d, (SELECT today FROM known) AS today,
                (year(d) - year(begun)) * 12 + month(d) - month(begun) + (day(d) > day(begun))::INT AS age
            FROM local JOIN first USING (customer_id)
        )
        SELECT date_trunc('month', begun)::DATE, sum(profit) FROM aged
        WHERE greatest(age, 0) <= (year(today) - year(begun)) * 12 + month(today) - month(begun)
            - (day(today) < day(begun))::INT
        GROUP BY 1
        """
    )
    assert ours == {row[0]: float(row[1]) for row in rows}
    assert len(ours) > 3


def test_rows_of_two_dimensions_give_the_curves_of_either(lake: SmallLake) -> None:
    customers = [
        {"customer_id": f"c{n}", "acquired_on": f"2026-0{1 + n % 2}-10", "acquisition_channel": "ab"[n % 3 // 2]}
        for n in range(12)
    ]
    orders = [order(f"c{n}", f"2026-0{month}-10", 100 + n) for n in range(12) for month in (2, 3)]
    facts = lake.put(customers=customers, orders=orders)
    rows, one = (
        lake.connection.to_pyarrow(profit_by_age(facts, by)).to_pylist() for by in (("cohort", "channel"), ("channel",))
    )
    assert curves(rows, ("channel",)) == curves(one, ("channel",))


def test_unknown_dimension_is_named(lake: SmallLake) -> None:
    with pytest.raises(UnknownName, match="channel"):
        profit_by_age(lake.put(), ["chanel"])
