"""Repeat purchases: order numbers, who returned inside the window, and the same from plain SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.repeat import RepeatRule, acts_of_first_buyers, first_purchases, purchases

END = datetime(2026, 6, 1)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def order(number: int, customer: str | None, at: str | datetime, **more: Any) -> dict[str, Any]:
    return {"order_id": f"o{number}", "customer_id": customer, "ordered_at": at, "amount": 10} | more


def test_purchases_are_numbered_over_completed_orders(lake: SmallLake) -> None:
    orders = [
        order(1, "a", "2026-01-01 10:00", status="completed"),
        order(2, "a", "2026-01-03 22:00"),
        order(3, "a", "2026-01-02 10:00", status="cancelled"),
        order(5, "b", "2026-01-02 10:00"),
        order(4, "b", "2026-01-02 10:00"),
        order(6, None, "2026-01-02 10:00"),
    ]
    table = purchases(lake.put(orders=orders))
    assert lake.rows(table, "order_id", "order_no", "days_since_previous") == [
        ("o1", 1, None),
        ("o2", 2, 2.5),
        ("o4", 1, None),
        ("o5", 2, 0.0),
    ]


def test_purchases_are_won_deals_where_there_is_no_order_and_no_invoice(lake: SmallLake) -> None:
    won = {"pipeline": "deal", "stage": "won", "subject_id": "d", "customer_id": "c", "amount": 5}
    stages = [won | {"entered_at": "2026-01-05 00:00"}, won | {"entered_at": "2026-02-05 00:00"}]
    assert lake.rows(purchases(lake.put(stages=stages)), "order_id", "customer_id", "order_no") == [("d", "c", 1)]
    ordered = [order(1, "c", "2026-03-01 00:00")]
    assert lake.rows(purchases(lake.put(stages=stages, orders=ordered)), "order_id") == [("o1",)]


def rate(lake: SmallLake, orders: list[dict[str, Any]], within: str, **more: Any) -> tuple[int, int]:
    """Repeaters and base."""
    table = first_purchases(lake.put(orders=orders), RepeatRule(within, END), **more).filter(lambda t: t.window_ended)
    return lake.rows(table.aggregate(n=table.repeated.sum().fill_null(0), base=table.count()))[0]


def returning(days: list[int | None]) -> list[dict[str, Any]]:
    """One first buyer per entry on 1 January, who buys again after that many days or never."""
    first = datetime(2026, 1, 1)
    orders = []
    for number, wait in enumerate(days):
        orders.append(order(2 * number, f"c{number}", first))
        if wait is not None:
            orders.append(order(2 * number + 1, f"c{number}", first + timedelta(days=wait)))
    return orders


@pytest.mark.feature("F-251")
def test_of_200_first_buyers_100_return_within_60_days(lake: SmallLake) -> None:
    orders = returning([30] * 60 + [60] * 40 + [61] * 20 + [None] * 80)
    assert rate(lake, orders, "60d") == (100, 200)


def test_each_window_gives_its_own_rate(lake: SmallLake) -> None:
    orders = returning([50, 80, 100, 150, None])
    assert [rate(lake, orders, within) for within in ("60d", "90d", "151d")] == [(1, 5), (2, 5), (4, 5)]


def test_first_buyers_whose_window_has_not_ended_are_on_neither_side(lake: SmallLake) -> None:
    orders = [order(1, "young", END - timedelta(days=59)), order(2, "young", END - timedelta(days=58))]
    assert rate(lake, orders, "60d") == (0, 0)
    assert rate(lake, orders, "59d") == (1, 1)


def test_the_latest_purchase_ends_what_is_known(lake: SmallLake) -> None:
    orders = [order(1, "a", "2026-01-01 00:00"), order(2, "b", "2026-03-02 00:00")]
    table = first_purchases(lake.put(orders=orders), RepeatRule("60d"))
    assert lake.rows(table, "customer_id", "window_ended") == [("a", True), ("b", False)]


def test_a_condition_narrows_the_first_and_the_second_purchase(lake: SmallLake) -> None:
    orders = [
        order(1, "a", "2026-01-01 00:00", product="beans"),
        order(2, "a", "2026-01-02 00:00", product="beans"),
        order(3, "b", "2026-01-01 00:00", product="beans"),
        order(4, "b", "2026-01-02 00:00", product="tea"),
        order(5, "c", "2026-01-01 00:00", product="tea"),
        order(6, "c", "2026-01-02 00:00", product="beans"),
    ]
    assert rate(lake, orders, "60d", matches=lambda t: t["product"] == "beans") == (1, 2)


REFERENCE = """
with numbered as (
    select *, row_number() over (partition by customer_id order by ordered_at, order_id) n
    from orders where customer_id is not null and coalesce(status, 'completed') = 'completed')
