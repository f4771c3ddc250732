"""A refresh is all or nothing: cancelled, killed, starved, or at the same time as others."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.engine.arrivals import amounts, counts, load, orders, spent
from tests.engine.processes import (
    BATCH,
    batch,
    expected,
    import_for_ever,
    import_on_a_full_disk,
    read_until_told,
    starter,
    write_some,
)

from keiki.engine.connect import LakeSettings
from keiki.engine.imports import Ready
from keiki.engine.refresh import LISTING, PUBLISHING, WAITING, Words, writing
from keiki.engine.store import DuckLake, open_lake
from keiki.engine.tables import listing
from keiki.errors import ImportCancelled, ImportFailed, LakeBusy, LakeUnwritable
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping

KILLS = 40


def parquet(settings: LakeSettings) -> set[str]:
    return {file.name for file in settings.data_folder.rglob("*.parquet")}


def test_killed_at_any_moment_an_import_is_whole_or_not_there(settings: LakeSettings) -> None:
    chance = random.Random(20261005)
    done = 0
    for kill in range(KILLS + 1):
        ours, theirs = starter().Pipe()
        process = starter().Process(target=import_for_ever, args=(settings, done, theirs))
        begun = time.monotonic()
        process.start()
        if kill % 5 == 0:
            # How long opening and one import take here and now: the next moments are spread over that.
            assert ours.poll(300)
            span = time.monotonic() - begun
        else:
            time.sleep(chance.uniform(0.1, 1.2) * span)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        theirs.close()
        told = done - 1
        with suppress(EOFError):
            while ours.poll():
                told = ours.recv()
        with open_lake(settings) as lake:
            history = lake.imports()
            done = len(history)
            assert done >= told + 1
            assert sorted(one.source for one in history) == sorted(f"batch {n}" for n in range(done))
            assert amounts(lake) == expected(done)
            assert spent(lake) == sorted(list(range(BATCH)) * done)
            assert lake.sweep() == ()
    assert done > 3
    with open_lake(settings) as lake:
        for version in range(1, lake.snapshot() + 1):
            rows = lake.backend.con.execute(listing("orders", version)).fetchall()
            assert all(Path(file).exists() and delete is None for file, delete in rows)
        batch(lake, done)
        assert amounts(lake) == expected(done + 1)


def test_two_writers_and_two_readers_at_once(settings: LakeSettings) -> None:
    context = starter()
    pipes = [context.Pipe() for _ in range(4)]
    work = [(write_some, range(0, 5)), (write_some, range(5, 10)), (read_until_told, None), (read_until_told, None)]
    processes = [
        context.Process(target=target, args=(settings, *([] if numbers is None else [numbers]), theirs))
        for (target, numbers), (_, theirs) in zip(work, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    for ours, _ in pipes[:2]:
        assert ours.recv() == "done"
    answers = []
    for ours, _ in pipes[2:]:
        ours.send("enough")
        answers.append(ours.recv())
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert all(isinstance(reads, int) and reads > 0 for reads in answers), answers
    with open_lake(settings) as lake:
        assert len(lake.imports()) == 10
        assert set(amounts(lake)) == set(expected(10))
        assert spent(lake) == sorted(list(range(BATCH)) * 10)


def test_full_disk_leaves_everything_and_works_again(settings: LakeSettings) -> None:
    ours, theirs = starter().Pipe()
    process = starter().Process(target=import_on_a_full_disk, args=(settings, theirs))
    process.start()
    assert ours.poll(60)
    words = ours.recv()
    process.join()
    assert len(words) == 4
    assert all("What was there before is unchanged" in text for text in words)
    with open_lake(settings) as lake:
        assert amounts(lake) == expected(2)
        assert lake.sweep() == ()


def test_folder_that_cannot_be_written_leaves_everything_and_works_again(lake: DuckLake) -> None:
    load(lake, orders(a=1))
    facts = lake.settings.data_folder / "facts"
    facts.rename(facts.with_name("away"))
    facts.touch()
    with pytest.raises(LakeUnwritable):
        load(lake, orders(b=2))
    facts.unlink()
    facts.with_name("away").rename(facts)
    assert counts(load(lake, orders(b=2))) == {"added": 1}
    assert amounts(lake) == {"a": 1, "b": 2}


def test_progress_rises_and_ends_with_publishing(lake: DuckLake) -> None:
    told: list[tuple[float, Words]] = []
    load(lake, orders(a=1), progress=lambda fraction, words: told.append((fraction, words)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1
    assert told[-1][1] == PUBLISHING


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that takes longer to import than a progress bar takes to move."""
    file = tmp_path / "orders.parquet"
    rows = "SELECT i::VARCHAR AS id, 'c' AS who, TIMESTAMP '2026-01-01' AS day, md5(i::VARCHAR) AS memo, i AS sum"
    with open_lake(LakeSettings(tmp_path / "other", threads=1)) as other, other.importing([tmp_path]) as backend:
        backend.con.execute(f"COPY ({rows} FROM range(1500000) t(i)) TO '{file}'")
    return file


def test_import_can_be_cancelled_while_it_writes(lake: DuckLake, large: Path) -> None:
    load(lake, orders(a=1))
    before = parquet(lake.settings)
    mapping = Mapping.of("orders", order_id="id", customer_id="who", ordered_at="day", amount="sum")
    seen: list[float] = []

    def cancel(fraction: float, words: Words) -> None:
        assert words not in (LISTING, PUBLISHING)
        seen.append(fraction)
        if len(seen) == 2:
            raise ImportCancelled()

    with lake.importing([large]) as backend:
        rows = Ready.of(conform(backend.read_parquet(str(large)), mapping, Reading()), mapping)
        with pytest.raises(ImportCancelled):
            load(lake, rows, progress=cancel)
        assert (amounts(lake), parquet(lake.settings)) == ({"a": 1}, before)
        one = load(lake, rows)
    assert counts(one) == {"added": 1_500_000}


def test_import_waits_for_the_one_before_it(lake: DuckLake) -> None:
    waited = threading.Event()
    done: list[dict[str, int]] = []

    def progress(fraction: float, words: Words) -> None:
        if words == WAITING:
            waited.set()

    with writing(lake.settings.lock_file):
        thread = threading.Thread(target=lambda: done.append(counts(load(lake, orders(a=1), progress=progress))))
        thread.start()
        assert waited.wait(120)
        assert amounts(lake) == {}
    thread.join()
    assert done == [{"added": 1}]


def test_patience_ends(settings: LakeSettings) -> None:
    with writing(settings.lock_file), pytest.raises(LakeBusy), writing(settings.lock_file, patience=0.0):
        pass


def test_a_source_that_breaks_midway_changes_nothing(lake: DuckLake, tmp_path: Path) -> None:
    load(lake, orders(a=1))
    before = (lake.snapshot(), parquet(lake.settings))
    file = tmp_path / "orders.csv"
    lines = [f"{i},c,2026-01-01,1" for i in range(60_000)]
    lines[-1] = "1,c,2026-01-01,1,and,more"
    file.write_text("\n".join(["id,who,day,sum", *lines]), encoding="utf-8")
    mapping = Mapping.of("orders", order_id="id", customer_id="who", ordered_at="day", amount="sum")
    with lake.importing([file]) as backend:
        columns = dict.fromkeys(("id", "who", "day", "sum"), "VARCHAR")
        table = backend.read_csv(str(file), header=True, auto_detect=False, columns=columns)
        with pytest.raises(ImportFailed):
            load(lake, Ready.of(conform(table, mapping, Reading()), mapping))
    assert (lake.snapshot(), parquet(lake.settings)) == before
