"""What has been measured, kept on disk for every process of a business: what was worked out once is read again.

An answer is kept under everything it depends on – the state of the data, the definition of its measures, the rules in
force, the question, and the code itself – so that nothing ever has to be declared out of date: another state is another
key. Beside the values lies the SQL that gave them, so that anybody can have them worked out again and compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import keiki

FILE: Final = Path("temporary") / "answers.sqlite"
"""Inside the folder of the business, where nothing lies that a backup needs."""
LIMIT: Final = 64 * 1024**2
LARGEST: Final = 2 * 1024**2
"""Bytes of one answer; a larger one is measured each time."""
FLUSHED_AFTER: Final = 50
PLAIN: Final = (str, int, float, bool, type(None))
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class State:
    """How many answers are kept, their bytes, and how often one was found and how often not."""

    answers: int
    size: int
    limit: int
    found: int
    missed: int

    @property
    def rate(self) -> float | None:
        """The share of questions whose answer was there; None before the first question."""
        asked = self.found + self.missed
        return self.found / asked if asked else None


@dataclass(frozen=True)
class Checked:
    """How many kept answers were worked out again, their values, and how many of these differed."""

    answers: int
    values: int
    different: int


class Answers:
    """The kept answers of one business, bounded in bytes. A file that cannot be written only makes it slower."""

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._path = path
        self._limit = limit
        self._guard = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._found = self._missed = 0
        self._used: set[str] = set()

    def close(self) -> None:
        """Write down what was counted and give the file back."""
        with self._guard, suppress(sqlite3.Error):
            if self._open is not None:
                self._flush(self._open)
                self._open.close()
            self._open = None

    def get(self, key: str) -> Any | None:
        """What was kept under a key; None when there is nothing."""
        with self._guard:
            row = self._one("SELECT body FROM answers WHERE key = ?", key)
            if row is None:
                self._missed += 1
                return None
            self._found += 1
            self._used.add(key)
            if len(self._used) >= FLUSHED_AFTER and (file := self._file()) is not None:
                with suppress(sqlite3.Error):
                    self._flush(file)
            return json.loads(zlib.decompress(row[0]))

    def put(self, key: str, snapshot: int, body: Any) -> None:
        """Keep an answer; when there are too many bytes, those of other states go first, then the least used."""
        packed = zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), 1)
        if len(packed) > min(LARGEST, self._limit):
            return
        with self._guard, suppress(sqlite3.Error):
            file = self._file()
            if file is None:
                return
            file.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                (key, snapshot, packed, len(packed), time.time()),
            )
            self._flush(file)
            self._shrink(file, snapshot)

    def remember(self, key: str, snapshot: int, make: Callable[[], Any]) -> Any:
        """What was kept under a key, or what `make` gives, kept from now on."""
        found = self.get(key)
        if found is None:
            found = {"is": make()}
            self.put(key, snapshot, found)
        return found["is"]

    def forget(self) -> None:
        """Delete every answer for good: of what they said, names of customers too, nothing stays in the file."""
        with self._guard:
            file = self._file()
            if file is not None:
                file.execute("PRAGMA secure_delete = ON")
                file.execute("DELETE FROM answers")
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def state(self) -> State:
        """What is kept now."""
        with self._guard:
            file = self._file()
            if file is not None:
                with suppress(sqlite3.Error):
                    self._flush(file)
            sums = self._one("SELECT count(*), coalesce(sum(size), 0) FROM answers") or (0, 0)
            counts = self._one("SELECT found, missed FROM counts") or (self._found, self._missed)
            return State(sums[0], sums[1], self._limit, counts[0], counts[1])

    def some(self, count: int, snapshot: int) -> list[dict[str, Any]]:
        """Some kept answers of a state of the data, by chance."""
        with self._guard, suppress(sqlite3.Error):
            file = self._file()
            if file is not None:
                keys = [row[0] for row in file.execute("SELECT key FROM answers WHERE snapshot = ?", (snapshot,))]
                chosen = random.sample(keys, min(count * 4, len(keys)))
                rows = [self._one("SELECT body FROM answers WHERE key = ?", key) for key in chosen]
                found = [json.loads(zlib.decompress(row[0])) for row in rows if row is not None]
                return [each for each in found if "sql" in each][:count]
        return []

    def _file(self) -> sqlite3.Connection | None:
        if self._open is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                file = sqlite3.connect(self._path, timeout=1, isolation_level=None, check_same_thread=False)
                file.execute("PRAGMA journal_mode=WAL")
                file.execute("PRAGMA synchronous=OFF")  # what a crash loses is measured again
                file.execute(
                    "CREATE TABLE IF NOT EXISTS answers "
                    "(key TEXT PRIMARY KEY, snapshot INTEGER, body BLOB, size INTEGER, used REAL)"
                )
                file.execute(
                    "CREATE TABLE IF NOT EXISTS counts (one INTEGER PRIMARY KEY, found INTEGER, missed INTEGER)"
                )
                file.execute("INSERT OR IGNORE INTO counts VALUES (1, 0, 0)")
            except (sqlite3.Error, OSError):
                return None
            self._open = file
        return self._open

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        file = self._file()
        if file is None:
            return None
        try:
            row: tuple[Any, ...] | None = file.execute(sql, values).fetchone()
        except sqlite3.Error:  # a damaged file: nothing is there
            return None
        return row

    def _flush(self, file: sqlite3.Connection) -> None:
        file.execute("UPDATE counts SET found = found + ?, missed = missed + ?", (self._found, self._missed))
        file.executemany("UPDATE answers SET used = ? WHERE key = ?", [(time.time(), key) for key in self._used])
        self._found = self._missed = 0
        self._used.clear()

    def _shrink(self, file: sqlite3.Connection, snapshot: int) -> None:
        (size,) = file.execute("SELECT coalesce(sum(size), 0) FROM answers").fetchone()
        if size <= self._limit:
            return
        goal = size - self._limit * 3 // 4
        order = "SELECT key, size FROM answers ORDER BY snapshot = ?, used"
        for key, each in file.execute(order, (snapshot,)).fetchall():
            if goal <= 0:
                break
            file.execute("DELETE FROM answers WHERE key = ?", (key,))
            goal -= each


def key_of(*parts: Hashable) -> str:
    """The key of everything an answer depends on; the code that makes it is always part of it."""
    return hashlib.sha256(repr((_code(), parts)).encode()).hexdigest()


@cache
def _code() -> str:
    """A mark that changes with any file of the package that could change a number."""
    stated: list[tuple[str, int, int]] = []
    folders = [os.path.dirname(keiki.__file__ or "")]
    while folders:
        for each in os.scandir(folders.pop()):
            if each.name.endswith((".py", ".yaml")):
                there = each.stat()
                stated.append((each.path, there.st_mtime_ns, there.st_size))
            elif each.is_dir():
                folders.append(each.path)
    return hashlib.sha256(repr(sorted(stated)).encode()).hexdigest()


def is_plain(values: Iterable[Any]) -> bool:
    """Whether values come back from a file as they went in."""
    return all(type(value) in PLAIN and value == value for value in values)
