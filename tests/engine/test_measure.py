"""Measuring against plain SQL that a person can read: every kind of measure, every way of cutting time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.rows import SmallLake

from keiki.engine.measure import Measurer
from keiki.formula import parse_condition
from keiki.lens import Lens
from keiki.measures.load import load_measures
from keiki.measures.measure import Asked
from keiki.periods import Calendar, Grain, Period

CALENDAR = Calendar(zone="Asia/Tokyo")
JANUARY, FEBRUARY, MARCH = CALENDAR.periods(Grain.MONTH, date(2024, 1, 1), date(2024, 4, 1))


class OnSmallLake:
    """The engine's three verbs over the small lake; counts the queries it ran."""

    together = 1

    def __init__(self, lake: SmallLake) -> None:
        self.lake = lake
        self.queries = 0

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table:
        return self.lake.connection.table(fact)

    def compile(self, expression: ir.Expr) -> str:
        return str(ibis.to_sql(expression, dialect="duckdb"))

    def run(self, query: ir.Expr | str) -> pa.Table:
        self.queries += 1
        sql = query if isinstance(query, str) else self.compile(query)
        return self.lake.connection.con.execute(sql).to_arrow_table()

    def close(self) -> None:
        self.lake.connection.disconnect()


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def orders(count: int = 300) -> list[dict[str, object]]:
    """Orders over January to March, some at the very edges of months in Tokyo, some returned, some by guests."""
    first = datetime(2023, 12, 31, 14, 59, 59)
    return [
        {
            "order_id": f"o{n:04d}",
            "customer_id": None if n % 11 == 0 else f"c{n % 17}",
            "ordered_at": first + timedelta(hours=7 * n, seconds=n % 3),
            "amount": 1000 + 10 * (n % 29),
            "gross_profit": None if n % 5 == 0 else 300 + n,
            "status": "returned" if n % 13 == 0 else "completed",
            "channel": ("paid", "organic", "email")[n % 3],
            "returned_on": date(2024, 2, 10) if n % 26 == 0 else None,
        }
        for n in range(count)
    ]


def lens(*periods: Period, **options: object) -> Lens:
    return Lens(periods or (JANUARY, FEBRUARY, MARCH), CALENDAR, **options)  # type: ignore[arg-type]


def by_month(lake: SmallLake, aggregate: str, where: str = "true", time: str = "ordered_at + INTERVAL 9 HOUR") -> dict:
    """Plain SQL per month of Tokyo."""
    rows = lake.sql(f"SELECT strftime({time}, '%Y-%m') AS month, {aggregate} FROM orders WHERE {where} GROUP BY 1")
    return {month: float(value) if value is not None else None for month, value in rows}


@pytest.mark.parametrize(
    ("measure", "aggregate", "where"),
    [
        ("n_orders", "count(*)", "status = 'completed'"),
        ("n_orders_all", "count(*)", "true"),
        ("sum_order_revenue", "sum(amount)", "status = 'completed'"),
        ("u_buyers", "count(DISTINCT customer_id)", "status = 'completed'"),
    ],
)
def test_measure_equals_plain_sql(lake: SmallLake, measure: str, aggregate: str, where: str) -> None:
    facts = lake.put(orders=orders())
    asked = Asked(measure)
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], lens())
    expected = by_month(lake, aggregate, where)
    got = [readings.value(asked, n) for n in range(3)]
    assert got == [expected[month] for month in ("2024-01", "2024-02", "2024-03")]


