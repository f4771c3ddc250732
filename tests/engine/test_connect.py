"""Connections are locked down; engines answer; settings come from the environment."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from types import SimpleNamespace

import duckdb
import ibis
import pyarrow as pa
import pytest
from tests.engine.arrivals import costs, load, orders

from keiki.engine.connect import LakeSettings, importing, measuring, prepare
from keiki.engine.engines import open_engine
from keiki.engine.store import DuckLake
from keiki.errors import EngineUnknown, LakeUnreachable, LakeUnwritable

OUTSIDE = (
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM '{secret}'",
    "COPY (SELECT 1) TO '{secret}.out'",
    "ATTACH '{secret}.db'",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "SET threads = 8",
    "RESET lock_configuration",
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("statement", OUTSIDE)
def test_neither_connection_reaches_outside(settings: LakeSettings, secret: Path, statement: str) -> None:
    for opened in (measuring(settings), importing(settings, ())):
        with opened as backend, pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
            backend.con.execute(statement.format(secret=secret))


def test_measuring_cannot_write_the_lake(settings: LakeSettings) -> None:
    with measuring(settings) as backend, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        backend.con.execute("DELETE FROM lake.facts.orders")


def test_importing_reads_only_the_files_it_was_given(settings: LakeSettings, secret: Path) -> None:
    with importing(settings, [secret]) as backend:
        assert backend.con.execute(f"FROM read_csv('{secret}')").fetchall() == [(1,)]
        with pytest.raises(duckdb.PermissionException):
            backend.con.execute(f"FROM read_text('{secret.with_name('other.txt')}')")


def tampered(extension: str, folder: Path) -> Path:
    """A package in a folder that carries an extension whose signature does not fit; gives the file."""
    found = importlib.util.find_spec(f"duckdb_extension_{extension}")
    assert found is not None
    assert found.origin is not None
    inside = Path("extensions") / f"v{duckdb.__version__}" / f"{extension}.duckdb_extension"
    signed = (Path(found.origin).parent / inside).read_bytes()
    (folder / inside).parent.mkdir(parents=True, exist_ok=True)
    (folder / inside).write_bytes(signed[:-1] + bytes([signed[-1] ^ 1]))
    return folder / inside


def test_an_extension_that_was_tampered_with_is_not_loaded(
    settings: LakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tampered("postgres_scanner", tmp_path)
    with importing(settings) as backend, pytest.raises(duckdb.IOException, match="signature"):
        backend.con.load_extension(str(file))
    tampered("sqlite_scanner", tmp_path)
    place = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: place)
    with pytest.raises(duckdb.IOException, match="signature"), measuring(settings):
        pass


def test_times_do_not_depend_on_the_machine(settings: LakeSettings) -> None:
    with measuring(settings) as backend:
        answer = "SELECT timezone('Asia/Tokyo', TIMESTAMP '2026-01-01 09:00')::TIMESTAMP::VARCHAR"
        assert backend.con.execute(answer).fetchall() == [("2026-01-01 00:00:00",)]


def test_settings_of_the_environment() -> None:
    set_ = {"KEIKI_LAKE_DATABASE": "postgresql://db", "KEIKI_MEMORY": "2GB", "KEIKI_THREADS": "3"}
    found = LakeSettings.of(Path("shop"), set_)
    assert (found.catalogue, found.catalogue_schema, found.memory, found.threads) == (
        "postgresql://db",
        "keiki_shop",
        "2GB",
        3,
    )
    assert LakeSettings.of(Path("shop"), {}) == LakeSettings(Path("shop"), catalogue_schema="keiki_shop")


def test_spilled_parts_go_when_the_connection_ends_or_its_process_died(settings: LakeSettings) -> None:
    dead = settings.temporary_folder / "999999999-0"
    dead.mkdir()
    prepare(settings)
    with measuring(settings):
        pass
    assert list(settings.temporary_folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(LakeUnwritable, match=str(file)):
        prepare(LakeSettings(file / "business"))


def test_a_catalogue_out_of_reach_shows_no_password(tmp_path: Path) -> None:
    address = "postgresql://keiki:hunter2@127.0.0.1:1/lake?connect_timeout=1"
    where = LakeSettings(tmp_path, catalogue=address)
    prepare(where)
    with pytest.raises(LakeUnreachable) as caught, measuring(where):
        pass
    assert "hunter2" not in caught.value.words("en") + caught.value.words("ja")


def test_engine_runs_expressions_and_what_it_compiled(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2))
    engine = open_engine(lake, "duckdb")
    total = engine.table("orders").amount.sum()
    assert engine.run(engine.compile(total)).column(0).to_pylist() == engine.run(total).column(0).to_pylist() == [3]


def test_engine_takes_rows_from_python(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2))
    engine = open_engine(lake, "duckdb")
    wanted = ibis.memtable(pa.table({"order_id": ["b"]}))
    found = engine.run(engine.table("orders").semi_join(wanted, "order_id").select("order_id"))
    assert found.to_pylist() == [{"order_id": "b"}]


def test_engine_gives_the_types_of_the_expression(lake: DuckLake) -> None:
    load(lake, costs(1, 2))
    table = open_engine(lake, "duckdb").table("costs")
    query = table.group_by("spent_on").agg(n=table.count(), half=table.count() / 2)
    assert open_engine(lake, "duckdb").run(query).schema == query.schema().to_pyarrow()


def test_threads_ask_at_the_same_time(lake: DuckLake) -> None:
    load(lake, costs(*range(50)))
    engine = open_engine(lake, "duckdb")
    found: list[int] = []

    def ask() -> None:
        found.append(engine.run(engine.table("costs").amount.sum()).column(0).to_pylist()[0])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [sum(range(50))] * 6


def test_engine_comes_from_the_environment(lake: DuckLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEIKI_ENGINE", "sparkle")
    with pytest.raises(EngineUnknown, match="sparkle"):
        open_engine(lake)
