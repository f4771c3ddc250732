"""One Spark session for every test that compares engines; skipped with a message where there is no Java."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import ibis
import pytest

SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.memory": "1g",
    # Hundreds of small queries, each planned once: what the second compiler would win is never earned back.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.log.level": "ERROR",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """An Ibis backend on Spark with two threads on this machine."""
    if shutil.which("java") is None:
        pytest.skip("there is no Java on this machine: install a Java 17 runtime to compare with Spark")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: add the extra keiki[spark]")
    builder = sql.SparkSession.builder.master("local[2]").appName("keiki-tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield ibis.pyspark.connect(session)
    session.stop()
