"""Conditions keep the same rows of a table as of plain values, and refuse to compare what cannot be compared."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formulas import combined

from keiki.errors import FormulaError, UnknownName
from keiki.formula import (
    AsOf,
    Binary,
    Boolean,
    Compare,
    IsNull,
    Moment,
    Negate,
    Number,
    OneOf,
    Reference,
    Text,
    ThisKpi,
    condition,
    condition_columns,
    holds,
    parse_condition,
)

SCHEMA = pa.schema(
    {
        "d": pa.float64(),
        "i": pa.int64(),
        "m": pa.decimal128(18, 4),
        "s": pa.string(),
        "t": pa.string(),
        "b": pa.bool_(),
        "on": pa.date32(),
        "at": pa.timestamp("us"),
    }
)
TYPES = dict(zip(SCHEMA.names, map(str, ibis.memtable(SCHEMA.empty_table()).schema().types), strict=True))
NOW = Moment(day=date(2026, 11, 1), instant=datetime(2026, 10, 31, 15))


def refs(*names):
    return st.builds(Reference, st.sampled_from(names))


numbers = st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.5]).map(Number)
sums = st.builds(Binary, st.sampled_from("+-*/"), refs("d", "i", "m"), numbers | refs("d", "m"))
of_numbers = st.one_of(refs("d", "i", "m"), numbers, numbers.map(Negate), sums)
of_texts = st.one_of(refs("s", "t"), st.sampled_from(["", "a", "あ", "a'b"]).map(Text), st.just(ThisKpi()))
of_days = st.one_of(refs("on"), st.just(AsOf()), st.sampled_from(["2026-11-01", "2026-10-31"]).map(Text))
of_moments = refs("at") | st.just(AsOf())
signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
conditions = combined(
    st.one_of(
        *(st.builds(Compare, signs, kind, kind) for kind in (of_numbers, of_texts, of_moments)),
        st.builds(Compare, signs, refs("on"), of_days | refs("at")),
        st.builds(Compare, st.sampled_from(["=", "<>"]), refs("b"), refs("b") | st.builds(Boolean, st.booleans())),
        *(
            st.builds(OneOf, kind, st.lists(kind, min_size=1, max_size=3).map(tuple))
            for kind in (of_numbers, of_texts, of_moments)
        ),
        st.builds(IsNull, refs("d", "s", "on", "b") | sums, st.booleans()),
    )
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "d": st.sampled_from([None, 0.0, 0.1, 0.3, -1.0, 2.5]),
            "i": st.sampled_from([None, 0, 1, -3]),
            "m": st.sampled_from([None, Decimal("0.1000"), Decimal("0.3"), Decimal("2.5"), Decimal("0")]),
            "s": st.sampled_from([None, "", "a", "あ", "kpi"]),
            "t": st.sampled_from([None, "a", "a'b"]),
            "b": st.sampled_from([None, True, False]),
            "on": st.sampled_from([None, date(2026, 10, 31), date(2026, 11, 1)]),
            "at": st.sampled_from([None, datetime(2026, 10, 31, 15), datetime(2026, 10, 31), datetime(2026, 11, 1)]),
        }
    ),
    min_size=4,
    max_size=12,
)


@pytest.fixture(scope="module")
def duckdb():
    return ibis.duckdb.connect()


@settings(max_examples=30, deadline=None)
@given(st.lists(conditions, min_size=10, max_size=25), rows)
def test_a_table_and_its_rows_agree(duckdb, conditions, rows):
    table = ibis.memtable(pa.Table.from_pylist(rows, SCHEMA))
    asked = [condition(clause, lambda name: table[name], NOW, "kpi") for clause in conditions]
    found = duckdb.to_pyarrow(table.select(**{f"c{n}": answer for n, answer in enumerate(asked)}))
    for clause, column in zip(conditions, found.columns, strict=True):
        kept = [answer is True for answer in column.to_pylist()]
        assert kept == [holds(clause, row, NOW, "kpi") for row in rows], clause


@pytest.mark.parametrize(
    ("text", "row", "answer"),
    [
        ("s <> 'x'", {"s": None}, True),
        ("s <> 'x'", {"s": "x"}, False),
        ("s = 'x'", {"s": None}, False),
        ("s in ('x', 'y')", {"s": "y"}, True),
        ("s in ('x', 'y')", {"s": None}, False),
        ("s is null or i > 1", {"s": "", "i": 1}, False),
        ("i >= n - 1", {"i": 9, "n": 10}, True),
        ("i >= n - 1", {"i": 9, "n": None}, False),
        ("i <> n - 1", {"i": 9, "n": None}, True),
        ("m = 0.1", {"m": Decimal("0.1")}, True),
        ("m + n = 0.3", {"m": Decimal("0.1"), "n": Decimal("0.2")}, True),
        ("i / n = 0", {"i": 0, "n": 0}, False),
        ("on < as_of and at < as_of", {"on": date(2026, 10, 31), "at": datetime(2026, 10, 31, 14, 59)}, True),
        ("on < as_of", {"on": date(2026, 11, 1)}, False),
        ("at >= as_of", {"at": datetime(2026, 10, 31, 15)}, True),
        ("metric = this_kpi", {"metric": "kpi"}, True),
        ("on >= '2026-10-01'", {"on": date(2026, 10, 1)}, True),
        ("on in ('2026-10-01', '2026-10-02')", {"on": date(2026, 10, 2)}, True),
        ("b = true and b <> false", {"b": True}, True),
        ("1 = 1", {}, True),
    ],
)
def test_holds(text, row, answer):
    assert holds(parse_condition(text), row, NOW, "kpi") is answer


TABLE = ibis.table(TYPES, name="t")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("s = 3", "mismatch"),
        ("i = '3'", "mismatch"),
        ("b = 1", "mismatch"),
        ("b = 'true'", "mismatch"),
        ("at > '2026-10-31'", "mismatch"),
        ("s in ('a', 2)", "mismatch"),
        ("on > 'soon'", "date"),
        ("b > false", "order"),
        ("s + 1 = 2", "not_number"),
    ],
)
def test_values_of_different_kinds_are_refused_by_tables_and_rows(text, reason):
    clause = parse_condition(text)
    row = {"s": "x", "i": 1, "b": True, "at": datetime(2026, 1, 1), "on": date(2026, 1, 1)}
    for ask in (lambda: condition(clause, lambda name: TABLE[name]), lambda: holds(clause, row)):
        with pytest.raises(FormulaError) as caught:
            ask()
        assert caught.value.reason == reason


def test_a_mismatch_in_words():
    with pytest.raises(FormulaError) as caught:
        condition(parse_condition("s = 3"), lambda name: TABLE[name])
    assert caught.value.words("en") == "“s” (text) cannot be compared with “3” (number).\ns = 3\n^"
    assert caught.value.words("ja") == "「s」（文字）と「3」（数値）は比べられません。\ns = 3\n^"


@pytest.mark.parametrize(("text", "reason"), [("on < as_of", "no_moment"), ("s = this_kpi", "no_kpi")])
def test_words_without_a_meaning_here_are_refused(text, reason):
    with pytest.raises(FormulaError) as caught:
        condition(parse_condition(text), lambda name: TABLE[name])
    assert caught.value.reason == reason


def test_a_column_the_row_lacks_is_an_error_with_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean “status”"):
        holds(parse_condition("statu = 'x'"), {"status": "x"})


def test_as_of_may_be_a_column_of_the_table():
    table = ibis.memtable({"due": [date(2026, 1, 1), date(2026, 3, 1)], "end_date": [date(2026, 2, 1)] * 2})
    kept = table.filter(condition(parse_condition("due < as_of"), lambda name: table[name], table.end_date))
    assert ibis.duckdb.connect().to_pyarrow(kept)["due"].to_pylist() == [date(2026, 1, 1)]


def test_plain_comparisons_stay_plain_so_that_files_can_be_skipped():
    clause = parse_condition("s = 'x' and i in (1, 2) and m >= 10")
    expected = (TABLE.s == "x") & TABLE.i.isin([1, 2]) & (TABLE.m >= 10)
    assert condition(clause, lambda name: TABLE[name]).equals(expected)


def test_condition_columns_in_the_order_of_reading():
    clause = parse_condition("a = b + 1 and (c in (a, d.e) or f is null) and g < as_of")
    assert condition_columns(clause) == ("a", "b", "c", "d.e", "f", "g")
