"""A backup brings everything back, and what is damaged or would be overwritten is refused whole."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, made_shop: Path) -> Path:
    """The folder of a server with one business and a database of pages."""
    folder = tmp_path / "home"
    shutil.copytree(made_shop, folder / "businesses" / "shop")
    (folder / "secret.key").write_text("a secret")
    with closing(sqlite3.connect(folder / "keiki.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE person (name TEXT)")
        database.execute("INSERT INTO person VALUES ('Hanako')")
        database.commit()
    return folder


def measured(keiki: Command, home: Path) -> str:
    answer = keiki("measure", "revenue", "purchases", "aov", "--json", "--last", 3, "-b", home / "businesses" / "shop")
    assert answer.code == 0
    return str(answer.out)


@pytest.mark.feature("F-224")
def test_backup_wipe_and_restore_give_the_same_kpi_values(keiki: Command, home: Path, tmp_path: Path) -> None:
    """The documented commands: keiki backup, then the folder is lost, then keiki restore."""
    before = measured(keiki, home)
    file = tmp_path / "keiki.tar.gz"
    assert keiki("backup", file, "--folder", home).code == 0
    shutil.rmtree(home)
    answer = keiki("restore", file, "--folder", home)
    assert (answer.code, "each was checked" in answer.out) == (0, True)
    assert measured(keiki, home) == before
    with closing(sqlite3.connect(home / "keiki.sqlite3")) as database:
        assert database.execute("SELECT name FROM person").fetchall() == [("Hanako",)]
    assert (home / "secret.key").read_text() == "a secret"
    assert file.stat().st_mode & 0o077 == 0, "others on the machine cannot read it"


def test_a_database_that_is_being_written_is_saved_whole(keiki: Command, home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / "keiki.sqlite3")) as writing:
        writing.execute("INSERT INTO person VALUES ('Taro')")
        writing.commit()  # in the log beside the database, not in it
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("INSERT INTO person VALUES ('not saved')")
        assert keiki("backup", tmp_path / "b.tar.gz", "--folder", home).code == 0
        writing.rollback()
    assert keiki("restore", tmp_path / "b.tar.gz", "--folder", tmp_path / "again").code == 0
    with closing(sqlite3.connect(tmp_path / "again" / "keiki.sqlite3")) as database:
        assert database.execute("SELECT name FROM person").fetchall() == [("Hanako",), ("Taro",)]


def test_a_damaged_backup_restores_nothing(keiki: Command, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    keiki("backup", file, "--folder", home)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"no backup", whole[:2000] + b"\x00\xff\x00" + whole[2003:]):
        file.write_bytes(damaged)
        answer = keiki("restore", file, "--folder", tmp_path / "again")
        assert answer.code == 2
        assert "nothing was restored" in answer.err
        assert not (tmp_path / "again").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_nothing_is_overwritten_or_mixed(keiki: Command, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    assert keiki("backup", file, "--folder", home).code == 0
    again = keiki("backup", file, "--folder", home)
    into = keiki("restore", file, "--folder", home)
    empty = keiki("backup", tmp_path / "c.tar.gz", "--folder", tmp_path / "nowhere", language="ja")
    assert [each.code for each in (again, into, empty)] == [2, 2, 2]
    assert "left as it is" in again.err
    assert "is not empty" in into.err
    assert "Keiki のデータがありません" in empty.err
    assert not (tmp_path / "c.tar.gz").exists()