select a.customer_id, a.ordered_at, b.ordered_at,
    a.ordered_at + interval 30 day <= timestamp '2026-06-01',
    coalesce(b.ordered_at <= a.ordered_at + interval 30 day, false)
from numbered a left join numbered b on b.customer_id = a.customer_id and b.n = 2 where a.n = 1
"""


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3600), st.sampled_from([None, "completed", "returned"])),
        max_size=12,
    )
)
def test_first_purchases_agree_with_plain_sql(lake: SmallLake, bought: list[Any]) -> None:
    start = datetime(2026, 1, 5)
    orders = [
        order(n, who, start + timedelta(hours=hours), status=status) for n, (who, hours, status) in enumerate(bought)
    ]
    table = first_purchases(lake.put(orders=orders), RepeatRule("30d", END))
    found = lake.rows(table, "customer_id", "first_at", "second_at", "window_ended", "repeated")
    assert found == lake.sql(REFERENCE)
    assert sorted({who for who, _, status in bought if status != "returned"}) == [row[0] for row in found]


def test_first_buyer_acts_in_a_later_session_inside_the_window(lake: SmallLake) -> None:
    def event(at: str, session: str | None, **more: Any) -> dict[str, Any]:
        return {"occurred_at": at, "name": "page_view", "session_id": session, "customer_id": "a"} | more

    orders = [order(1, "a", "2026-01-05 10:00", product="beans"), order(2, "a", "2026-02-20 10:00")]
    events = [
        event("2026-01-05 09:50", "bought in"),
        event("2026-01-05 10:05", "bought in"),
        event("2026-01-06 10:00", "guide", content_kind="guide", customer_id=None, visitor_id="v"),
        event("2026-01-06 10:01", "guide", visitor_id="v", name="login"),
        event("2026-01-05 10:20", None, name="share"),
        event("2026-01-05 10:40", None, name="comment"),
        event("2026-02-04 10:00", "last moment", name="review_post"),
        event("2026-02-04 10:01", "too late", name="download"),
        event("2026-01-20 10:00", "b", customer_id="b"),
    ]
    table = acts_of_first_buyers(lake.put(orders=orders, events=events), RepeatRule("30d"))
    assert lake.rows(table, "customer_id", "product", "name", "content_kind") == [
        ("a", "beans", "comment", None),
        ("a", "beans", "login", None),
        ("a", "beans", "page_view", "guide"),
        ("a", "beans", "review_post", None),
    ]


ACTED = """
select o.customer_id, e.name, count(*) from (
    select *, row_number() over (partition by customer_id order by ordered_at, order_id) n from orders) o
join events e on e.customer_id = o.customer_id
where n = 1 and e.occurred_at <= o.ordered_at + interval 30 day
    and (select min(occurred_at) from events f where f.session_id = e.session_id) > o.ordered_at group by 1, 2
"""


def test_acts_of_first_buyers_agree_with_plain_sql(lake: SmallLake) -> None:
    start = datetime(2026, 1, 5)
    orders = [order(n, "abc"[n % 3], start + timedelta(hours=29 * n)) for n in range(9)]
    events = [
        {"occurred_at": start + timedelta(hours=5 * n), "name": ("page_view", "login")[n % 2]}
        | {"customer_id": "abcd"[n % 4], "session_id": f"{'abcd'[n % 4]}{n // 12}"}
        for n in range(200)
    ]
    table = acts_of_first_buyers(lake.put(orders=orders, events=events), RepeatRule("30d"))
    found = table.group_by("customer_id", "name").aggregate(n=table.count())
    assert lake.rows(found) == lake.sql(ACTED)
