"""The margin of all sales, and how much of it is not known because sales name no cost of goods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import keiki
from keiki.engine.gross_margin import GrossMargin


def sold(order: str, day: str, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "order_id": order,
        "customer_id": order[0],
        "ordered_at": f"2026-{day}T12:00:00+09:00",
        "amount": amount,
    } | more


def test_sale_without_a_cost_counts_in_full_and_is_told(tmp_path: Path) -> None:
    """Of 1,000 + 500 + 300 the first costs 400; a cost of 0 is known: 600 + 500 + 300 are left at most."""
    with keiki.open(tmp_path, keiki.Settings(name="Shop")) as shop:
        orders = [sold("a1", "01-10", 1000, cost=400), sold("a2", "03-10", 500), sold("b1", "01-10", 300, cost=0)]
        shop.load(orders, "orders")
        found = keiki.gross_margin(shop)
        assert found == GrossMargin(revenue=1800, gross_profit=1400, without_cost=500)  # type: ignore[arg-type]
        assert (found.share, found.unknown) == (pytest.approx(7 / 9), pytest.approx(5 / 18))
        (quarter,) = keiki.quality_report(shop).periods[-1:]
        assert (quarter.gross_profit, keiki.quality_report(shop).without_cost) == (1400, found.unknown)


def test_profit_of_cohorts_segments_and_orders_sums_to_that_of_all_sales(tmp_path: Path) -> None:
    """One convention everywhere: what names no cost counts in full in every table of profit."""
    with keiki.open(tmp_path, keiki.Settings(name="Shop")) as shop:
        orders = [
            sold(f"{c}{month}", f"0{month}-10", 100 + c, **({"cost": 40} if (c + month) % 3 else {}))
            | {"customer_id": f"c{c}"}
            for c in range(20)
            for month in range(1, 6)
            if (c + month) % 2
        ]
        orders.append(sold("last", "05-31", 70, cost=0) | {"customer_id": "c0"})
        shop.load(orders, "orders")
        whole = keiki.gross_margin(shop)
        assert 0 < whole.unknown < 1
        (table,) = keiki.cohort_table(shop)
        cohorts = sum(cell.profit for cohort in table.cohorts for cell in cohort.cells if cell is not None)
        segments = sum(each.profit or 0 for each in keiki.rfm_segments(shop).segments)
        by_order = sum(row.gross_profit or 0 for row in keiki.repeat(shop).by_order)
        periods = sum(each.gross_profit for each in keiki.quality_report(shop).periods)
        assert cohorts == segments == by_order == periods == whole.gross_profit


def test_nothing_sold_leaves_everything_open(tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(name="Shop"), create=True) as shop:
        found = keiki.gross_margin(shop)
        assert (found.revenue, found.share, found.unknown) == (0, 1.0, 0.0)


def test_forecast_says_which_part_of_its_margin_is_not_known(tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(name="Shop")) as shop:
        days = ("01-05", "02-10", "04-20", "06-15", "08-01")
        orders = [
            sold(f"{c:03}-{day}", day, 900 + c, **({"cost": 300} if c % 2 else {})) | {"customer_id": f"c{c:03}"}
            for c in range(60)
            for day in days[: 1 + c % 5]
        ]
        shop.load(orders, "orders")
        found, margin = keiki.customer_forecast(shop), keiki.gross_margin(shop)
        assert (found.margin, found.without_cost) == (margin.share, margin.unknown)
        free = sum(each["amount"] for each in orders if "cost" not in each)
        assert margin.unknown == pytest.approx(free / sum(each["amount"] for each in orders))
