"""The history of imports: order, fingerprints, what it says about each."""

from __future__ import annotations

from tests.engine.arrivals import amounts, conformed, costs, load, orders

from keiki.engine.imports import fingerprint_of
from keiki.engine.store import DuckLake


def test_same_file_twice_changes_nothing(lake: DuckLake) -> None:
    first = load(lake, orders(a=1), fingerprint="bytes")
    before = lake.snapshot()
    again = load(lake, orders(a=1), fingerprint="bytes", source="copy of shop.csv")
    assert (again.already, again.id, lake.snapshot()) == (True, first.id, before)
    assert [one.id for one in lake.imports()] == [first.id]


def test_same_file_comes_again_after_its_source_was_replaced(lake: DuckLake) -> None:
    for rows in (orders(a=1), orders(b=2)):
        load(lake, rows, fingerprint=str(rows.rows), mode="replace")
    assert amounts(lake) == {"b": 2}
    first = orders(a=1)
    one = load(lake, first, fingerprint="again", mode="replace")
    two = load(lake, first, fingerprint="again", mode="replace")
    assert (one.already, two.already, amounts(lake)) == (False, True, {"a": 1})
    load(lake, orders(c=1), fingerprint="between", mode="replace")
    assert load(lake, first, fingerprint="again", mode="replace").already is False


def test_same_bytes_read_another_way_are_another_import() -> None:
    row = {"order_id": "a", "customer_id": "c", "ordered_at": "2026-01-01", "amount": "1"}
    one, two = (conformed("orders", [row | extra]) for extra in ({}, {"discount": "2"}))
    assert fingerprint_of("bytes", [one], "upsert") == fingerprint_of("bytes", [one], "upsert")
    marks = {fingerprint_of("bytes", [one], "upsert"), fingerprint_of("bytes", [two], "upsert")}
    marks |= {fingerprint_of("bytes", [one], "replace"), fingerprint_of("other", [one], "upsert")}
    assert len(marks) == 4
    assert fingerprint_of(None, [one], "upsert") is None


def test_history_is_newest_first_and_says_what_happened(lake: DuckLake) -> None:
    one = load(lake, orders(a=1), source="shop")
    two = load(lake, costs(1, 2), source="Müller's “ads”")
    assert lake.imports() == (two, one)
    assert [(o.source, o.mode, o.snapshot, o.before) for o in lake.imports()] == [
        ("Müller's “ads”", "upsert", one.snapshot + 1, one.snapshot),
        ("shop", "upsert", one.snapshot, one.before),
    ]


def test_rows_know_their_import(lake: DuckLake) -> None:
    one, two = load(lake, orders(a=1, b=1)), load(lake, orders(b=2))
    rows = lake.table("orders").select("order_id", "_import").to_pyarrow().to_pylist()
    assert {row["order_id"]: row["_import"] for row in rows} == {"a": one.id, "b": two.id}
