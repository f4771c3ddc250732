"""Campaigns are the same on Spark as on DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from tests.customers.test_campaigns import many_rows
from tests.engines.conftest import Run
from tests.engines.test_history import answered
from tests.engines.test_models import SPARK_TYPES
from tests.rows import fact_rows

from keiki.customers.campaigns import CampaignRule, campaign_gains, campaigns
from keiki.facts import FACTS

RULE = CampaignRule(date(2026, 2, 1), date(2026, 5, 1))
TABLES: dict[str, Callable[[Mapping[str, ir.Table]], ir.Table]] = {
    "totals": lambda facts: campaigns(facts, RULE),
    "gains": lambda facts: campaign_gains(facts, RULE),
}


@pytest.mark.parametrize("name", TABLES)
def test_campaigns_are_the_same_on_spark(name: str, spark: Any, by_spark: Run) -> None:
    duck, rows = ibis.duckdb.connect(), many_rows()
    tables = {fact: fact_rows(fact, rows.get(fact, ())) for fact in FACTS}
    on_duck = {fact: duck.create_table(fact, table) for fact, table in tables.items()}
    for fact, table in tables.items():
        kinds = ", ".join(f"{field.name} {SPARK_TYPES.get(str(field.type), 'string')}" for field in table.schema)
        given = [tuple(row.values()) for row in table.to_pylist()]
        spark._session.createDataFrame(given, kinds).createOrReplaceTempView(f"campaigns_{fact}")
    on_spark = {fact: spark.table(f"campaigns_{fact}") for fact in tables}
    expected, found = (answered(run, TABLES[name](f)) for run, f in ((duck.to_pyarrow, on_duck), (by_spark, on_spark)))
    assert len(expected) >= 3
    assert found == expected
