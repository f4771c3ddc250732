"""The history of customers is the same on Spark as on DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.customers.test_history import many_orders
from tests.engines.conftest import Run
from tests.rows import fact_rows

from keiki.customers.expected_value import ANSWERS, grouped_spending, grouped_values, valued_customers
from keiki.customers.history import HistoryRule, grouped_history, history, repeat_purchases_by_day
from keiki.facts import FACTS

RULE = HistoryRule(until=date(2026, 4, 30), held_out_until=date(2026, 6, 30), unit="week")


def told(facts: Mapping[str, ir.Table]) -> ir.Table:
    """What some model says of the groups."""
    groups = grouped_values(history(facts))
    return groups.select(*ANSWERS[:3], alive=groups.age / 1000, expected=groups.age / 7, base=3.5, slope=groups.recency)


TABLES: dict[str, Callable[[Mapping[str, ir.Table]], ir.Table]] = {
    "until the latest purchase": lambda facts: history(facts),
    "held out, in weeks": lambda facts: history(facts, RULE),
    "grouped": lambda facts: grouped_history(history(facts, RULE)),
    "grouped values": lambda facts: grouped_values(history(facts)),
    "grouped spending": lambda facts: grouped_spending(history(facts)),
    "valued customers": lambda facts: valued_customers(history(facts), told(facts)),
    "repeat purchases by day": lambda facts: repeat_purchases_by_day(facts, RULE),
}


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return {fact: fact_rows(fact, many_orders() if fact == "orders" else ()) for fact in FACTS}


@pytest.mark.parametrize("name", TABLES)
def test_history_is_the_same_on_spark(
    name: str, duck: Any, by_spark: Run, on_duck: dict[str, ir.Table], on_spark: dict[str, ir.Table]
) -> None:
    expected, found = (answered(run, TABLES[name](f)) for run, f in ((duck.to_pyarrow, on_duck), (by_spark, on_spark)))
    assert len(expected) > 20
    assert found == expected


def answered(run: Run, table: ir.Table) -> list[Any]:
    rows = [tuple(row.values()) for row in run(table).to_pylist()]
    rows = [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in rows]
    return sorted(rows, key=str)
