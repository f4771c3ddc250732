"""How customers buy again: days between purchases, profit by order number, silence, reasons, who becomes loyal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import mean, median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.repeat_profile import (
    Interval,
    grouped_intervals,
    interval_of,
    loyal_after,
    profit_by_order,
    reasons_of,
    return_reasons,
    status_counts,
)
from keiki.customers.retention import RetentionRule
from keiki.customers.rfm import RfmRule
from keiki.customers.survival import Survival, curves

KNOWN = date(2026, 12, 31)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(who: str, day: str | date, amount: float = 100, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{who}{day}", "customer_id": who, "ordered_at": f"{day} 03:00", "amount": amount} | more


def interval(lake: SmallLake, orders: list[dict[str, Any]]) -> Interval:
    rows = lake.connection.to_pyarrow(grouped_intervals(lake.put(orders=orders), KNOWN)).to_pylist()
    found = curves(rows)
    return interval_of(found[0] if found else Survival(()))


@pytest.mark.feature("F-252")
def test_orders_on_day_0_100_and_190_have_intervals_100_and_90_and_a_single_buyer_none(lake: SmallLake) -> None:
    first = date(2026, 1, 1)
    rows = [order("a", first + timedelta(days=days)) for days in (0, 100, 190)]
    found = interval(lake, [*rows, order("single", first)])
    assert {step.length: step.ended for step in found.curve.steps if step.ended} == {100: 1, 90: 1}
    assert (found.count, found.mean, found.median) == (2, 95, 95)
    assert interval(lake, [order("single", first)]).mean is None


def test_days_after_which_half_bought_again_count_those_who_wait(lake: SmallLake) -> None:
    rows = [order("a", "2026-01-01"), order("a", "2026-01-11")]
    waiting = [order(f"w{n}", "2026-12-21") for n in range(2)]
    assert interval(lake, rows + waiting).half_after is None
    again = [order(f"w{n}", "2026-12-29") for n in range(2)]
    assert interval(lake, rows + waiting + again).half_after == 8


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300)), min_size=1, max_size=20, unique=True))
def test_intervals_equal_those_counted_order_by_order(lake: SmallLake, drawn: Sequence[tuple[str, int]]) -> None:
    first = date(2026, 1, 1)
    found = interval(lake, [order(who, first + timedelta(days=days)) for who, days in drawn])
    days: dict[str, list[int]] = defaultdict(list)
    for who, day in sorted(drawn):
        days[who].append(day)
    gaps = [later - before for each in days.values() for before, later in pairwise(each)]
    assert found.count == len(gaps)
    assert found.mean == (pytest.approx(mean(gaps)) if gaps else None)
    assert found.median == (median(gaps) if gaps else None)
    assert sum(step.censored for step in found.curve.steps) == len(days)


@pytest.mark.feature("F-376")
def test_first_order_leaves_a_loss_and_later_ones_a_profit(lake: SmallLake) -> None:
    orders = [order("a", "2026-01-05", 1000, cost=600), order("a", "2026-02-05", 1000, cost=600)]
    orders += [order("a", "2026-03-05", 500, gross_profit=200), order("b", "2026-01-09", 1000, cost=700)]
    costs = [{"spent_on": "2026-01-03", "amount": 2400, "category": "ad_spend"}]
    table = profit_by_order(lake.put(orders=orders, costs=costs))
    assert lake.rows(table, "order_no", "orders", "gross_profit", "acquisition", "profit") == [
        (1, 2, Decimal(700), Decimal(2400), Decimal(-1700)),
        (2, 1, Decimal(400), Decimal(0), Decimal(400)),
        (3, 1, Decimal(200), Decimal(0), Decimal(200)),
    ]


def test_profit_of_orders_without_a_known_cost_is_unknown(lake: SmallLake) -> None:
    table = profit_by_order(lake.put(orders=[order("a", "2026-01-05")]))
    assert lake.rows(table, "orders", "revenue", "gross_profit", "profit") == [(1, Decimal(100), None, None)]


def test_orders_beyond_the_last_number_are_counted_with_it(lake: SmallLake) -> None:
    orders = [order("a", f"2026-0{month}-01", 100, cost=50) for month in range(1, 8)]
    assert lake.rows(profit_by_order(lake.put(orders=orders), most=3), "order_no", "orders", "profit") == [
        (1, 1, Decimal(50)),
        (2, 1, Decimal(50)),
        (3, 5, Decimal(250)),
    ]


@pytest.mark.feature("F-253")
def test_account_silent_for_200_days_is_dormant_at_180_and_an_order_brings_it_back_in_that_month(
    lake: SmallLake,
) -> None:
    last = date(2026, 6, 1) - timedelta(days=200)
    rule = RetentionRule(dormancy_days=180)
    spans = lake.spans("2026-05-01", "2026-06-01", "2026-07-01")
    silent = lake.put(orders=[order("a", last)])
    columns = ("period", "active", "dormant", "reactivated")
    assert lake.rows(status_counts(silent, spans, rule), *columns) == [(0, 0, 1, 0), (1, 0, 1, 0)]
    back = lake.put(orders=[order("a", last), order("a", "2026-06-10")])
    assert lake.rows(status_counts(back, spans, rule), *columns) == [(0, 0, 1, 0), (1, 1, 0, 1)]


@pytest.mark.feature("F-373")
def test_shares_of_return_reasons_before_and_after_a_change_come_with_their_counts(lake: SmallLake) -> None:
    def back(n: int, day: str, reason: str | None) -> dict[str, Any]:
        return order(f"c{n}", day, status="returned", returned_on=day, return_reason=reason) | {"order_id": f"{n}"}

    orders = [back(n, "2026-01-10", "size" if n < 6 else "colour") for n in range(8)]
    orders += [back(n, "2026-02-10", "size" if n < 11 else "colour" if n < 13 else None) for n in range(10, 14)]
    orders.append(order("kept", "2026-02-10"))
    table = return_reasons(lake.put(orders=orders), lake.spans("2026-01-01", "2026-02-01", "2026-03-01"))
    found = reasons_of(lake.connection.to_pyarrow(table).to_pylist())
    assert [(r.reason, r.before, r.after, r.share_before, r.share_after) for r in found] == [
        ("colour", 2, 2, 0.25, 0.5),
        ("size", 6, 1, 0.75, 0.25),
        (None, 0, 1, 0.0, 0.25),
    ]


@pytest.mark.feature("F-374")
def test_15_of_100_new_customers_that_become_loyal_in_12_months_are_15_percent(lake: SmallLake) -> None:
    limits = RfmRule(recency_limits=(30, 60, 180, 365), frequency_limits=(4, 3, 2, 1), amount_limits=(400, 300, 200, 1))
    orders = [order(f"c{n}", "2025-01-10") for n in range(100)]
    orders += [order(f"c{n}", f"{day}") for n in range(15) for day in ("2025-10-02", "2025-12-02", "2026-01-05")]
    orders += [order("early", "2024-05-01"), *(order("early", f"2025-{m}-01") for m in (10, 11, 12))]
    orders += [order(f"c{n}", "2026-02-05") for n in range(50, 60)]
    table = loyal_after(lake.put(orders=orders), lake.spans("2025-01-01", "2025-02-01"), 12, limits)
    assert lake.rows(table, "customers", "loyal") == [(100, 15)]


def test_intervals_do_not_look_beyond_the_day_asked_for(lake: SmallLake) -> None:
    rows = [order("a", "2026-12-30"), order("a", "2027-01-02")]
    assert [(s.length, s.ended, s.censored) for s in interval(lake, rows).curve.steps] == [(1, 0, 1)]
