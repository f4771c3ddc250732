"""A change of the lake as one transaction: one writer at a time, retried, watched, cancellable, all or nothing."""

from __future__ import annotations

import fcntl
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from keiki.engine.connect import UNWRITABLE, LakeSettings, reason_of
from keiki.errors import ImportCancelled, ImportFailed, KeikiError, LakeBusy, LakeUnwritable, TooLittleMemory

T = TypeVar("T")
ATTEMPTS = 12
PATIENCE = 3600.0
"""Seconds that an import waits for the one before it."""


@dataclass(frozen=True)
class Words:
    """What is going on, for a progress bar."""

    en: str
    ja: str


WAITING = Words("Waiting for another import", "ほかの取り込みを待っています")
READING = Words("Reading the rows", "行を読んでいます")
COMPARING = Words("Comparing with what is there", "今あるデータと比べています")
WRITING = Words("Writing", "書き込んでいます")
LISTING = Words("Listing rejected rows", "取り込めない行をまとめています")
PUBLISHING = Words("Publishing", "反映しています")

Progress = Callable[[float, Words], None]
"""Told the fraction done (0–1) and the words. It runs in the caller's thread; raise `ImportCancelled` in it to stop."""


def silent(fraction: float, words: Words) -> None:
    """The progress of someone who does not watch."""


@dataclass
class Run:
    """Runs the statements of one change, reporting how far each is.

    A statement takes its share of the bar: `until` is the fraction when it is done.
    """

    connection: duckdb.DuckDBPyConnection
    progress: Progress = silent
    done: float = 0.0

    def __call__(self, sql: str, words: Words = COMPARING, until: float | None = None) -> list[tuple[Any, ...]]:
        """Run one statement; any error of the progress callback interrupts it."""
        start, end = self.done, self.done if until is None else until
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(self._fetch, sql)
            try:
                while not wait((future,), timeout=0.1).done:
                    self.progress(start + (end - start) * self._part(), words)
            except BaseException:
                self.connection.interrupt()
                wait((future,))
                raise
            self.done = end
            return future.result()

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def _part(self) -> float:
        percent = self.connection.query_progress()
        return min(max(percent, 0.0), 100.0) / 100


def refresh(settings: LakeSettings, run: Run, work: Callable[[], T], patience: float = PATIENCE) -> T:
    """Do the work inside one transaction and publish it, or leave everything as it was.

    Writers queue at the lock. Hosts that share a catalogue but no lock find out at the commit: the transaction that
    comes second is undone and tried again.
    """
    with writing(settings.lock_file, run.progress, patience):
        for attempt in range(ATTEMPTS):
            try:
                return _once(run, work)
            except duckdb.Error as error:
                if not _collided(error) or attempt == ATTEMPTS - 1:
                    raise in_words(error, settings) from error
            except OSError as error:
                raise LakeUnwritable(folder=settings.folder, detail=reason_of(error)) from error
            time.sleep(random.uniform(0.02, 0.1) * 2 ** min(attempt, 5))
    raise LakeBusy()


def _once(run: Run, work: Callable[[], T]) -> T:
    run.done = 0.0
    run.connection.execute("BEGIN")
    try:
        result = work()
        run.progress(max(run.done, 0.95), PUBLISHING)
        run.connection.execute("COMMIT")
    except BaseException:
        _roll_back(run.connection)
        raise
    run.done = 1.0
    return result


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.TransactionException:
        # A failed COMMIT has already ended the transaction.
        return


@contextmanager
def writing(lock: Path, progress: Progress = silent, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the writer's lock; the system frees it when the process dies."""
    end = time.monotonic() + patience
    try:
        handle = lock.open("w")
    except OSError as error:
        raise LakeUnwritable(folder=lock.parent, detail=reason_of(error)) from error
    with handle:
        while not taken(handle):
            if time.monotonic() > end:
                raise LakeBusy()
            progress(0.0, WAITING)
            time.sleep(0.05)
        yield


def taken(handle: Any) -> bool:
    """Whether the writer's lock could be taken at once."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def in_words(error: duckdb.Error, settings: LakeSettings) -> KeikiError:
    """A DuckDB error as one the user can act on."""
    text = str(error)
    if isinstance(error, duckdb.InterruptException):
        return ImportCancelled()
    if isinstance(error, duckdb.OutOfMemoryException) and "temp_directory" not in text:
        return TooLittleMemory(memory=settings.import_memory)
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException | duckdb.PermissionException) or any(
        sign in text for sign in UNWRITABLE
    ):
        return LakeUnwritable(folder=settings.folder, detail=reason_of(error))
    return LakeBusy() if _collided(error) else ImportFailed(detail=reason_of(error))


COLLISIONS = ("Failed to commit DuckLake transaction", "database is locked", "Transaction conflict", "conflict")


def _collided(error: duckdb.Error) -> bool:
    text = str(error)
    return any(sign in text for sign in COLLISIONS) and not any(sign in text for sign in UNWRITABLE)
