"""A table of another database: PostgreSQL, SQLite or DuckDB, attached read-only."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import duckdb
from ibis.expr import types as ir

from keiki.errors import DatabaseUnreachable, SourceMissing, TableNotNamed
from keiki.sources.sql import name, quoted

KINDS = {"postgresql": "postgres", "postgres": "postgres", "sqlite": "sqlite", "duckdb": "duckdb"}
PACKAGES = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
_numbers = count()


@dataclass(frozen=True)
class Address:
    """Where a table lies. `shown` is the address without its password."""

    kind: str
    place: str
    table: tuple[str, ...]
    shown: str

    @classmethod
    def of(cls, url: str) -> Address:
        """An address such as `postgresql://host/base#schema.table` or `sqlite:///folder/file.db#table`."""
        parts = urlsplit(url)
        kind = KINDS[parts.scheme]
        host = parts.netloc.rpartition("@")[2]
        user = parts.username or ""
        shown = urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", parts.fragment))
        if not parts.fragment:
            raise TableNotNamed(name=shown)
        table = tuple(unquote(parts.fragment).split("."))
        if kind == "postgres":
            return cls(kind, urlunsplit((*parts[:4], "")), table, shown)
        # Three slashes begin a relative path and four an absolute one, as SQLAlchemy writes them; three before a path
        # that only exists from the root are understood too.
        path = unquote(parts.path.removeprefix("/"))
        place = path if Path(path).exists() else "/" + path.lstrip("/")
        return cls(kind, place, table, shown)


def open_database(url: str, connection: Any) -> tuple[ir.Table, Address]:
    """The table of an address as an expression on the connection; nothing is read yet."""
    address = Address.of(url)
    if address.kind != "postgres" and not Path(address.place).is_file():
        raise SourceMissing(name=address.shown)
    alias = f"source_{next(_numbers)}"
    raw = connection.con
    try:
        _load(raw, address.kind)
        kind = "" if address.kind == "duckdb" else f"TYPE {address.kind}, "
        raw.execute(f"ATTACH {quoted(address.place)} AS {alias} ({kind}READ_ONLY)")
        where = ".".join(map(name, (alias, *address.table)))
        return connection.sql(f"SELECT * FROM {where}"), address
    except duckdb.Error as error:
        # DuckDB's message may repeat the address with its password.
        detail = str(error).split("\n")[0].replace(address.place, address.shown)
        raise DatabaseUnreachable(name=address.shown, detail=detail) from None


def _load(raw: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Load the extension from its wheel; without one DuckDB looks among those it has installed."""
    if kind not in PACKAGES:
        return
    extension = PACKAGES[kind]
    found = importlib.util.find_spec(f"duckdb_extension_{extension}")
    if found is None or found.origin is None:
        raw.load_extension(extension)
        return
    folder = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}"
    raw.load_extension(str(folder / f"{extension}.duckdb_extension"))
