"""Tables worked out once: the same numbers as without them, made anew for a new state, dropped with an old one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import keiki
from keiki.customers.classes import ClassRule, customer_classes
from keiki.customers.profit import ProfitRule
from keiki.engine import held
from keiki.engine.connect import HELD
from keiki.engine.held import SharedTable

ORDERS = [
    {
        "order_id": f"o{n}",
        "customer_id": f"c{n % 5}",
        "ordered_at": f"2026-{7 + n % 4:02d}-{1 + n % 27:02d} 10:00",
        "amount": 1_000 + 37 * n,
    }
    for n in range(40)
]
KPIS = ("good_customer_ratio", "good_revenue", "sum_customer_profit", "revenue")


@pytest.fixture
def business(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[keiki.Business]:
    monkeypatch.setenv("KEIKI_ANSWERS_MB", "0")
    with keiki.open(tmp_path / "shop", create=True) as business:
        business.load_facts({"orders": ORDERS}, name="orders")
        yield business


def classes(business: keiki.Business) -> list[dict[str, object]]:
    return business.engine.run(customer_classes(business.facts).order_by("customer_id")).to_pylist()


def tables(business: keiki.Business) -> list[str]:
    listed = f"SELECT table_name FROM duckdb_tables() WHERE database_name = '{HELD}' ORDER BY 1"
    return [name for (name,) in business.lake.backend.con.cursor().execute(listed).fetchall()]


def test_what_is_held_says_what_the_model_says(business: keiki.Business, monkeypatch: pytest.MonkeyPatch) -> None:
    lens = business.lens("month", 3, date(2026, 10, 31))
    asked, judged = business.measure(KPIS, lens).rows(), classes(business)
    assert [name.partition("__")[0] for name in tables(business)] == ["customer_classes", "profit_entries"]
    assert classes(business) == judged
    business.close()
    monkeypatch.setattr(held, "LARGEST", 0)
    assert business.measure(KPIS, lens).rows() == asked
    assert classes(business) == judged
    assert tables(business) == [], "facts too large to hold anything made of them"


def test_a_table_of_many_columns_is_worked_out_as_a_whole_when_it_is_asked_for_again(
    business: keiki.Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        {
            "event_id": f"e{n}",
            "visitor_id": f"v{n % 3}",
            "occurred_at": f"2026-10-{1 + n:02d} 10:00",
            "name": "page_view",
            "session_id": f"s{n // 2}",
        }
        for n in range(12)
    ]
    business.load_facts({"events": events}, name="events")
    lens = business.lens("month", 1, date(2026, 10, 31))
    kpis = ("sessions", "unique_users", "bounce_rate")
    there, answers = [], []
    for _ in range(3):
        answers.append(business.measure(kpis, lens).rows())
        there.append([name.partition("__")[0] for name in tables(business)])
    assert there == [[], ["sessions"], ["sessions"]]
    assert answers[0][0]["value"] == 6
    business.close()
    monkeypatch.setattr(held, "LARGEST", 0)
    assert answers == [business.measure(kpis, lens).rows()] * 3


def test_a_new_state_of_the_data_is_worked_out_anew(business: keiki.Business) -> None:
    before = classes(business)
    for n in range(3):
        row = ORDERS[0] | {"order_id": f"new{n}", "customer_id": f"d{n}"}
        business.load_facts({"orders": [row]}, name=f"more{n}")
        assert len(classes(business)) == len(before) + n + 1


def test_tables_nobody_asks_for_make_room_and_come_back_when_they_are_asked_for(
    business: keiki.Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST", 2)
    lens = business.lens("month", 3, date(2026, 10, 31))
    asked, judged = business.measure(KPIS, lens).rows(), classes(business)
    for purposes in (("ad_spend",), ("event",)):
        rule = ClassRule(profit=ProfitRule(acquisition=purposes))
        business.engine.run(customer_classes(business.facts, rule))
        assert len(tables(business)) == 2
    assert business.measure(KPIS, lens).rows() == asked
    assert classes(business) == judged
    assert len(tables(business)) == 2


def test_a_fact_that_is_asked_for_often_is_held_until_there_is_a_newer_state(
    business: keiki.Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "OFTEN", 2)
    orders = business.facts["orders"]
    sums = orders.aggregate(rows=orders.count(), amount=orders.amount.sum())
    first, second, third = (business.engine.run(sums).to_pylist() for _ in range(3))
    assert first == second == third == [{"rows": 40, "amount": 40_000 + 37 * sum(range(40))}]
    old = business.snapshot
    assert tables(business) == [f"orders__{old}"]
    business.load_facts({"orders": [ORDERS[0] | {"order_id": "new"}]}, name="more")
    newer = business.facts["orders"]
    assert business.engine.run(newer.aggregate(rows=newer.count())).to_pylist() == [{"rows": 41}]
    assert tables(business) == []
    assert business.engine.run(sums).to_pylist() == first, "the older state is read from the lake again"


def test_a_fact_that_is_large_is_held_after_more_questions(
    business: keiki.Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "OFTEN", 1)
    sizes = {"orders": 2 * 1024**2}
    monkeypatch.setattr(held.Held, "_size", lambda self, snapshot: sizes)
    orders = business.facts["orders"]
    there = []
    for _ in range(3):
        business.engine.run(orders.aggregate(rows=orders.count()))
        there.append(len(tables(business)))
    assert there == [0, 0, 1]


def test_threads_that_make_views_and_held_tables_do_not_end_each_others_statements(business: keiki.Business) -> None:
    """One page opens the facts of a snapshot while another works out a table that is held."""
    snapshot, lake = business.snapshot, business.lake

    def view(turn: int) -> list[str]:
        lake._views.clear()
        return list(lake.table("orders", snapshot).schema())

    def hold(turn: int) -> list[str]:
        return list(lake.held.table(SharedTable(f"made_{turn}", snapshot, f"SELECT {turn} AS n")).schema())

    columns = view(0)
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda turn: hold(turn) if turn % 2 else view(turn), range(400)))
    assert (seen[::2], seen[1::2]) == ([columns] * 200, [["n"]] * 200)
