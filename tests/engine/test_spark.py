"""Spark reads the very Parquet files of a snapshot and gives the same rows."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.engine.arrivals import WHEN, costs, load, orders, typed

from keiki.engine.engine import Engine
from keiki.engine.engines import open_engine
from keiki.engine.spark import SparkEngine
from keiki.engine.store import DuckLake


@pytest.fixture
def spark(lake: DuckLake) -> Iterator[Engine]:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("Spark needs keiki[spark] and a Java runtime")
    engine = open_engine(lake, "spark://local[2]")
    yield engine
    engine.close()


def many_reads(levels: int) -> str:
    """A statement whose common tables read each other twice each: unfolded it reads 2^levels tables."""
    tables = ["`t0` AS (SELECT id + 1 AS n FROM `five`)"]
    for level in range(levels):
        read = f"SELECT `a`.n + 1 AS n FROM `t{level}` AS `a` JOIN `t{level}` AS `b` ON `a`.n = `b`.n"
        tables.append(f"`t{level + 1}` AS ({read})")
    return f"WITH {', '.join(tables)} SELECT * FROM `t{levels}`"


def views_of(spark: SparkEngine) -> set[str]:
    """The names of the session's views; the catalogue's own list reads what they stand for, which may be gone."""
    return {row["tableName"] for row in spark.session.sql("SHOW TABLES").collect()}


def test_what_spark_works_out_on_the_way_is_forgotten_with_the_answer(spark: Engine) -> None:
    assert isinstance(spark, SparkEngine)
    spark.session.range(5).createOrReplaceTempView("five")
    sql, java = many_reads(7), spark.session.sparkContext._jsc
    views, kept = views_of(spark), set(java.getPersistentRDDs())
    assert sorted(row["n"] for row in spark.run(sql).to_pylist()) == [8, 9, 10, 11, 12]
    assert set(java.getPersistentRDDs()) <= kept  # what earlier tests left may go meanwhile
    parts = spark.batches(sql, 2)
    assert len(next(parts)) == 2
    assert len(set(java.getPersistentRDDs()) - kept) == 7  # while somebody reads; the first of them only picks a column
    assert sorted(row["n"] for part in spark.batches(sql, 2) for row in part) == [8, 9, 10, 11, 12]
    parts.close()  # somebody who stops reading
    assert set(java.getPersistentRDDs()) <= kept
    assert views_of(spark) == views


def test_spark_gives_the_rows_that_duckdb_gives(lake: DuckLake, spark: Engine) -> None:
    first = load(lake, orders(a=1, b=2), costs(1, 2))
    found = {"order_id": "雪", "amount": Decimal("3.5"), "ordered_at": WHEN["ordered_at"], "色": "白"}
    load(lake, typed("orders", [found, found | {"order_id": "b", "is_guest": True}], 色=pa.string()))
    duckdb = open_engine(lake, "duckdb")
    for snapshot in (None, first.snapshot):
        for fact in ("orders", "costs", "media"):
            tables = [engine.table(fact, snapshot) for engine in (duckdb, spark)]
            assert tables[0].columns == tables[1].columns
            rows = [
                engine.run(table.order_by(table.columns[0], "amount") if fact != "media" else table).to_pylist()
                for engine, table in zip((duckdb, spark), tables, strict=True)
            ]
            assert rows[0] == rows[1]
    table = spark.table("orders")
    by_status = table.group_by("色").agg(total=table.amount.sum()).order_by("色")
    assert spark.run(spark.compile(by_status)).to_pylist() == spark.run(by_status).to_pylist()
