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
