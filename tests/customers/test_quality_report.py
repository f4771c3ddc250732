"""Revenue quality by period: by hand, in sum equal to the sales, and the warning of the opening fan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.quality_report import FanRule, QualityPeriod, quality_periods, revenue_by_class
from keiki.periods import Calendar, Grain

APRIL = Calendar(zone="Asia/Tokyo", fiscal_start=4)
TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(name: str, day: str, amount: float, cost: float = 0) -> dict[str, Any]:
    row = {"order_id": f"{name}{day}", "customer_id": name or None, "ordered_at": f"{day} 03:00"}
    return row | {"amount": amount, "cost": cost}


def report(lake: SmallLake, **facts: Any) -> tuple[QualityPeriod, ...]:
    table = revenue_by_class(lake.put(**facts), APRIL)
    return quality_periods(lake.connection.to_pyarrow(table).to_pylist(), APRIL, Grain.QUARTER, TODAY)


@pytest.mark.feature("F-264")
def test_of_ten_acquired_two_stay_with_profit_so_two_are_good_eight_bad_and_the_bad_ratio_is_80_percent(
    lake: SmallLake,
) -> None:
    names = [f"c{n}" for n in range(10)]
    (first, second) = report(
        lake,
        customers=[
            {"customer_id": n, "acquired_on": "2026-01-10", "churned_on": None if n < "c2" else "2026-03-01"}
            for n in names
        ],
        orders=[order(n, "2026-01-10", 300, 100) for n in names] + [order(n, "2026-04-10", 1200) for n in names[:2]],
        costs=[{"spent_on": "2026-01-05", "amount": 5_000, "category": "ad_spend"}],
    )
    assert first.acquired == {"good": 2, "bad": 8, "undetermined": 0}
    assert first.acquired["bad"] / sum(first.acquired.values()) == 0.8
    assert (first.good, first.bad, first.new, first.repeat) == (600, 2400, 3000, 0)
    assert (second.good, second.bad, second.new, second.repeat) == (2400, 0, 0, 2400)
    assert (first.gross_profit, first.profit, first.margin) == (2000, -3000, pytest.approx(2 / 3))


def test_classes_and_sales_without_a_customer_sum_to_the_revenue(lake: SmallLake) -> None:
    orders = [order("a", "2026-01-10", 100), order("a", "2026-02-10", 50), order("", "2026-02-11", 7)]
    (only,) = report(lake, orders=orders)
    assert only.revenue == only.good + only.bad + only.undetermined + only.unnamed == 157
    assert only.revenue == only.new + only.repeat + only.unnamed
    assert (only.new, only.repeat, only.unnamed) == (100, 50, 7)


def test_quarters_are_those_of_the_fiscal_year_and_a_running_one_says_so(lake: SmallLake) -> None:
    found = report(lake, orders=[order("a", "2026-03-31", 1), order("a", "2026-04-01", 1), order("b", "2026-07-01", 1)])
    assert [(each.period.start, each.complete) for each in found] == [
        (date(2026, 1, 1), True),
        (date(2026, 4, 1), True),
    ]


def test_sales_that_name_no_cost_count_in_full_and_are_told(lake: SmallLake) -> None:
    """Of 1,000 + 500 the first names a cost of 400: 600 + 500 are left at most, a third of sales is not known."""
    unknown = order("a", "2026-02-10", 500) | {"cost": None}
    (only,) = report(lake, orders=[order("a", "2026-01-10", 1000, 400), unknown])
    assert (only.revenue, only.gross_profit, only.without_cost) == (1500, 1100, 500)
    assert (only.margin, only.unknown) == (pytest.approx(11 / 15), pytest.approx(1 / 3))


def periods(*figures: tuple[int, int], without_cost: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    return [
        {"period": 8104 + n, "customer_class": "good", "revenue": Decimal(sold), "new_revenue": Decimal(0)}
        | {"gross_profit": Decimal(left), "profit": Decimal(left), "acquired": 0}
        | {"without_cost": Decimal(without_cost[n] if without_cost else 0)}
        for n, (sold, left) in enumerate(figures)
    ]


@pytest.mark.parametrize(
    ("figures", "warned"),
    [
        (((100, 50), (120, 52), (150, 54)), [False, False, True]),
        (((100, 50), (120, 60), (150, 75)), [False, False, False]),
        (((100, 50), (120, 52), (110, 40)), [False, False, False]),
        (((100, -5), (120, -9), (150, -20)), [False, False, True]),
        (((100, -5), (120, -4), (150, 9)), [False, False, False]),
    ],
)
def test_fan_opens_when_sales_outrun_profit_twice_in_a_row(
    figures: tuple[tuple[int, int], ...], warned: list[bool]
) -> None:
    found = quality_periods(periods(*figures), APRIL, Grain.QUARTER, date(2099, 1, 1))
    assert [each.fan for each in found] == warned


def test_costs_that_began_to_be_loaded_open_no_fan() -> None:
    figures = ((100, 100), (120, 60), (150, 62))
    loaded = quality_periods(periods(*figures, without_cost=(100, 0, 0)), APRIL, Grain.QUARTER, date(2099, 1, 1))
    known = quality_periods(periods(*figures), APRIL, Grain.QUARTER, date(2099, 1, 1))
    assert [[each.fan for each in found] for found in (loaded, known)] == [[False] * 3, [False, False, True]]


def test_fan_rule_is_a_setting() -> None:
    strict = FanRule(share=0.9, periods=1)
    found = quality_periods(periods((100, 50), (120, 58)), APRIL, Grain.QUARTER, date(2099, 1, 1), strict)
    assert [each.fan for each in found] == [False, True]


def test_nothing_sold_is_no_period() -> None:
    assert quality_periods([], APRIL, Grain.QUARTER, TODAY) == ()
