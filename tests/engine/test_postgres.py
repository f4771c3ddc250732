"""The lake with its catalogue in PostgreSQL, as several hosts share it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.engine.arrivals import amounts, costs, counts, load, orders, spent
from tests.engine.processes import BATCH, expected, starter, write_some

from keiki.engine.connect import LakeSettings
from keiki.engine.store import DuckLake, open_lake


@pytest.fixture
def hosted(postgres_url: str, tmp_path: Path) -> LakeSettings:
    return LakeSettings(tmp_path / "shop", postgres_url, catalogue_schema=f"lake_{tmp_path.name}", threads=1)


@pytest.fixture
def lake(hosted: LakeSettings) -> Iterator[DuckLake]:
    with open_lake(hosted) as lake:
        yield lake


def test_import_undo_and_time_travel(lake: DuckLake) -> None:
    first = load(lake, orders(a=1, b=2), costs(7), fingerprint="file")
    assert load(lake, orders(a=1, b=2), costs(7), fingerprint="file").already
    second = load(lake, orders(b=3, c=4))
    assert (counts(second), amounts(lake)) == ({"added": 1, "changed": 1}, {"a": 1, "b": 3, "c": 4})
    assert amounts(lake, first.snapshot) == {"a": 1, "b": 2}
    lake.undo(second.id)
    assert (amounts(lake), spent(lake)) == ({"a": 1, "b": 2}, [7])


def test_businesses_in_one_database_are_apart(lake: DuckLake, hosted: LakeSettings, tmp_path: Path) -> None:
    load(lake, orders(a=1))
    with open_lake(replace(hosted, folder=tmp_path / "inn", catalogue_schema="lake_inn")) as other:
        assert amounts(other) == {}


def test_hosts_without_a_common_lock_lose_nothing(hosted: LakeSettings, tmp_path: Path) -> None:
    open_lake(hosted).close()
    context = starter()
    hosts = [replace(hosted, lock=tmp_path / f"{number}.lock") for number in range(2)]
    pipes = [context.Pipe() for _ in hosts]
    processes = [
        context.Process(target=write_some, args=(host, range(5 * number, 5 * number + 5), pipe[1]))
        for number, (host, pipe) in enumerate(zip(hosts, pipes, strict=True))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with open_lake(hosted) as lake:
        assert len(lake.imports()) == 10
        assert set(amounts(lake)) == set(expected(10))
        assert spent(lake) == sorted(list(range(BATCH)) * 10)


def test_sweep_leaves_files_of_the_last_day(lake: DuckLake) -> None:
    load(lake, orders(a=1))
    strays = [lake.settings.data_folder / f"ducklake-00000000-0000-0000-0000-00000000000{n}.parquet" for n in (1, 2)]
    for stray in strays:
        shutil.copy(lake.files("orders")[0], stray)
    old = time.time() - 90_000
    os.utime(strays[1], (old, old))
    assert lake.sweep() == (strays[1],)
    assert amounts(lake) == {"a": 1}