def test_measure_narrows_by_condition_and_splits_by_dimension(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    narrowed = Asked("n_orders", parse_condition("channel = 'paid'"))
    whole = Asked("n_orders")
    measurer = Measurer(OnSmallLake(lake), facts, load_measures())
    readings = measurer.read([narrowed, whole], lens(by=("channel",)))
    expected = by_month(lake, "count(*)", "status = 'completed' AND channel = 'paid'")
    assert [readings.value(narrowed, n) for n in range(3)] == list(map(expected.get, ("2024-01", "2024-02", "2024-03")))
    assert readings.segments == ((), ("email",), ("organic",), ("paid",))
    parts = [readings.value(whole, 1, segment) for segment in readings.segments[1:]]
    assert sum(part for part in parts if part) == readings.value(whole, 1)


def test_lens_where_narrows_every_measure(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read(
        [Asked("sum_order_revenue")], lens(FEBRUARY, where=parse_condition("channel in ('paid', 'email')"))
    )
    expected = by_month(lake, "sum(amount)", "status = 'completed' AND channel IN ('paid', 'email')")
    assert readings.value(Asked("sum_order_revenue"), 0) == expected["2024-02"]


def test_one_query_answers_all_measures_of_a_fact(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    engine = OnSmallLake(lake)
    measurer = Measurer(engine, facts, load_measures())
    asked = [Asked(name) for name in ("n_orders", "n_orders_all", "sum_order_revenue", "u_buyers", "u_repeat_buyers")]
    measurer.coverage("orders")
    began = engine.queries
    measurer.read(asked, lens())
    assert engine.queries - began == 1


def test_compiled_query_serves_other_periods(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    measurer = Measurer(OnSmallLake(lake), facts, load_measures())
    asked = Asked("n_orders")
    first = measurer.read([asked], lens(JANUARY), depth=0).value(asked, 0)
    compiled = len(measurer._compiled)
    second = measurer.read([asked], lens(MARCH), depth=0).value(asked, 0)
    expected = by_month(lake, "count(*)", "status = 'completed'")
    assert (first, second) == (expected["2024-01"], expected["2024-03"])
    assert len(measurer._compiled) == compiled


def test_trailing_window_covers_twelve_months(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    asked = Asked("n_orders", params=(("window", "12m"),))
    week = Asked("n_orders", params=(("window", "7d"),))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked, week], lens())
    of_week = "ordered_at >= '2024-03-24 15:00:00' AND ordered_at < '2024-03-31 15:00:00'"
    last = lake.sql(f"SELECT count(*) FROM orders WHERE status = 'completed' AND {of_week}")
    assert readings.value(week, 2) == last[0][0]
    running = lake.sql("SELECT count(*) FROM orders WHERE status = 'completed' AND ordered_at < '2024-03-31 15:00:00'")
    assert readings.value(asked, 2) == running[0][0]
    assert readings.value(asked, 0) < readings.value(asked, 1) < readings.value(asked, 2)  # type: ignore[operator]


def test_count_of_nothing_is_zero_inside_the_data_and_unknown_outside(lake: SmallLake) -> None:
    facts = lake.put(orders=orders(20))
    asked = Asked("n_orders", parse_condition("channel = 'fax'"))
    later = CALENDAR.period(Grain.MONTH, date(2025, 1, 1))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], lens(JANUARY, later))
    assert (readings.value(asked, 0), readings.value(asked, 1)) == (0, None)


def test_sum_of_unknown_values_is_unknown(lake: SmallLake) -> None:
    rows = [{"order_id": "o1", "customer_id": "c1", "ordered_at": "2024-01-05T00:00:00", "amount": 10}]
    facts = lake.put(orders=[row | {"status": "completed"} for row in rows])
    asked = Asked("sum_first_order_profit")
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], lens(JANUARY))
    assert readings.value(asked, 0) is None


def test_fact_without_rows_is_named_as_the_reason(lake: SmallLake) -> None:
    facts = lake.put(orders=orders(5))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([Asked("mrr_end"), Asked("n_orders")], lens())
    assert readings.reasons == {Asked("mrr_end"): "subscriptions"}
    assert readings.value(Asked("mrr_end"), 0) is None


def test_unknown_dimension_is_a_reason_not_an_empty_result(lake: SmallLake) -> None:
    facts = lake.put(orders=orders(5))
    asked = Asked("n_orders", parse_condition("chanel = 'paid'"))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], lens())
    assert "Did you mean “channel”?" in readings.missing([asked], "en")[0]


def spans() -> list[dict[str, object]]:
    return [
        {"subscription_id": "s1", "customer_id": "a", "mrr": 100, "valid_from": "2023-11-01", "seats": 2},
        {
            "subscription_id": "s2",
            "customer_id": "b",
            "mrr": 200,
            "valid_from": "2024-02-01",
            "valid_to": "2024-03-01",
            "seats": 3,
        },
        {"subscription_id": "s3", "customer_id": "c", "mrr": 50, "valid_from": "2024-01-31", "seats": 1},
    ]


