"""What people write, as nodes; what they mistype, with its place."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keiki.errors import FormulaError
from keiki.formula import (
    AsOf,
    Binary,
    Boolean,
    Both,
    Call,
    Compare,
    Either,
    IsNull,
    Negate,
    Number,
    OneOf,
    Reference,
    Text,
    ThisKpi,
    parse,
    parse_column,
    parse_condition,
)
from keiki.formula.parse import MAX_DEPTH

A, B, C = Reference("a"), Reference("b"), Reference("c")
A1, B2, C3 = (Compare("=", column, Number(n)) for n, column in enumerate((A, B, C), 1))
READERS = (parse, parse_condition, parse_column)


def mistake(text, read=parse, **options):
    with pytest.raises(FormulaError) as caught:
        read(text, **options)
    return caught.value


# --- formulas ---


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("(a + b) * c", Binary("*", Binary("+", A, B), C)),
        ("a / b * c", Binary("*", Binary("/", A, B), C)),
        ("-a * b", Binary("*", Negate(A), B)),
        ("a - -1", Binary("-", A, Negate(Number(1)))),
        ("growth(a) + coalesce(b, 0)", Binary("+", Call("growth", (A,)), Call("coalesce", (B, Number(0))))),
        ("min + prev(min)", Binary("+", Reference("min"), Call("prev", (Reference("min"),)))),
        ("１２．５×（ａ＋ｂ）", Binary("*", Number(12.5), Binary("+", A, B))),
    ],
)
def test_arithmetic_binds_as_in_school(text, formula):
    assert parse(text) == formula


def test_a_reference_with_every_part():
    text = "n_stage_reached[pipeline = 'viewing' and stage <> 'won'; by channel, customer.kind; from: a; within: 60d]"
    assert parse(text) == Reference(
        "n_stage_reached",
        Both(Compare("=", Reference("pipeline"), Text("viewing")), Compare("<>", Reference("stage"), Text("won"))),
        ("channel", "customer.kind"),
        (("from", "a"), ("within", "60d")),
    )


def test_parts_of_a_reference_may_come_in_any_order():
    assert parse("a[window: to_date; by project; x = 1]") == parse("a[x=1; by project; window: to_date]")


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("a[within: 60d]", (("within", "60d"),)),
        ("a[min: 2]", (("min", "2"),)),
        ("a[lookback: 0.5; model: 'last touch']", (("lookback", "0.5"), ("model", "last touch"))),
        ("ａ［ａｔ：１２ｍ］", (("at", "12m"),)),
    ],
)
def test_parameters_are_words(text, params):
    assert parse(text) == Reference("a", params=params)


def test_a_column_called_by_can_be_asked_for():
    assert parse("a[by = 1]") == Reference("a", Compare("=", Reference("by"), Number(1)))
    assert parse("a[by in (1); by by]") == Reference("a", OneOf(Reference("by"), (Number(1),)), ("by",))


def test_places_are_offsets_in_the_text_as_typed():
    formula = parse("ａ ÷ prev(b)")
    assert (formula.at, formula.left.at, formula.right.at, formula.right.arguments[0].at) == (2, 0, 4, 9)


# --- conditions and columns ---


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a = 1 or b = 2 and c = 3", Either(A1, Both(B2, C3))),
        ("(a = 1 or b = 2) and c = 3", Both(Either(A1, B2), C3)),
        ("a in ('x', 2)", OneOf(A, (Text("x"), Number(2)))),
        ("a is null AND b IS NOT NULL", Both(IsNull(A), IsNull(B, negated=True))),
        ("a >= (b - 1) * 2", Compare(">=", A, Binary("*", Binary("-", B, Number(1)), Number(2)))),
        ("(a) < as_of", Compare("<", A, AsOf())),
        ("a = this_kpi", Compare("=", A, ThisKpi())),
        ("a <> FALSE", Compare("<>", A, Boolean(False))),
        ("order.status ＝ ’済’", Compare("=", Reference("order.status"), Text("済"))),
        ("a <> 'it''s'", Compare("<>", A, Text("it's"))),
        ("hours(a, b) > 24", Compare(">", Call("hours", (A, B)), Number(24))),
    ],
)  # fmt: skip
def test_conditions(text, condition):
    assert parse_condition(text) == condition


def test_column_expressions():
    assert parse_column("views * length_seconds") == Binary("*", Reference("views"), Reference("length_seconds"))
    assert parse_column("hours(a, b)") == Call("hours", (A, B))


# --- mistakes ---


@pytest.mark.parametrize(
    ("read", "text", "reason", "place"),
    [
        (parse, "  ", "empty", 2),
        (parse, "a b", "expected", 2),
        (parse, "a +", "expected", 3),
        (parse, "+a", "expected", 0),
        (parse, "(a", "expected", 2),
        (parse, "a)", "expected", 1),
        (parse, "a + 'x'", "expected", 4),
        (parse, "a + true", "expected", 4),
        (parse, "a = b", "expected", 2),
        (parse, "12m", "number", 0),
        (parse, "a[]", "expected", 2),
        (parse, "a[x = 1;]", "expected", 8),
        (parse, "a[b]", "not_condition", 2),
        (parse, "a[b = 1", "expected", 7),
        (parse, "a[by b, b]", "twice", 8),
        (parse, "a[by b; by c]", "twice", 8),
        (parse, "a[at: 1; at: 2]", "twice", 9),
        (parse, "a[at: -1]", "expected", 6),
        (parse, "a[x = 1; y = 2]", "twice", 9),
        (parse, "a[b[c = 1] = 1]", "column_brackets", 2),
        (parse, "prev(a, b)", "arguments", 0),
        (parse, "sum()", "expected", 4),
        (parse, "sqrt(a)", "function", 0),
        (parse, "hours(a, b)", "function_here", 0),
        (parse_column, "prev(a)", "function_here", 0),
        (parse_column, "a = 1", "expected", 2),
        (parse_column, "a * 'x'", "not_number", 4),
        (parse_column, "'x'", "not_number", 0),
        (parse_condition, "a", "not_condition", 0),
        (parse_condition, "a = 1 and b", "not_condition", 10),
        (parse_condition, "(a = 1) + 2 = 3", "not_number", 0),
        (parse_condition, "(a = 1) = true", "not_value", 0),
        (parse_condition, "a = b = c", "expected", 6),
        (parse_condition, "a in ()", "expected", 6),
        (parse_condition, "a is 1", "expected", 5),
        (parse_condition, "not a = 1", "expected", 0),
        (parse_condition, "as_of - 1 = a", "not_number", 0),
    ],
)
def test_a_mistake_is_named_with_its_place(read, text, reason, place):
    error = mistake(text, read)
    assert (error.reason, error.place, error.text) == (reason, place, text)


def test_the_picture_points_at_the_place():
    assert str(mistake("n_orders / (n_visits")) == (
        "Expected “)” but found the end.\nn_orders / (n_visits\n                    ^"
    )
    assert mistake("売上 ÷ ＋").picture == "売上 ÷ ＋\n　　   ^"
    far = mistake("a + " * 40 + "$" + " + a" * 40)
    before, _, after = far.picture.partition("\n")
    assert (before[0], before[len(after) - 1], before[-1]) == ("…", "$", "…")


def test_words_in_japanese():
    assert mistake("売上 / ").words("ja") == "ここには値が必要ですが、式の終わりになっています。\n売上 / \n　　   ^"


def test_an_unknown_id_gets_the_nearest_one_suggested():
    error = mistake("n_orders / n_sesions", known=["n_orders", "n_sessions"])
    assert (error.reason, error.place) == ("unknown", 11)
    assert str(error).startswith("There is no “n_sesions”. Did you mean “n_sessions”?\n")
    assert error.words("ja").startswith("「n_sesions」は見つかりません。「n_sessions」ではありませんか。\n")
    assert str(mistake("zzz", known=["n_orders"])).startswith("There is no “zzz”.\n")
    assert mistake("1 = colour", parse_condition, known=["color"]).place == 4


def test_known_ids_are_not_the_columns_of_conditions():
    assert parse("a[x = 1]", known={"a"}) == Reference("a", Compare("=", Reference("x"), Number(1)))


def test_an_unknown_function_gets_the_nearest_one_suggested():
    assert "Did you mean “growth”?" in str(mistake("grwth(a)"))


# --- limits and hostile texts ---


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("prev(", ")"), ("-", "")])
def test_depth_is_limited(opening, closing):
    inside = opening * MAX_DEPTH + "a" + closing * MAX_DEPTH
    assert parse(inside) == parse(inside)
    assert mistake(opening * 100 + "a" + closing * 100).reason == "too_deep"
    assert mistake(opening * 100 + "a").reason == "too_deep"


def test_depth_counts_through_brackets():
    assert mistake("(" * 39 + "a[" + "(" * 5 + "b = 1" + ")" * 5 + "]" + ")" * 39).reason == "too_deep"


def test_many_open_conditions_are_read_in_one_pass():
    assert mistake("(" * 300 + "a", parse_condition).reason == "too_deep"
    assert parse_condition("(" * 40 + "a" + ")" * 40 + " = 1") == Compare("=", A, Number(1))


def test_ten_million_characters_are_refused_at_once():
    error = mistake("a+" * 5_000_000)
    assert (error.reason, len(error.text)) == ("too_long", 2_000)


SIGNS = "abn_10.9 ()[]+-*/<>=,;:'’‘＇（＋−×÷）．≠あ\x00\ud800\u200b\u202e\u0301²aа"
WORDS = ("prev(", "growth(", "a[", "by ", "x = ", " in (", "is null", " and ", " or ", "12m", "as_of", ")", "]", ";")


@given(st.text() | st.text(SIGNS, max_size=60) | st.lists(st.sampled_from((*WORDS, *SIGNS))).map("".join))
@example("{reason}")
@example("{0.__class__}")
def test_no_text_raises_anything_but_a_formula_error(text):
    for read in READERS:
        error = refused(read, text)
        assert error is None or 0 <= error.place <= len(text)
        assert error is None or [error.words(language).encode()[-1:] for language in ("en", "ja")] == [b"^", b"^"]


def refused(read, text):
    try:
        read(text)
    except FormulaError as error:
        return error
    return None


# --- the catalogue ---


@pytest.fixture(scope="module")
def spec(shared_data) -> Path:
    folder = shared_data.parent / "spec"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/spec is not on this machine")
    return folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_formula_of_the_catalogue_is_read(spec):
    read = {row["id"]: parse(row["formula"]) for row in rows(spec / "kpis.csv")}
    assert len(read) == 573
    assert read["revenue_yoy_ratio"] == Binary("/", Reference("revenue"), Call("prev", (Reference("revenue"),)))


def test_every_condition_and_column_of_the_measures_is_read(spec):
    measures = rows(spec / "measures.csv")
    conditions = {row["id"]: parse_condition(row["where"]) for row in measures if row["where"]}
    columns = {row["id"]: parse_column(row["column"]) for row in measures if row["column"]}
    assert len(measures) == 239
    assert conditions["n_new_customers"] == IsNull(Reference("acquired_on"), negated=True)
    assert columns["n_customers"] == Reference("customer_id")
