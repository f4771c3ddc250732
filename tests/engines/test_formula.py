"""Formulas and conditions over Spark columns equal the same over plain rows."""

from __future__ import annotations

import itertools
import math
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keiki.formula import COLUMNS, Moment, condition, evaluate, holds, parse_column, parse_condition

SCHEMA = pa.schema(
    {
        "d": pa.float64(),
        "e": pa.float64(),
        "i": pa.int64(),
        "m": pa.decimal128(18, 4),
        "n": pa.decimal128(18, 4),
        "s": pa.string(),
        "on": pa.date32(),
        "a": pa.timestamp("us"),
        "z": pa.timestamp("us"),
    }
)
SEVERAL = {
    "d": (None, 0.0, 0.1, -1e300),
    "e": (1e300, None, 3.0),
    "i": (0, 2**62, -7, None),
    "m": (Decimal("0.1000"), None, Decimal("-250000.0001")),
    "n": (Decimal("0.2000"), Decimal("0.0000")),
    "s": ("a", None, "it's"),
    "on": (date(2026, 10, 31), None, date(2026, 11, 1)),
    "a": (datetime(2026, 10, 31, 15), None),
    "z": (datetime(2026, 11, 1, 3, 4, 5, 678_901), datetime(2026, 10, 1)),
}
ROWS = [
    dict(zip(SEVERAL, values, strict=True))
    for values in itertools.islice(zip(*map(itertools.cycle, SEVERAL.values()), strict=False), 72)
]
FORMULAS = (
    "d + e * i",
    "d / e - i / 7",
    "i * i",
    "i + i + i",
    "d * e * e",
    "i / i / i",
    "(m - n) / m",
    "m + n - m",
    "-m * 0.1",
    "min(d, e, i)",
    "max(m, n)",
    "max(m, d * d)",
    "coalesce(m / n, i / d, 1 / 3)",
    "sum(m, n)",
    "sum(d, i, m)",
    "d * (1 / 3)",
    "hours(a, z)",
    "hours(on, z)",
)
CONDITIONS = (
    "s <> 'a'",
    "s in ('it''s', 'b') or s is null",
    "m = 0.1 and m + n = 0.3",
    "m >= d",
    "i >= 0 and i <> 0",
    "on < as_of and z > as_of",
    "on = '2026-11-01'",
    "a < z or on is not null",
    "d / e > -0.5",
)
NOW = Moment(day=date(2026, 11, 1), instant=datetime(2026, 10, 31, 15))


@pytest.fixture
def table(spark, tmp_path):
    pq.write_table(pa.Table.from_pylist(ROWS, SCHEMA), tmp_path / "rows.parquet")
    return spark.read_parquet(tmp_path / "rows.parquet")


def test_formulas_on_spark_equal_plain_numbers(spark, table):
    parsed = [parse_column(text) for text in FORMULAS]
    values = [evaluate(formula, lambda reference, back: table[reference.id], COLUMNS) for formula in parsed]
    found = spark.to_pyarrow(table.select(**{f"v{n}": value.cast("float64") for n, value in enumerate(values)}))
    for text, formula, column in zip(FORMULAS, parsed, found.columns, strict=True):
        plain = [evaluate(formula, lambda reference, back, row=row: row[reference.id]) for row in ROWS]
        differing = [
            (row, left, right)
            for row, left, right in zip(ROWS, column.to_pylist(), plain, strict=True)
            if (left is None) is not (right is None) or not math.isclose(left or 0, right or 0, rel_tol=1e-9)
        ]
        assert (text, differing) == (text, [])


def test_conditions_on_spark_keep_the_same_rows(spark, table):
    parsed = [parse_condition(text) for text in CONDITIONS]
    asked = {f"c{n}": condition(clause, lambda name: table[name], NOW) for n, clause in enumerate(parsed)}
    found = spark.to_pyarrow(table.select(**asked))
    for text, clause, column in zip(CONDITIONS, parsed, found.columns, strict=True):
        kept = [answer is True for answer in column.to_pylist()]
        assert (text, kept) == (text, [holds(clause, row, NOW) for row in ROWS])
