"""The lake as a reader sees it: tables, snapshots, files, sweeping, and keeping the past."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.engine.arrivals import amounts, conformed, costs, load, orders, spent

from keiki.engine import connect
from keiki.engine.connect import LakeSettings, newest_snapshot
from keiki.engine.imports import Ready
from keiki.engine.refresh import writing
from keiki.engine.store import DuckLake, open_lake
from keiki.engine.tables import TYPES
from keiki.errors import UnknownName, UnknownSnapshot
from keiki.facts import FACTS
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_an_empty_table_of_the_contract_at_first(lake: DuckLake, fact: str) -> None:
    table = lake.table(fact)
    assert table.to_pyarrow().num_rows == 0
    assert table.columns == (*(c.name for c in FACTS[fact].loadable), "_import")


def test_columns_have_the_types_of_the_contract(lake: DuckLake) -> None:
    rows = lake.backend.con.execute("DESCRIBE lake.facts.orders").fetchall()
    assert {row[0]: row[1] for row in rows} == {c.name: TYPES[c.kind] for c in FACTS["orders"].loadable} | {
        "_import": "VARCHAR"
    }


def test_unknown_fact_is_named(lake: DuckLake) -> None:
    with pytest.raises(UnknownName, match="Did you mean “orders”"):
        lake.table("order")


def test_a_snapshot_is_read_as_it_was(lake: DuckLake) -> None:
    first, second = load(lake, orders(a=1)), load(lake, orders(a=2, b=3))
    assert amounts(lake, first.snapshot) == {"a": 1}
    assert amounts(lake, second.snapshot) == amounts(lake) == {"a": 2, "b": 3}
    assert amounts(lake, first.before) == {}


def test_a_reader_keeps_its_snapshot_while_imports_go_on(lake: DuckLake) -> None:
    load(lake, orders(a=1))
    table = lake.table("orders")
    load(lake, orders(a=2, b=3))
    assert table.count().to_pyarrow().as_py() == 1


def test_the_newest_snapshot_is_the_one_that_duckdb_names(lake: DuckLake) -> None:
    for _ in range(2):
        (named,) = lake.backend.con.execute("SELECT id FROM lake.current_snapshot()").fetchone()
        assert (newest_snapshot(lake.settings), lake.snapshot()) == (named, named)
        load(lake, orders(a=1))
    lake.settings.catalogue_file.rename(lake.settings.folder / "elsewhere.sqlite")
    assert newest_snapshot(lake.settings) is None


def test_unknown_snapshot_names_the_newest(lake: DuckLake) -> None:
    with pytest.raises(UnknownSnapshot, match=f"the newest is {lake.snapshot()}"):
        lake.table("orders", 999)


def test_files_hold_exactly_the_rows_of_the_snapshot(lake: DuckLake) -> None:
    first = load(lake, orders(a=1, b=2))
    load(lake, orders(b=5, c=6))
    assert lake.files("orders", first.before) == ()
    for snapshot in (first.snapshot, None):
        rows = [r for file in lake.files("orders", snapshot) for r in pq.read_table(file).to_pylist()]
        assert {row["order_id"]: int(row["amount"]) for row in rows} == amounts(lake, snapshot)


def test_a_moved_lake_opens(lake: DuckLake, tmp_path: Path) -> None:
    load(lake, orders(a=1))
    lake.close()
    moved = LakeSettings(shutil.move(lake.settings.folder, tmp_path / "elsewhere"))
    with open_lake(moved) as again:
        load(again, orders(b=2))
        assert amounts(again) == {"a": 1, "b": 2}


@pytest.mark.parametrize("through_duckdb", [False, True])
def test_a_lake_is_completed_when_the_contract_has_grown(
    lake: DuckLake, through_duckdb: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if through_duckdb:
        monkeypatch.setattr(connect, "catalogue_rows", lambda settings, sql: None)
    load(lake, orders(a=1))
    with lake.importing(()) as backend:
        backend.con.execute("ALTER TABLE lake.facts.orders DROP COLUMN campaign; DROP TABLE lake.facts.media")
    lake.close()
    assert not lake.is_complete()
    with open_lake(lake.settings) as grown:
        assert grown.is_complete()
        assert grown.table("orders", grown.snapshot() - 1).campaign.to_pyarrow().to_pylist() == [None]
        assert amounts(grown) == {"a": 1}


def test_the_catalogue_says_the_same_as_a_file_and_through_duckdb(
    lake: DuckLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(lake, orders(a=1))
    orphan = lake.settings.data_folder / "facts" / "orders" / "ducklake-0-0.parquet"

    def told() -> tuple[object, ...]:
        lake.close()
        orphan.write_bytes(b"")
        columns = {fact: sorted(lake.table(fact).columns) for fact in FACTS}
        return lake.is_complete(), lake.sweep(), amounts(lake), columns

    of_file = told()
    monkeypatch.setattr(connect, "catalogue_rows", lambda settings, sql: None)
    assert of_file == told()
    assert of_file[:3] == (True, (orphan,), {"a": 1})


def test_rows_of_a_file_are_read_on_the_connection_they_are_opened_on(lake: DuckLake, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("id,who,day,sum,kind\na,c1,2026-01-01,1,gift\nb,c1,2026-01-01,dear,\n", encoding="utf-8")
    mapping = Mapping.of("orders", order_id="id", customer_id="who", ordered_at="day", amount="sum")
    with lake.importing([file]) as backend:
        rows = conform(backend.read_csv(str(file), all_varchar=True), mapping, Reading())
        one = load(lake, Ready.of(rows, mapping), source=file.name)
    assert (one.added, one.rejected, one.parts[0].mapping) == (1, 1, mapping.as_dict())
    assert lake.table("orders").kind.to_pyarrow().to_pylist() == ["gift"]


def test_rows_of_another_connection_are_refused(lake: DuckLake) -> None:
    rows = conformed("costs", [{"spent_on": "2026-01-01", "amount": "1"}])
    stray = replace(rows, rows=replace(rows.rows, unnumbered=lake.table("costs")))
    with lake.importing(()) as backend:
        other = replace(rows, rows=replace(rows.rows, unnumbered=backend.sql("SELECT 1 AS amount")))
        with pytest.raises(ValueError, match="one connection"):
            load(lake, stray, other)


def test_forgetting_keeps_the_newest_state_only(lake: DuckLake) -> None:
    first = load(lake, orders(a=1))
    load(lake, orders(a=2))
    old = lake.files("orders", first.snapshot)
    assert lake.forget_snapshots(datetime.now(UTC) + timedelta(days=1)) == lake.snapshot()
    assert amounts(lake) == {"a": 2}
    assert [Path(file).exists() for file in old] == [False]
    with pytest.raises(UnknownSnapshot):
        lake.files("orders", first.snapshot)


def test_sweep_deletes_files_nobody_knows_and_nothing_else(lake: DuckLake) -> None:
    load(lake, orders(a=1), costs(1))
    known = Path(lake.files("orders")[0])
    stray = known.with_name("ducklake-00000000-0000-0000-0000-000000000000.parquet")
    foreign = known.with_name("mine.parquet")
    for file in (stray, foreign):
        shutil.copy(known, file)
    assert lake.sweep() == (stray,)
    assert (amounts(lake), spent(lake), foreign.exists()) == ({"a": 1}, [1], True)


def test_sweep_waits_for_nobody_and_touches_nothing_of_a_running_writer(lake: DuckLake) -> None:
    stray = lake.settings.data_folder / "ducklake-00000000-0000-0000-0000-000000000000.parquet"
    stray.touch()
    with writing(lake.settings.lock_file):
        assert lake.sweep() == ()
    assert lake.sweep() == (stray,)
