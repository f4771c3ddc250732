"""Formulas over columns equal the same formulas over plain numbers, row by row."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formulas import GATHER, arithmetic

from keiki.errors import FormulaError
from keiki.formula import COLUMNS, Number, Reference, evaluate, parse, parse_column

SCHEMA = pa.schema(
    {
        "d": pa.float64(),
        "e": pa.float64(),
        "i": pa.int64(),
        "j": pa.int64(),
        "m": pa.decimal128(18, 4),
        "n": pa.decimal128(18, 4),
        "from": pa.timestamp("us"),
        "to": pa.timestamp("us"),
        "s": pa.string(),
    }
)
floats = st.none() | st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e300, -1e300, 5e-324]) | st.floats(-1e6, 1e6)
integers = st.none() | st.sampled_from([0, 1, 2**62, -(2**63)]) | st.integers(-1000, 1000)
money = st.none() | st.decimals(-(10**9), 10**9, places=4, allow_nan=False)
moments = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1))
rows = st.lists(
    st.fixed_dictionaries(
        {"d": floats, "e": floats, "i": integers, "j": integers, "m": money, "n": money}
        | {"from": moments, "to": moments, "s": st.none()}
    ),
    min_size=3,
    max_size=12,
)
leaves = st.builds(Number, st.sampled_from([0.0, 1.0, 0.5, 3.0, 1e200])) | st.builds(
    Reference, st.sampled_from(["d", "e", "i", "j", "m", "n"])
)
spans = st.just(parse_column("hours(from, to)"))
formulas = arithmetic(leaves | spans, GATHER)


@pytest.fixture(scope="module")
def duckdb():
    return ibis.duckdb.connect()


def over_rows(formula, rows):
    return [evaluate(formula, lambda reference, back, row=row: row[reference.id]) for row in rows]


def over_columns(duckdb, formulas, rows):
    table = ibis.memtable(pa.Table.from_pylist(rows, SCHEMA))
    values = [evaluate(formula, lambda reference, back: table[reference.id], COLUMNS) for formula in formulas]
    found = duckdb.to_pyarrow(table.select(**{f"v{n}": value.cast("float64") for n, value in enumerate(values)}))
    return [column.to_pylist() for column in found.columns]


def same(left, right):
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(formulas, min_size=10, max_size=25), rows)
def test_columns_equal_numbers(duckdb, formulas, rows):
    for formula, column in zip(formulas, over_columns(duckdb, formulas, rows), strict=True):
        for row, left, right in zip(rows, column, over_rows(formula, rows), strict=True):
            assert same(left, right), (formula, row, left, right)


def single(duckdb, text, **row):
    (column,) = over_columns(duckdb, [parse_column(text)], [dict.fromkeys(SCHEMA.names) | row])
    return column[0]


@pytest.mark.parametrize(
    ("text", "row", "value"),
    [
        ("i / j", {"i": 1, "j": 2}, 0.5),
        ("i / j", {"i": 1, "j": 0}, None),
        ("i * j", {"i": 2**62, "j": 2**62}, float(2**124)),
        ("i + j", {"i": 2**62, "j": 2**62}, float(2**63)),
        ("d * e", {"d": 1e200, "e": 1e200}, None),
        ("sum(d, i)", {"d": None, "i": 3}, 3.0),
        ("sum(d, i)", {}, None),
        ("m + n - 0.3", {"m": Decimal("0.1"), "n": Decimal("0.2")}, 0.0),
        ("hours(from, to)", {"from": datetime(2026, 1, 1), "to": datetime(2026, 1, 2, 0, 0, 18)}, 24.005),
        ("hours(from, to)", {"from": datetime(2026, 1, 1), "to": datetime(2025, 12, 31, 23, 59, 59, 999_640)}, -1e-7),
    ],
)
def test_values_that_databases_get_wrong(duckdb, text, row, value):
    assert same(single(duckdb, text, **row), value)


def test_money_stays_exact_in_a_table():
    table = ibis.table(SCHEMA_NAMES, name="t")
    kinds = {
        text: evaluate(parse_column(text), lambda reference, back: table[reference.id], COLUMNS).type().is_decimal()
        for text in ("m", "m - n", "-m", "max(m, n)", "m * 2", "m / n", "m + d")
    }
    assert kinds == {
        "m": True, "m - n": True, "-m": True, "max(m, n)": True, "m * 2": False, "m / n": False, "m + d": False,
    }  # fmt: skip


SCHEMA_NAMES = {"d": "float64", "m": "decimal(18, 4)", "n": "decimal(18, 4)", "s": "string", "b": "boolean"}


def test_a_bare_column_stays_as_it_is():
    table = ibis.table(SCHEMA_NAMES, name="t")
    assert evaluate(parse_column("s"), lambda reference, back: table[reference.id], COLUMNS).equals(table.s)


@pytest.mark.parametrize(
    ("text", "reason"), [("s + 1", "not_number"), ("-b", "not_number"), ("hours(m, n)", "not_time")]
)
def test_columns_of_the_wrong_kind_are_refused(text, reason):
    table = ibis.table(SCHEMA_NAMES, name="t")
    with pytest.raises(FormulaError) as caught:
        evaluate(parse_column(text), lambda reference, back: table[reference.id], COLUMNS)
    assert caught.value.reason == reason


def test_periods_back_are_asked_for_over_columns_too(duckdb):
    table = ibis.memtable({"now": [120.0], "before": [100.0]})
    growth = evaluate(parse("growth(a)"), lambda reference, back: table[["now", "before"][back]], COLUMNS)
    assert duckdb.to_pyarrow(growth.as_table())[0].to_pylist() == pytest.approx([0.2])


@pytest.mark.parametrize("text", ["d / (" * 9 + "e" + ")" * 9, "sum(-" * 9 + "d" + ")" * 9, "d" + "+d" * 101])
def test_formulas_that_would_swell_the_query_are_refused(text):
    table = ibis.table(SCHEMA_NAMES | {"e": "float64"}, name="t")
    with pytest.raises(FormulaError) as caught:
        evaluate(parse_column(text), lambda reference, back: table[reference.id], COLUMNS)
    assert caught.value.reason == "too_heavy"


def test_the_longest_chain_runs_as_a_query(duckdb):
    assert single(duckdb, "d" + "+d" * 100, d=1.0) == 101.0
    assert single(duckdb, "d" + "/e" * 100, d=1.0, e=1.0) == 1.0


def test_constant_parts_are_computed_before_the_query(duckdb):
    table = ibis.table(SCHEMA_NAMES, name="t")
    third = evaluate(parse_column("d * (1 / 3)"), lambda reference, back: table[reference.id], COLUMNS)
    assert third.equals(evaluate(parse_column("d * 0.3333333333333333"), lambda reference, back: table.d, COLUMNS))
    assert single(duckdb, "1 / 0") is None
    assert single(duckdb, "coalesce(d, 1 / 0, 2)") == 2.0


def test_spark_still_cannot_tell_infinity_in_ibis():
    """Ibis 12 writes `isinf` as FALSE for Spark; when this fails, `Columns.whole` may use it."""
    pytest.importorskip("pyspark")
    assert ibis.pyspark.name == "pyspark"
    table = ibis.table({"d": "float64"}, name="t")
    assert "FALSE OR FALSE" in ibis.to_sql(table.d.isinf(), dialect="pyspark").replace("\n", " ")
