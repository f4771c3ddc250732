"""How rows meet the rows that are there: the three modes, doubles, dimensions, file layout."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from tests.engine.arrivals import WHEN, amounts, conformed, costs, counts, load, orders, spent, typed

from keiki.engine.merge import MANY
from keiki.engine.store import DuckLake
from keiki.engine.tables import listing

FOUND = {"customer_id": "c1", "ordered_at": WHEN["ordered_at"], "amount": Decimal(1)}


def test_upsert_adds_overwrites_and_counts_what_stays(lake: DuckLake) -> None:
    assert counts(load(lake, orders(a=1, b=2, c=3))) == {"added": 3}
    assert counts(load(lake, orders(b=2, c=4, d=5))) == {"added": 1, "changed": 1, "unchanged": 1}
    assert amounts(lake) == {"a": 1, "b": 2, "c": 4, "d": 5}


def test_same_rows_in_another_file_change_no_file_of_the_fact(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2), fingerprint="first")
    files = lake.files("orders")
    assert counts(load(lake, orders(b=2, a=1), fingerprint="second")) == {"unchanged": 2}
    assert lake.files("orders") == files


def test_append_never_overwrites(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2))
    one = load(lake, orders(a=1, b=9, c=3), mode="append")
    assert counts(one) == {"added": 1, "unchanged": 1, "rejected": 1}
    assert amounts(lake) == {"a": 1, "b": 2, "c": 3}
    assert lake.rejected(one.id).to_pylist() == [
        {"fact": "orders", "row": 2, "column": "order_id", "value": "b", "reason": "key_exists"}
    ]


def test_replace_removes_rows_of_the_same_source_only(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2), source="shop")
    load(lake, orders(x=7), source="market")
    one = load(lake, orders(b=2, c=3), source="shop", mode="replace")
    assert counts(one) == {"added": 1, "unchanged": 1, "removed": 1}
    assert amounts(lake) == {"b": 2, "c": 3, "x": 7}


def test_facts_without_key_append_and_replace(lake: DuckLake) -> None:
    load(lake, costs(1, 2), source="ads")
    load(lake, costs(1), source="rent")
    assert counts(load(lake, costs(2, 3), source="ads")) == {"added": 2}
    assert spent(lake) == [1, 1, 2, 2, 3]
    assert counts(load(lake, costs(9), source="ads", mode="replace")) == {"added": 1, "removed": 4}
    assert spent(lake) == [1, 9]


@pytest.mark.parametrize("before", [{}, {"b": 1}])
def test_last_row_of_a_key_wins_and_earlier_ones_are_listed(lake: DuckLake, before: dict[str, int]) -> None:
    load(lake, orders(z=0, **before))
    one = load(lake, orders(("b", 2), ("a", 5), ("b", 3), ("b", 4)))
    assert amounts(lake) == {"z": 0, "a": 5, "b": 4}
    assert [(r["row"], r["value"], r["reason"]) for r in lake.rejected(one.id).to_pylist()] == [
        (1, "b", "duplicate_key"),
        (3, "b", "duplicate_key"),
    ]
    assert one.rejected == 2


def test_doubles_in_the_first_import_of_a_fact_are_found(lake: DuckLake) -> None:
    one = load(lake, orders(("a", 1), ("a", 2)))
    assert counts(one) == {"added": 1, "rejected": 1}
    assert amounts(lake) == {"a": 2}


def test_empty_parts_of_a_key_are_equal(lake: DuckLake) -> None:
    line = {"order_id": "o1", "product_id": "p1", "line_source": None}
    load(lake, typed("order_lines", [line | {"amount": Decimal(1)}]))
    assert counts(load(lake, typed("order_lines", [line | {"amount": Decimal(2)}]))) == {"changed": 1}
    unsaid = typed("order_lines", [{"order_id": "o1", "product_id": "p1", "amount": Decimal(2)}])
    assert counts(load(lake, unsaid)) == {"unchanged": 1}


def test_columns_a_source_does_not_bring_keep_what_they_hold(lake: DuckLake) -> None:
    rows = [{"order_id": id_, "channel": "ads", "status": "cancelled"} | FOUND for id_ in "ab"]
    load(lake, typed("orders", rows))
    text = {"customer_id": "c1", "ordered_at": "2026-01-05 10:00"}
    one = load(lake, conformed("orders", [{"order_id": i, "amount": a} | text for i, a in (("b", "5"), ("c", "6"))]))
    assert counts(one) == {"added": 1, "changed": 1}
    kept = lake.table("orders").select("order_id", "amount", "channel", "status").order_by("order_id")
    assert [tuple(row.values()) for row in kept.to_pyarrow().to_pylist()] == [
        ("a", Decimal(1), "ads", "cancelled"),
        ("b", Decimal(5), "ads", "cancelled"),
        ("c", Decimal(6), None, "completed"),
    ]


def test_a_new_dimension_becomes_a_column(lake: DuckLake) -> None:
    first = load(lake, orders(a=1))
    load(lake, typed("orders", [{"order_id": "b", "色": "赤"} | FOUND], 色=pa.string()))
    rows = lake.table("orders").select("order_id", "色").order_by("order_id").to_pyarrow().to_pylist()
    assert rows == [{"order_id": "a", "色": None}, {"order_id": "b", "色": "赤"}]
    assert "色" not in lake.table("orders", first.snapshot).columns


@pytest.mark.parametrize(
    ("kind", "before", "then", "kept", "reason"),
    [
        (pa.int64(), 3, "many", "4", "not_a_whole_number"),
        (pa.int64(), 3, "4.5", "4", "not_a_whole_number"),
        (pa.float64(), 2.5, "many", "4.5", "not_a_number"),
    ],
)
def test_text_in_a_dimension_of_numbers_is_not_taken(
    lake: DuckLake, kind: pa.DataType, before: float, then: str, kept: str, reason: str
) -> None:
    load(lake, typed("orders", [{"order_id": "a", "floor": before} | FOUND], floor=kind))
    rows = [{"order_id": "b", "floor": then} | FOUND, {"order_id": "c", "floor": kept} | FOUND]
    one = load(lake, typed("orders", rows, floor=pa.string()))
    assert counts(one) == {"added": 1, "rejected": 1}
    assert lake.rejected(one.id).to_pylist() == [
        {"fact": "orders", "row": 1, "column": "floor", "value": then, "reason": reason}
    ]
    assert set(amounts(lake)) == {"a", "c"}


def test_numbers_in_a_dimension_of_text_become_text(lake: DuckLake) -> None:
    load(lake, typed("orders", [{"order_id": "a", "floor": "top"} | FOUND], floor=pa.string()))
    assert counts(load(lake, typed("orders", [{"order_id": "b", "floor": 2} | FOUND], floor=pa.int64()))) == {
        "added": 1
    }
    assert set(lake.table("orders").floor.to_pyarrow().to_pylist()) == {"top", "2"}


def test_rows_that_cannot_be_read_are_listed_and_the_others_taken(lake: DuckLake) -> None:
    good = {"order_id": "a", "customer_id": "c", "ordered_at": "2026-01-05 10:00", "amount": "1"}
    bad = good | {"order_id": "b", "ordered_at": "never", "amount": "dear"}
    one = load(lake, conformed("orders", [good, bad, good | {"order_id": "c"}]))
    assert counts(one) == {"added": 2, "rejected": 1}
    assert lake.rejected(one.id).to_pylist() == [
        {"fact": "orders", "row": 2, "column": "amount", "value": "dear", "reason": "not_a_number"},
        {"fact": "orders", "row": 2, "column": "ordered_at", "value": "never", "reason": "not_a_date"},
    ]
    assert lake.rejected(one.id, offset=1, limit=1).num_rows == 1


def test_no_snapshot_ever_has_delete_files(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2))
    load(lake, orders(b=3, c=4))
    lake.undo(load(lake, orders(a=9), mode="replace").id)
    for version in range(1, lake.snapshot() + 1):
        rows = lake.backend.con.execute(listing("orders", version)).fetchall()
        assert [delete for _, delete in rows] == [None] * len(rows)


def test_small_files_are_folded_together(lake: DuckLake) -> None:
    for number in range(MANY):
        load(lake, costs(number))
    assert len(lake.files("costs")) == MANY
    assert counts(load(lake, costs(MANY))) == {"added": 1}
    assert len(lake.files("costs")) <= 2
    assert spent(lake) == list(range(MANY + 1))


def test_several_facts_come_in_one_snapshot(lake: DuckLake) -> None:
    before = lake.snapshot()
    one = load(lake, orders(a=1), costs(5, 6))
    assert one.snapshot == lake.snapshot() == before + 1
    assert [(part.fact, part.added) for part in one.parts] == [("orders", 1), ("costs", 2)]
