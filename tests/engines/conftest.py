"""One Spark session for every test that compares engines; skipped with a message where there is no Java."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from keiki.engine.spark import SparkEngine

SPARK_TYPES = {
    "double": "double",
    "int64": "bigint",
    "date32[day]": "date",
    "timestamp[us]": "timestamp",
    "bool": "boolean",
    "decimal128(18, 4)": "decimal(18,4)",
}
Run = Callable[[ir.Table], pa.Table]

SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.memory": "1g",
    # Hundreds of queries over few rows, each planned once: code made for a query, a plan made anew after each step,
    # conditions derived from others and a second compiler are never earned back.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.driver.extraJavaOptions": (
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms1g -Xmn600m -XX:MetaspaceSize=256m"
    ),
    "spark.log.level": "ERROR",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """An Ibis backend on Spark with one thread on this machine."""
    if shutil.which("java") is None:
        pytest.skip("there is no Java on this machine: install a Java 17 runtime to compare with Spark")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: add the extra keiki[spark]")
    builder = sql.SparkSession.builder.master("local[1]").appName("keiki-tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield ibis.pyspark.connect(session)
    session.stop()


@pytest.fixture(scope="session")
def by_spark(spark: Any) -> Run:
    """Answers expressions over tables of that session as the product does."""
    no_lake: Any = None
    return SparkEngine(no_lake, spark, spark._session).run


@pytest.fixture(scope="module")
def duck() -> Any:
    """An Ibis backend on DuckDB whose tables last as long as a file of tests."""
    return ibis.duckdb.connect()


@pytest.fixture(scope="module")
def on_duck(duck: Any, tables: dict[str, pa.Table]) -> dict[str, ir.Table]:
    """The tables of a file of tests on DuckDB."""
    return {name: duck.create_table(name, table, overwrite=True) for name, table in tables.items()}


@pytest.fixture(scope="module")
def on_spark(spark: Any, tables: dict[str, pa.Table], request: pytest.FixtureRequest) -> Iterator[dict[str, ir.Table]]:
    """The same on Spark, held in one part each: a query over few rows neither makes them anew nor moves them about."""
    session, least = spark._session, "spark.sql.autoBroadcastJoinThreshold"
    before = session.conf.get(least)
    session.conf.set(least, "-1")
    names = {name: f"{request.path.stem}_{name}" for name in tables}
    for name, table in tables.items():
        kinds = ", ".join(f"`{field.name}` {SPARK_TYPES.get(str(field.type), 'string')}" for field in table.schema)
        rows = [tuple(row.values()) for row in table.to_pylist()]
        session.createDataFrame(rows, kinds).coalesce(1).cache().createOrReplaceTempView(names[name])
    yield {name: spark.table(names[name]) for name in tables}
    session.catalog.clearCache()
    session.conf.set(least, before)
