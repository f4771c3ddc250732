"""Campaigns are the same on Spark as on DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.customers.test_campaigns import many_rows
from tests.engines.conftest import Run
from tests.engines.test_history import answered
from tests.rows import fact_rows

from keiki.customers.campaigns import CampaignRule, campaign_gains, campaigns
from keiki.facts import FACTS

RULE = CampaignRule(date(2026, 2, 1), date(2026, 5, 1))
TABLES: dict[str, Callable[[Mapping[str, ir.Table]], ir.Table]] = {
    "totals": lambda facts: campaigns(facts, RULE),
    "gains": lambda facts: campaign_gains(facts, RULE),
}


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    rows = many_rows()
    return {fact: fact_rows(fact, rows.get(fact, ())) for fact in FACTS}


@pytest.mark.parametrize("name", TABLES)
def test_campaigns_are_the_same_on_spark(
    name: str, duck: Any, by_spark: Run, on_duck: dict[str, ir.Table], on_spark: dict[str, ir.Table]
) -> None:
    expected, found = (answered(run, TABLES[name](f)) for run, f in ((duck.to_pyarrow, on_duck), (by_spark, on_spark)))
    assert len(expected) >= 3
    assert found == expected