def test_stock_is_the_state_at_the_end_of_the_last_day(lake: SmallLake) -> None:
    facts = lake.put(subscriptions=spans())
    end, start, accounts = Asked("mrr_end"), Asked("mrr_start"), Asked("n_accounts")
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([end, start, accounts], lens())
    assert [readings.value(end, n) for n in range(3)] == [150, 350, 150]
    assert [readings.value(start, n) for n in range(1, 3)] == [150, 350]
    assert [readings.value(accounts, n) for n in range(3)] == [2, 3, 2]


def test_start_and_movements_make_the_end(lake: SmallLake) -> None:
    facts = lake.put(subscriptions=spans())
    names = ("mrr_start", "mrr_new", "mrr_reactivation", "mrr_upsell", "mrr_cross_sell", "mrr_contraction")
    asked = [Asked(name) for name in (*names, "mrr_churned", "mrr_end")]
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read(asked, lens())
    for month in range(3):
        start, new, back, up, cross, down, gone, end = (readings.value(one, month) or 0 for one in asked)
        assert start + new + back + up + cross - down - gone == end


def test_incomplete_period_is_read_like_for_like(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    asked = Asked("n_orders")
    running = lens(MARCH, today=date(2024, 3, 10))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], running)
    local = "ordered_at + INTERVAL 9 HOUR"
    now = lake.sql(
        f"SELECT count(*) FROM orders WHERE status = 'completed' AND {local} >= '2024-03-01' AND {local} < '2024-03-11'"
    )
    same = lake.sql(
        f"SELECT count(*) FROM orders WHERE status = 'completed' AND {local} >= '2024-02-01' AND {local} < '2024-02-11'"
    )
    assert (readings.value(asked, 0), readings.value(asked, 0, back=1)) == (now[0][0], same[0][0])


def test_observations_take_the_place_of_missing_rows(lake: SmallLake) -> None:
    observed = [
        {"metric": "n_sessions", "date": "2024-01-01", "grain": "month", "value": 900.0},
        {"metric": "n_sessions", "date": "2024-01-05", "grain": "day", "value": 30.0},
        {"metric": "n_sessions", "date": "2024-02-01", "grain": "month", "value": 800.0, "channel": "paid"},
        {"metric": "n_sessions", "date": "2024-02-01", "grain": "month", "value": 100.0, "channel": "email"},
    ]
    facts = lake.put(observations=observed)
    asked = Asked("n_sessions")
    paid = Asked("n_sessions", parse_condition("channel = 'paid'"))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked, paid], lens())
    assert [readings.value(asked, n) for n in range(3)] == [900, 900, None]
    assert readings.value(paid, 1) == 800
    assert (asked, JANUARY) in readings.from_totals
    assert asked not in readings.reasons


def test_declared_fallback_is_read_where_a_fact_is_empty(lake: SmallLake) -> None:
    mails = [{"date": "2024-01-10", "platform": "mailchimp", "kind": "email", "impressions": 500, "views": 120}]
    facts = lake.put(media=mails)
    sent, opened = Asked("n_emails_delivered"), Asked("n_emails_opened")
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([sent, opened], lens(JANUARY))
    assert (readings.value(sent, 0), readings.value(opened, 0)) == (500, 120)


def test_returns_without_a_day_count_when_they_were_ordered(lake: SmallLake) -> None:
    facts = lake.put(orders=orders())
    asked = Asked("n_returns")
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], lens())
    expected = by_month(
        lake, "count(*)", "status = 'returned'", "coalesce(returned_on, CAST(ordered_at + INTERVAL 9 HOUR AS DATE))"
    )
    assert [readings.value(asked, n) for n in range(3)] == [expected.get(f"2024-0{n}", 0) for n in (1, 2, 3)]


def test_first_span_without_a_reason_is_new(lake: SmallLake) -> None:
    given = [row | {"reason": None} for row in spans()]
    again = {"subscription_id": "s4", "customer_id": "b", "mrr": 90, "valid_from": "2024-03-05", "seats": 1}
    facts = lake.put(subscriptions=[*given, again])
    asked = Asked("n_holdings", parse_condition("reason = 'new'"))
    readings = Measurer(OnSmallLake(lake), facts, load_measures()).read([asked], lens())
    assert [readings.value(asked, n) for n in range(3)] == [2, 3, 2]
