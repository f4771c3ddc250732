"""A backup of everything in a folder of Keiki – server or business – as one file, and the way back.

Databases are copied as SQLite itself copies them, so that a backup taken while Keiki works is whole; then the Parquet
files, which never change once written. Each file's SHA-256 stands in the list inside, so that a damaged backup is known
before anything is restored.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

from keiki.errors import BackupUnreadable, FileTaken, FolderTaken, NothingToBackUp

LIST: Final = "keiki-backup.json"
FORMAT: Final = 1
SQLITE: Final = b"SQLite format 3\x00"
WITHOUT: Final = frozenset({"static", "temporary"})
"""Folders that are made anew."""
BESIDE: Final = ("-wal", "-shm", "-journal", ".part")
"""What SQLite keeps beside a database (its own copy holds it already), and files not finished."""


@dataclass(frozen=True)
class BackedUp:
    """How many files a backup holds, and their bytes."""

    files: int
    size: int


def back_up(folder: Path, target: Path) -> BackedUp:
    """Write everything in a folder into one file, which stays absent until it is whole.

    Raises `NothingToBackUp` for a folder without data of Keiki, `FileTaken` when the target is there already.
    """
    if not folder.is_dir() or not any(folder.rglob("business.yaml")):
        raise NothingToBackUp(folder=folder)
    if target.exists():
        raise FileTaken(path=target)
    draft = target.with_name(f".{target.name}.part")
    sums: dict[str, str] = {}
    try:
        with TemporaryDirectory(dir=target.parent) as made, tarfile.open(draft, "w:gz", compresslevel=1) as tar:
            room = Path(made)
            for path in filter(_is_database, _files(folder)):
                name = path.relative_to(folder).as_posix()
                _copied(path, room / "copy")
                sums[name] = _added(tar, room / "copy", name)
                (room / "copy").unlink()
            for path in _files(folder):  # listed after: every Parquet file that a copied database names is there
                name = path.relative_to(folder).as_posix()
                if name not in sums and not _is_database(path):
                    sums[name] = _added(tar, path, name)
            listed = room / LIST
            listed.write_text(json.dumps({"format": FORMAT, "files": sums}, indent=1), encoding="utf-8")
            _added(tar, listed, LIST)
        draft.chmod(0o600)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return BackedUp(len(sums), target.stat().st_size)


def restore(source: Path, folder: Path) -> BackedUp:
    """Put a backup into a folder that is empty or not there; nothing appears in it until all of it has been checked.

    Raises `FolderTaken` when the folder holds anything, `BackupUnreadable` for a file that is damaged or no backup.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderTaken(folder=folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _unpacked(source, draft)
        files = _checked(source, draft)
        draft.chmod(0o700)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return BackedUp(files, source.stat().st_size)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        anew = WITHOUT.intersection(path.relative_to(folder).parts) or path.name.endswith(BESIDE)
        if not anew and path.is_file() and not path.is_symlink():
            yield path


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _copied(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database, timeout=60)) as now, closing(sqlite3.connect(copy)) as then:
        now.backup(then)


def _added(tar: tarfile.TarFile, path: Path, name: str) -> str:
    tar.add(path, arcname=name, recursive=False)
    return _sum(path)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpacked(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise BackupUnreadable(path=source, detail=str(error) or type(error).__name__) from error


def _checked(source: Path, folder: Path) -> int:
    listed = folder / LIST
    try:
        sums = json.loads(listed.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupUnreadable(path=source, detail=LIST) from error
    listed.unlink()
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file() or _sum(path) != expected:
            raise BackupUnreadable(path=source, detail=name)
    return len(sums)
