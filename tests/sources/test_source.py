"""Files, folders, databases and tables from Python all open the same way."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keiki.errors import (
    DatabaseUnreachable,
    FactNotGuessed,
    SourceEmpty,
    SourceMissing,
    SourceNotTabular,
    SourceTooLarge,
    SourceUnreadable,
    TableNotNamed,
)
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping, Rule
from keiki.sources import open_source
from keiki.sources.limits import Limits

File = Callable[[str, bytes | str], Path]


def test_parquet_knows_its_row_numbers(connection: Any, rows: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [5, 6]}), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet", connection=connection)
    assert (source.columns, source.rows_estimate) == (("a",), 2)
    assert rows(source.table()) == [{"a": 5, "_row": 1}, {"a": 6, "_row": 2}]
    assert open_source(tmp_path, connection=connection).rows_estimate == 2


@pytest.mark.parametrize(
    "table",
    [
        {"a": [1, 2], "b": np.array([0.5, 1.5])},
        [{"a": 1, "b": 0.5}, {"a": 2, "b": 1.5}],
        pa.table({"a": [1, 2], "b": [0.5, 1.5]}),
        pl.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}),
    ],
    ids=["dict", "rows", "pyarrow", "polars"],
)
def test_tables_from_python_are_rows(connection: Any, rows: Any, table: object) -> None:
    source = open_source(table, connection=connection)
    assert (source.columns, source.fingerprint) == (("a", "b"), None)
    assert rows(source.table()) == [{"a": 1, "b": 0.5, "_row": 1}, {"a": 2, "b": 1.5, "_row": 2}]
    assert source.sample(1) == ({"a": 1, "b": 0.5},)


def test_row_may_lack_what_another_has(connection: Any, rows: Any) -> None:
    """No column is lost because the first row does not have it; a cell of another kind makes its column text."""
    source = open_source([{"a": 1}, {"b": "x", "a": 2}, {"c": 0.5, "b": 3}], connection=connection)
    assert source.columns == ("a", "b", "c")
    told = [(row["a"], row["b"], row["c"]) for row in rows(source.table())]
    assert told == [(1, None, None), (2, "x", None), (None, "3", 0.5)]


def test_pandas_frame_leaves_its_index(connection: Any, rows: Any) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": ["x", None]}, index=[7, 8])
    assert rows(open_source(frame, connection=connection).table()) == [{"a": "x", "_row": 1}, {"a": None, "_row": 2}]


def test_mixed_cells_become_text_and_ibis_tables_stay(connection: Any, rows: Any) -> None:
    assert rows(open_source({"a": [1, "x"]}, connection=connection).table())[0]["a"] == "1"
    table = ibis.memtable({"a": [1]})
    assert open_source(table, connection=connection).table() is table


@pytest.mark.parametrize(("thing", "error"), [(5, SourceNotTabular), ({"a": [[1], "x"], "b": [1]}, SourceNotTabular),
                                              ([], SourceEmpty), ({}, SourceEmpty)])  # fmt: skip
def test_what_is_no_table_says_so(connection: Any, thing: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_source(thing, connection=connection)


def test_sqlite_and_duckdb_files_are_read_in_place(connection: Any, rows: Any, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as lite:
        lite.execute("CREATE TABLE sales (a INTEGER, b TEXT)")
        lite.execute("INSERT INTO sales VALUES (1, 'x')")
    lite.close()
    with duckdb.connect(str(tmp_path / "a.duckdb")) as duck:
        duck.execute("CREATE TABLE sales AS SELECT 1 AS a, 'x' AS b")
    for address in (f"sqlite:///{tmp_path}/a.db#sales", f"duckdb:///{tmp_path}/a.duckdb#main.sales"):
        assert rows(open_source(address, connection=connection).table()) == [{"a": 1, "b": "x"}]


def test_postgres_table_is_read_in_place(connection: Any, rows: Any, postgres_url: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(postgres_url, autocommit=True) as base:
        base.execute("CREATE TABLE IF NOT EXISTS public.source_sales AS SELECT 1 AS a, 2.5::numeric(10, 2) AS b")
    source = open_source(f"{postgres_url}#public.source_sales", connection=connection)
    assert [float(r["b"]) for r in rows(source.table())] == [2.5]


def test_addresses_hide_their_password(connection: Any) -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        open_source("postgresql://me:secret@127.0.0.1:1/base#public.a", connection=connection)
    assert "secret" not in caught.value.words("en") + caught.value.words("ja")
    with pytest.raises(TableNotNamed):
        open_source("postgresql://me:secret@127.0.0.1:1/base", connection=connection)


def test_missing_and_corrupt_files_name_themselves(connection: Any, file: File, tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match=r"none\.csv"):
        open_source(tmp_path / "none.csv", connection=connection)
    for name, content in (("a.parquet", b"PAR1" + b"0" * 99), ("a.xlsx", b"PK\x03\x04" + b"0" * 99)):
        with pytest.raises(SourceUnreadable, match=name):
            open_source(file(name, content), connection=connection)


def test_limits_hold_before_anything_is_read(connection: Any, file: File) -> None:
    with pytest.raises(SourceTooLarge):
        open_source(file("a.csv", "a\n" * 99), connection=connection, limits=Limits(file=100))
    bomb = gzip.compress(b"a,b\n" + b"0" * 5_000_000)
    with pytest.raises(SourceTooLarge):
        open_source(file("a.csv.gz", bomb), connection=connection, limits=Limits(ratio=3))
    with pytest.raises(SourceTooLarge):
        open_source(file("b.csv", "a,b,c\n1,2,3\n"), connection=connection, limits=Limits(columns=2))


def test_fingerprint_is_of_the_bytes_and_of_the_way_they_are_read(connection: Any, file: File) -> None:
    path = file("a.csv", "a,b\nx,y\nz,1\n")
    plain = open_source(path, connection=connection)
    assert plain.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
    assert open_source(path, connection=connection, header=2).fingerprint != plain.fingerprint


def test_parts_follow_the_mapping_the_fact_or_the_guess(connection: Any, file: File) -> None:
    source = open_source(file("a.csv", "計上日,金額,勘定科目\n2025-01-01,5,広告費\n"), connection=connection)
    mapping = Mapping.of("costs", spent_on="計上日", amount="金額")
    assert [p.mapping for p in source.parts(mapping=mapping)] == [mapping]
    assert [p.fact for p in source.parts()] == ["costs"]
    assert [sorted(p.mapping.rules) for p in source.parts("invoices")] == [["amount"]]
    unclear = open_source({"x": [1], "y": ["?"]}, connection=connection)
    with pytest.raises(FactNotGuessed):
        unclear.parts()


def test_cdnow_is_read_by_its_layout(connection: Any, rows: Any, shared_data: Path) -> None:
    source = open_source(
        shared_data / "cdnow" / "CDNOW_master.txt.gz",
        connection=connection,
        layout={"customer": (1, 6), "date": (7, 15), "cds": (15, 18), "value": (18, 27)},
        skip=1,
    )
    rules = {"customer_id": "customer", "ordered_at": "date", "amount": "value", "quantity": "cds"}
    mapping = Mapping("orders", {t: Rule((c,)) for t, c in rules.items()} | {"order_id": Rule((), "row_number")})
    conformed = conform(source.table(), mapping, Reading())
    good = conformed.good
    assert rows(good.agg(n=good.count(), customers=good.customer_id.nunique(), ids=good.order_id.nunique())) == [
        {"n": 69_659, "customers": 23_570, "ids": 69_659}
    ]
    assert rows(conformed.rejected) == []
