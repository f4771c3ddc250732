"""The cohort table: cells by hand, what is not known yet, the average lines, and the same from plain SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

import keiki
from keiki.customers.calendar import number_of, numbered
from keiki.customers.cohort_table import Cell, CohortTable, TableRule, cohort_cells, cohort_tables
from keiki.errors import UnknownName
from keiki.periods import Calendar, Grain

KNOWN = date(2026, 4, 30)
TOKYO = Calendar()


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(who: str, day: str, amount: float = 100, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{who}{day}", "customer_id": who, "ordered_at": f"{day} 03:00", "amount": amount} | more


def contract(who: str, begin: str, end: str | None = None, mrr: float = 10, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{who}{begin}", "customer_id": who, "mrr": mrr, "valid_from": begin, "valid_to": end}
    return row | more


def tables(lake: SmallLake, rule: TableRule | None = None, **facts: Any) -> tuple[CohortTable, ...]:
    rule = replace(rule or TableRule(), as_of=KNOWN)
    rows = lake.connection.to_pyarrow(cohort_cells(lake.put(**facts), rule)).to_pylist()
    return cohort_tables(rows, rule, KNOWN)


def shown(table: CohortTable, what: str = "share", **how: Any) -> list[list[float | None]]:
    return [[table.value(c, age, what, **how) for age in range(len(c.cells))] for c in table.cohorts]


@pytest.mark.feature("F-093")
def test_cohort_of_100_shows_who_is_active_in_the_months_after(lake: SmallLake) -> None:
    people = [f"c{n}" for n in range(100)]
    orders = [order(who, "2026-01-10") for who in people]
    orders += [order(who, "2026-02-10") for who in people[:80]] + [order(who, "2026-03-10") for who in people[20:90]]
    (table,) = tables(lake, orders=orders)
    assert table.cohorts[0].size == 100
    assert shown(table)[0] == [1.0, 0.8, 0.7, 0.0]


@pytest.mark.feature("F-125")
def test_cohorts_of_three_months_show_retention_and_spend_per_age_and_switch_from_orders_to_usage(
    lake: SmallLake,
) -> None:
    orders = [order("a", "2026-01-05", 300), order("a", "2026-02-05", 100), order("b", "2026-01-20", 100)]
    orders += [order("c", "2026-02-14", 50), order("d", "2026-03-01", 80), order("d", "2026-04-01", 20)]
    used = [("a", "01-06"), ("a", "03-01"), ("b", "01-21"), ("b", "02-02"), ("b", "03-03"), ("c", "02-15")]
    events = [
        {"occurred_at": f"2026-{day} 03:00", "name": "feature_use", "customer_id": who, "visitor_id": None}
        for who, day in used
    ]
    (table,) = tables(lake, orders=orders, events=events)
    assert [cohort.size for cohort in table.cohorts] == [2, 1, 1, 0]
    assert shown(table)[:3] == [[1.0, 0.5, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0]]
    assert shown(table, "revenue_per_customer")[:3] == [[200.0, 50.0, 0.0, 0.0], [50.0, 0.0, 0.0], [80.0, 20.0]]
    (usage,) = tables(lake, TableRule(start="order", counts="event", event="feature_use"), orders=orders, events=events)
    assert [cohort.size for cohort in usage.cohorts] == [2, 1, 1, 0]
    assert shown(usage)[:3] == [[1.0, 0.5, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0]]


def test_or_after_counts_who_is_there_then_or_later(lake: SmallLake) -> None:
    orders = [order("a", "2026-01-05"), order("a", "2026-03-05"), order("b", "2026-01-05")]
    (table,) = tables(lake, orders=orders)
    assert shown(table)[0] == [1.0, 0.0, 0.5, 0.0]
    assert shown(table, or_after=True)[0] == [1.0, 0.5, 0.5, 0.0]


def test_cell_whose_period_is_not_over_is_unknown_and_in_no_average(lake: SmallLake) -> None:
    orders = [order("a", "2026-02-05"), order("b", "2026-03-05"), order("b", "2026-04-02"), order("c", "2026-03-09")]
    rule = replace(TableRule(), as_of=date(2026, 4, 29))
    rows = lake.connection.to_pyarrow(cohort_cells(lake.put(orders=orders), rule)).to_pylist()
    (table,) = cohort_tables(rows, rule, date(2026, 4, 29))
    assert [len(cohort.cells) for cohort in table.cohorts] == [2, 1, 0]
    assert table.value(table.cohorts[1], 1) is None
    assert table.average(1) == 0.0
    (whole,) = cohort_tables(rows, rule, date(2026, 4, 30))
    assert (whole.value(whole.cohorts[1], 1), whole.average(1)) == (0.5, 1 / 3)


def test_average_line_is_of_customers_or_of_cohorts(lake: SmallLake) -> None:
    orders = [order(who, "2026-01-05") for who in "abc"] + [order("a", "2026-02-05")]
    orders += [order("d", "2026-02-01"), order("d", "2026-03-01")]
    (table,) = tables(lake, orders=orders)
    assert table.average(1) == 2 / 4
    assert table.average(1, simple=True) == pytest.approx((1 / 3 + 1) / 2)
    assert table.average(0, "revenue") == (300 + 100) / 2
    assert table.average(9) is None


def test_gross_profit_adds_up_over_ages_and_is_unknown_without_cost(lake: SmallLake) -> None:
    orders = [
        order("a", "2026-01-05", 100, cost=60),
        order("b", "2026-01-06", 100, gross_profit=10),
        order("a", "2026-03-05", 200, cost=50),
        order("c", "2026-02-05", 100),
    ]
    (table,) = tables(lake, orders=orders)
    assert shown(table, "profit")[0] == [50.0, 50.0 - 50.0, 150.0, 0.0]
    assert shown(table, "cumulative_profit")[0] == [50.0, 50.0, 200.0, 200.0]
    assert shown(table, "cumulative_profit_per_customer")[0] == [25.0, 25.0, 100.0, 100.0]
    assert shown(table, "profit")[1] == [None, None, None]


def test_order_without_a_cost_counts_in_full_beside_others_that_name_theirs(lake: SmallLake) -> None:
    (table,) = tables(lake, orders=[order("a", "2026-01-05", 100, cost=60), order("b", "2026-01-06", 30)])
    assert (shown(table, "profit")[0][0], table.cohorts[0].cells[0]) == (70.0, Cell(2, 2, 2, 130, 70, unknown=1))


def test_contract_is_there_while_it_is_paid_at_the_end_of_a_period(lake: SmallLake) -> None:
    spans = [
        contract("a", "2026-01-10", "2026-03-01"),
        contract("b", "2026-01-31", mrr=30),
        contract("b", "2026-02-10", "2026-04-01", mrr=5, subscription_id="b/2"),
        contract("trial", "2026-01-01", mrr=0),
    ]
    (table,) = tables(lake, TableRule(start="contract"), subscriptions=spans)
    assert table.cohorts[0].size == 2
    assert shown(table)[0] == [1.0, 1.0, 0.5, 0.5]
    assert shown(table, "revenue")[0] == [40.0, 45.0, 35.0, 30.0]


def test_customer_without_an_order_is_in_the_cohort_of_its_acquisition(lake: SmallLake) -> None:
    people = [{"customer_id": who, "acquired_on": "2026-01-31", "segment": s} for who, s in (("a", "x"), ("b", None))]
    found = tables(lake, TableRule(start="acquired"), customers=people, orders=[order("a", "2026-02-01")])
    assert [c.size for c in found[0].cohorts] == [2, 0, 0, 0]
    assert shown(found[0])[0] == [0.0, 0.5, 0.0, 0.0]
    split = tables(lake, TableRule(start="acquired", by="segment"), customers=people, orders=[order("a", "2026-02-01")])
    assert [(t.segment, shown(t)[0]) for t in split] == [(None, [0.0] * 4), ("x", [0.0, 1.0, 0.0, 0.0])]


def test_periods_follow_the_calendar_of_the_business(lake: SmallLake) -> None:
    orders = [order("a", "2026-03-20"), order("b", "2026-03-21"), order("a", "2026-04-20")]
    (table,) = tables(lake, TableRule(calendar=Calendar(closing_day=20, fiscal_start=4)), orders=orders)
    assert [(c.period.start, c.size) for c in table.cohorts[:2]] == [(date(2026, 2, 21), 1), (date(2026, 3, 21), 1)]
    assert shown(table)[0] == [1.0, 1.0]
    fiscal = TableRule(Grain.QUARTER, calendar=Calendar(fiscal_start=2))
    (quarters,) = tables(lake, fiscal, orders=[order("a", "2026-01-31"), order("b", "2026-02-01")])
    assert [(c.period.start, c.size) for c in quarters.cohorts] == [(date(2025, 11, 1), 1), (date(2026, 2, 1), 1)]


@given(
    day=st.dates(date(1990, 1, 1), date(2050, 12, 31)),
    grain=st.sampled_from(list(Grain)),
    closing=st.sampled_from([None, 5, 20, 27]),
    fiscal=st.integers(1, 12),
    week=st.integers(0, 6),
)
def test_period_has_the_number_of_its_days_and_the_next_one_more(
    day: date, grain: Grain, closing: int | None, fiscal: int, week: int
) -> None:
    calendar = Calendar(week_start=week, fiscal_start=fiscal, closing_day=closing)
    number = number_of(day, calendar, grain)
    assert numbered(number, calendar, grain) == calendar.period(grain, day)
    assert number_of(calendar.period(grain, day).end, calendar, grain) == number + 1


ORDERS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 200), st.integers(0, 900)), min_size=1, max_size=40
)


@settings(max_examples=25, deadline=None)
@given(orders=ORDERS, grain=st.sampled_from([Grain.MONTH, Grain.WEEK, Grain.QUARTER]))
def test_cohorts_hold_every_customer_once_and_lose_no_money(
    lake: SmallLake, orders: Sequence[tuple[str, int, int]], grain: Grain
) -> None:
    start = datetime(2025, 9, 1, 1)
    rows = [
        {"order_id": f"{n}", "customer_id": who, "ordered_at": start + timedelta(days=day), "amount": amount}
        for n, (who, day, amount) in enumerate(orders)
    ]
    (table,) = tables(lake, TableRule(grain), orders=rows)
    assert sum(cohort.size for cohort in table.cohorts) == len({who for who, _, _ in orders})
    cells = [cell for cohort in table.cohorts for cell in cohort.cells if cell is not None]
    past = [o for o in orders if (start + timedelta(days=o[1])).date() < TOKYO.period(grain, KNOWN).start]
    if TOKYO.period(grain, KNOWN).last == KNOWN:
        past = list(orders)
    assert sum(cell.revenue for cell in cells) == sum(amount for _, _, amount in past)
    assert all(cell.customers <= cell.stayed for cell in cells)


def test_unknown_words_of_the_rule_are_named(lake: SmallLake) -> None:
    for rule in (TableRule(start="visit"), TableRule(counts="visit"), TableRule(by="colour")):
        with pytest.raises(UnknownName):
            cohort_cells(lake.put(), rule)


def test_nothing_that_rests_on_a_handful_is_shown_to_outsiders(lake: SmallLake) -> None:
    orders = [order(f"c{n}", "2026-01-05") for n in range(6)] + [order(f"c{n}", "2026-02-05") for n in range(2)]
    orders += [order(f"d{n}", "2026-02-05") for n in range(4)]
    (table,) = tables(lake, orders=orders)
    assert table.shared()[:2] == ((1.0, 2 / 6, 0.0, 0.0), (None, None, None))
    assert table.shared("revenue")[:2] == ((600.0, None, 0.0, 0.0), (None, None, None))


@pytest.fixture(scope="module")
def gift_shop(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    calendar = Calendar("Europe/London", country="GB")
    with keiki.open(tmp_path_factory.mktemp("retail"), keiki.Settings("Gifts", "GBP", calendar)) as business:
        business.load(shared_data / "online_retail" / "online_retail.parquet")
        yield business


def test_online_retail_began_with_885_customers_and_948_with_cancelled_lines(gift_shop: keiki.Business) -> None:
    (table,), (every,) = (keiki.cohort_table(gift_shop, TableRule(every_status=all_of)) for all_of in (False, True))
    assert (table.cohorts[0].period.start, table.cohorts[0].size) == (date(2010, 12, 1), 885)
    assert every.cohorts[0].size == 948


@pytest.mark.parametrize("every_status", [False, True])
def test_online_retail_equals_plain_sql(gift_shop: keiki.Business, shared_data: Path, every_status: bool) -> None:
    plain = duckdb.sql(f"""
        WITH lines AS (
            SELECT CustomerID AS who, date_diff('month', DATE '1900-01-01', InvoiceDate) AS month
            FROM '{shared_data}/online_retail/online_retail.parquet'
            WHERE CustomerID IS NOT NULL AND ({every_status} OR InvoiceNo NOT SIMILAR TO '[CA].*')
        ), firsts AS (SELECT who, min(month) AS began FROM lines GROUP BY who)
        SELECT began, month - began AS age, count(DISTINCT who) FROM lines JOIN firsts USING (who) GROUP BY ALL
    """).fetchall()
    (table,) = keiki.cohort_table(gift_shop, TableRule(every_status=every_status))
    months = {(c.period.start.year - 1900) * 12 + c.period.start.month - 1: c for c in table.cohorts}
    complete = {(began, age): n for began, age, n in plain if age < len(months[began].cells)}
    assert len(complete) == 78
    assert {key: table.value(months[key[0]], key[1], "customers") for key in complete} == complete
    assert {began: n for began, age, n in plain if age == 0} == {began: c.size for began, c in months.items()}
