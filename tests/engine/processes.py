"""Whole processes that import and read, to be run, killed and starved by tests."""

from __future__ import annotations

import multiprocessing
import resource
from decimal import Decimal
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from tests.engine.arrivals import costs, load, orders

from keiki.engine.connect import LakeSettings
from keiki.engine.store import DuckLake, open_lake
from keiki.errors import LakeUnwritable

BATCH = 20


def starter() -> ForkServerContext:
    """Starts processes that have imported everything and opened nothing, within milliseconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.processes"])
    return context


def batch(lake: DuckLake, number: int, **options: object) -> None:
    """One import of two facts: new orders, one order that every batch overwrites, and as many cost entries."""
    rows = orders(*((f"{number}-{i}", number) for i in range(BATCH - 1)), last=number)
    load(lake, rows, costs(*range(BATCH)), source=f"batch {number}", **options)


def expected(batches: int) -> dict[str, int]:
    """The orders after that many batches."""
    rows = {f"{number}-{i}": number for number in range(batches) for i in range(BATCH - 1)}
    return rows | ({"last": batches - 1} if batches else {})


def import_for_ever(settings: LakeSettings, first: int, told: Connection) -> None:
    """Import batch after batch; tell each number after its import returned."""
    with open_lake(settings) as lake:
        number = first
        while True:
            batch(lake, number)
            told.send(number)
            number += 1


def write_some(settings: LakeSettings, numbers: range, told: Connection) -> None:
    with open_lake(settings) as lake:
        for number in numbers:
            batch(lake, number)
    told.send("done")


def read_until_told(settings: LakeSettings, told: Connection) -> None:
    """Read both facts of one snapshot again and again; send the first that was torn, else how many were read."""
    reads = 0
    with open_lake(settings) as lake:
        while not told.poll():
            snapshot = lake.snapshot()
            n_orders, n_costs, n_imports = (
                lake.table(fact, snapshot).count().to_pyarrow().as_py() for fact in ("orders", "costs", "orders")
            )
            whole = n_orders == n_imports and n_costs % BATCH == 0
            if not whole or n_orders != max(0, n_costs // BATCH * (BATCH - 1) + bool(n_costs)):
                told.send((snapshot, n_orders, n_costs))
                return
            reads += 1
    told.recv()
    told.send(reads)


def import_on_a_full_disk(settings: LakeSettings, told: Connection) -> None:
    """Import while no file may grow beyond some bytes, then with room again."""
    with open_lake(settings) as lake:
        batch(lake, 0)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        words = []
        for limit in (0, 100, 1000, 20_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            try:
                load(lake, orders(*((f"x{i}-{'y' * 40}", Decimal(i)) for i in range(5000))))
            except LakeUnwritable as error:
                words.append(error.words("en"))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        batch(lake, 1)
    told.send(words)
