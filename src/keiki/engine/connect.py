"""Connections: DuckDB with a business's lake attached, locked down."""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from keiki.errors import ExtensionMissing, LakeUnreachable, LakeUnwritable

LAKE = "lake"
HELD = "held"
"""The database in memory, compressed, of tables that are worked out once; see `engine.held`."""
UNWRITABLE = ("No space left", "disk is full", "disk I/O error", "readonly database", "unable to open database")
"""What DuckDB's and SQLite's errors say when a disk is full or a folder must not be written."""
_numbers = itertools.count()
_signed: dict[Path, tuple[int, int, int]] = {}
"""Extensions whose signature this process has seen checked: inode, size and time of the file."""

# DuckDB and Spark merge nested SELECTs themselves; Ibis, which would do it first, spends half of its compiling on it.
ibis.options.sql.fuse_selects = False


@dataclass(frozen=True)
class LakeSettings:
    """Where a business keeps its facts and how much of the machine a query may take.

    `folder` holds everything. `catalogue` is None for a SQLite file in that folder, or a `postgresql://` address;
    `catalogue_schema` keeps several businesses apart in one database. `data` moves the Parquet files elsewhere, `lock`
    the file that a writer holds (where the data lies on a disk that knows no locks; hosts may then have one each).
    `memory` limits a measuring connection (None: DuckDB's own limit, 80 % of the machine), `import_memory` an import.
    """

    folder: Path
    catalogue: str | None = None
    catalogue_schema: str = "keiki_lake"
    data: Path | None = None
    lock: Path | None = None
    memory: str | None = None
    import_memory: str = "1GB"
    threads: int | None = None

    @classmethod
    def of(cls, folder: Path, environment: Mapping[str, str] | None = None) -> LakeSettings:
        """Settings of a folder, with `KEIKI_LAKE_DATABASE`, `KEIKI_MEMORY`, `KEIKI_THREADS` where they are set."""
        env = os.environ if environment is None else environment
        threads = env.get("KEIKI_THREADS")
        return cls(
            folder,
            catalogue=env.get("KEIKI_LAKE_DATABASE"),
            catalogue_schema=f"keiki_{folder.name}",
            memory=env.get("KEIKI_MEMORY"),
            threads=int(threads) if threads else None,
        )

    @property
    def data_folder(self) -> Path:
        """The folder of the Parquet files, absolute, without links."""
        return (self.data or self.folder / "data").resolve()

    @property
    def catalogue_file(self) -> Path:
        """The SQLite catalogue, when the catalogue is a file."""
        return self.folder.resolve() / "catalogue.sqlite"

    @property
    def temporary_folder(self) -> Path:
        """Where queries that do not fit into memory put their parts."""
        return self.folder.resolve() / "temporary"

    @property
    def making_file(self) -> Path:
        """The file that is held by who makes the lake itself."""
        return self.lock_file.with_suffix(".making")

    @property
    def lock_file(self) -> Path:
        """The file a writer holds. It lies with the data, so that hosts that share the data share it."""
        return self.lock or self.data_folder / "writer.lock"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """A name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def reason_of(error: Exception) -> str:
    """The last line of an error that says something, without the query."""
    lines = [line.strip() for line in str(error).split("LINE 1:")[0].splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__


@contextmanager
def measuring(settings: LakeSettings) -> Iterator[Backend]:
    """A connection that reads the lake and nothing else.

    The lake is attached read-only; `enable_external_access=false` leaves only the lake's own folders readable, so
    no function, COPY, ATTACH or INSTALL reaches another file or the network; `lock_configuration=true` keeps it so.
    """
    with _opened(settings, settings.memory) as backend:
        _attach(backend, settings, "READ_ONLY")
        backend.con.execute(f"ATTACH ':memory:' AS {HELD} (COMPRESS)")
        _lock(backend, settings, ())
        yield backend


@contextmanager
def importing(settings: LakeSettings, reads: Iterable[Path] | None = None) -> Iterator[Backend]:
    """A connection that may write the lake, on which a source is opened and imported.

    With `reads`, only those files and folders (and the lake's own) can be read and the network not at all. Without,
    a database or an address can be the source: external access stays, because DuckDB has no finer switch, but
    extensions are never fetched by themselves and the configuration is locked.
    """
    with _opened(settings, settings.import_memory) as backend:
        raw = backend.con
        # Row order is carried by `_row` where it matters; not keeping it in memory halves what an import needs.
        raw.execute("SET preserve_insertion_order = false")
        raw.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        _attach(backend, settings, "DATA_INLINING_ROW_LIMIT 0")
        _lock(backend, settings, None if reads is None else tuple(reads))
        yield backend


def prepare(settings: LakeSettings) -> None:
    """Make the folders of a lake."""
    try:
        for folder in (settings.folder, settings.data_folder, settings.temporary_folder):
            folder.mkdir(parents=True, exist_ok=True)
        settings.lock_file.touch()
    except OSError as error:
        raise LakeUnwritable(folder=settings.folder, detail=str(error)) from error
    _sweep(settings.temporary_folder)


def has_catalogue(settings: LakeSettings) -> bool:
    """Whether the catalogue can be looked for: a file may not be there yet, a database answers for itself."""
    return settings.catalogue is not None or settings.catalogue_file.exists()


def make_catalogue(settings: LakeSettings) -> None:
    """Make an empty catalogue in write-ahead mode, so that readers never wait for a writer. One at a time.

    It is made beside its place and then put there: who reads a file that is only being made takes the journal of the
    one who makes it for that of a killed writer.
    """
    draft = settings.catalogue_file.with_suffix(".draft")
    try:
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft)) as catalogue:
            catalogue.execute("PRAGMA journal_mode = WAL")
        draft.replace(settings.catalogue_file)
    except (OSError, sqlite3.Error) as error:
        raise LakeUnwritable(folder=settings.folder, detail=str(error)) from error


def make_compact(file: Path) -> None:
    """Write an SQLite file anew: nothing deleted is left in it or beside it. Readers and writers may be at work."""
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def catalogue_rows(settings: LakeSettings, sql: str) -> list[tuple[Any, ...]] | None:
    """What the catalogue file says: DuckDB needs forty times as long for it, and a connection first.

    None where the catalogue is no file or cannot be read; DuckDB then says why.
    """
    if settings.catalogue is not None:
        return None
    try:
        with closing(sqlite3.connect(f"{settings.catalogue_file.as_uri()}?mode=ro", uri=True)) as catalogue:
            return catalogue.execute(sql).fetchall()
    except sqlite3.Error:
        return None


def newest_snapshot(settings: LakeSettings) -> int | None:
    """The newest snapshot by the catalogue file, which every page asks; None as in `catalogue_rows`."""
    found = catalogue_rows(settings, "SELECT max(snapshot_id) FROM ducklake_snapshot")
    return None if not found or found[0][0] is None else int(found[0][0])


def make_schema(settings: LakeSettings) -> None:
    """Make the schema that holds the catalogue, when the catalogue lies in PostgreSQL."""
    if settings.catalogue is None:
        return
    with _opened(settings, None) as backend:
        load_extension(backend.con, "postgres_scanner")
        try:
            backend.con.execute(f"ATTACH {quoted(settings.catalogue)} AS server (TYPE postgres)")
            backend.con.execute(f"CREATE SCHEMA IF NOT EXISTS server.{name(settings.catalogue_schema)}")
        except duckdb.Error as error:
            # The address may hold a password: the cause stays in the trace, not in the words.
            raise LakeUnreachable(folder=settings.folder) from error


def load_extension(connection: duckdb.DuckDBPyConnection, extension: str) -> None:
    """Load a DuckDB extension from its wheel, or by INSTALL where no wheel is installed."""
    found = importlib.util.find_spec(f"duckdb_extension_{extension}")
    if found is not None and found.origin is not None:
        carried = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{extension}.duckdb_extension"
        if carried.exists():
            _check_signature(carried)
            connection.load_extension(str(carried))
            return
    try:
        connection.execute("SET allow_unsigned_extensions = false")
        connection.install_extension(extension)
        connection.load_extension(extension)
    except duckdb.Error as error:
        raise ExtensionMissing(extension=extension, version=duckdb.__version__) from error


def _check_signature(extension: Path) -> None:
    """Load an extension where DuckDB checks its signature, once per process: the check reads 35 MB, a tenth of a second
    for every connection.
    """
    state = extension.stat()
    seen = (state.st_ino, state.st_size, state.st_mtime_ns)
    if _signed.get(extension) != seen:
        with closing(duckdb.connect()) as strict:
            strict.load_extension(str(extension))
        _signed[extension] = seen


@contextmanager
def _opened(settings: LakeSettings, memory: str | None) -> Iterator[Backend]:
    """A private DuckDB in memory whose spilled parts go to a folder of its own, removed at the end."""
    spill = settings.temporary_folder / f"{os.getpid()}-{next(_numbers)}"
    options: dict[str, Any] = {
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_unsigned_extensions": True,  # until `_lock`: `load_extension` has the signatures checked by itself
    }
    if memory is not None:
        options["memory_limit"] = memory
    if settings.threads is not None:
        options["threads"] = settings.threads
    backend = ibis.duckdb.connect(**options)
    try:
        # Casts between instants and local times must not depend on the machine's zone.
        backend.con.execute("SET GLOBAL TimeZone = 'UTC'")
        yield backend
    finally:
        backend.disconnect()
        shutil.rmtree(spill, ignore_errors=True)


def _attach(backend: Backend, settings: LakeSettings, options: str) -> None:
    if settings.catalogue is None:
        load_extension(backend.con, "sqlite_scanner")
        address = f"ducklake:sqlite:{settings.catalogue_file}"
    else:
        load_extension(backend.con, "postgres_scanner")
        address = f"ducklake:postgres:{settings.catalogue}"
        options += f", META_SCHEMA {quoted(settings.catalogue_schema)}"
    load_extension(backend.con, "ducklake")
    # The folder may have been moved or restored elsewhere since its catalogue was made.
    options += f", DATA_PATH {quoted(str(settings.data_folder) + '/')}, OVERRIDE_DATA_PATH true"
    try:
        backend.con.execute(f"ATTACH {quoted(address)} AS {LAKE} ({options})")
    except duckdb.Error as error:
        if settings.catalogue is None and any(sign in str(error) for sign in UNWRITABLE):
            raise LakeUnwritable(folder=settings.folder, detail=reason_of(error)) from error
        # The address may hold a password: the cause stays in the trace, not in the words.
        raise LakeUnreachable(folder=settings.folder) from error


def _lock(backend: Backend, settings: LakeSettings, reads: tuple[Path, ...] | None) -> None:
    raw = backend.con
    raw.execute("SET allow_unsigned_extensions = false")
    if reads is not None:
        own = [settings.folder.resolve(), settings.data_folder]
        folders = [str(p) + "/" for p in [*own, *(p.resolve() for p in reads if p.is_dir())]]
        files = [str(form) for p in reads if not p.is_dir() for form in dict.fromkeys((p, p.absolute(), p.resolve()))]
        raw.execute(f"SET allowed_directories = [{', '.join(map(quoted, folders))}]")
        raw.execute(f"SET allowed_paths = [{', '.join(map(quoted, files))}]")
        raw.execute("SET enable_external_access = false")
    raw.execute("SET lock_configuration = true")


def _sweep(folder: Path) -> None:
    """Remove the spilled parts of processes that are no longer alive."""
    for left in folder.iterdir():
        process = left.name.partition("-")[0]
        if process.isdigit() and not Path(f"/proc/{process}").exists() and not _alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
