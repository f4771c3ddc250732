"""Formulas over plain numbers: undefined is None, growth is cheap, money adds exactly."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formulas import formulas

from keiki.errors import FormulaError
from keiki.formula import column_names, evaluate, parse, parse_column, references

HUGE = 1.7e308


def worth(text, /, **values):
    """The value of a formula; a list gives a reference's value by steps back."""

    def resolve(reference, back):
        value = values[reference.id]
        return value[back] if isinstance(value, list) else value

    return evaluate(parse(text), resolve)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * 2", 12.0),
        ("-(a - b) / 2", 1.5),
        ("a / b", 0.4),
        ("min(a, b, 3)", 2.0),
        ("max(a, -b)", 2.0),
        ("sum(a, b, 1)", 8.0),
        ("coalesce(b, a)", 5.0),
        ("7", 7.0),
    ],
)
def test_arithmetic(text, value):
    assert worth(text, a=2, b=5) == value


@pytest.mark.parametrize("text", ["a / 0", "a / (b - b)", "0 / 0", "a + n", "n / b", "-n", "n", "prev(n)", "growth(n)"])
def test_undefined_is_none(text):
    assert worth(text, a=2, b=5, n=None) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("min(a, n)", 2.0),
        ("max(n, a)", 2.0),
        ("sum(n, a, n)", 2.0),
        ("coalesce(n, a)", 2.0),
        ("coalesce(a / 0, 9)", 9.0),
        ("min(n, n)", None),
        ("sum(n)", None),
        ("coalesce(n, n)", None),
    ],
)
def test_missing_arguments_are_left_out(text, value):
    assert worth(text, a=2, n=None) == value


@pytest.mark.parametrize(
    "value", [math.inf, -math.inf, math.nan, Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN"), 10**400]
)
@pytest.mark.parametrize("text", ["a", "a + 1", "-a", "growth(a)", "sum(a)"])
def test_what_is_no_finite_number_is_none(text, value):
    assert worth(text, a=value) is None


@pytest.mark.parametrize("text", ["a * 10", "a + a", "a - (-a)", "a / 0.1", "sum(a, a)", "max(a * 10 - a * 10, 1)"])
def test_overflow_is_none(text):
    assert worth(text, a=HUGE) is None


def test_numbers_of_every_kind_become_floats():
    for value in (2, 2.0, Decimal("2"), Fraction(2)):
        assert worth("a", a=value) == worth("a * 1", a=value) == 2.0
        assert isinstance(worth("a", a=value), float)


def test_sums_of_money_are_exact_on_the_way():
    assert worth("a + b - c", a=Decimal("0.1"), b=Decimal("0.2"), c=Decimal("0.3")) == 0.0
    assert worth("sum(a, b) - c", a=Decimal("0.1"), b=Decimal("0.2"), c=Decimal("0.3")) == 0.0
    assert worth("-a + min(b, a)", a=Decimal("0.1"), b=Decimal("0.2")) == 0.0
    assert worth("a + b - c", a=0.1, b=0.2, c=0.3) == 5.551115123125783e-17
    assert worth("a + b", a=Decimal("1E+999999"), b=Decimal(1)) is None


def test_a_text_or_a_truth_is_no_number():
    for value in ("12", True):
        with pytest.raises(FormulaError) as caught:
            worth("x + a", x=1, a=value)
        assert (caught.value.reason, caught.value.text) == ("not_number", "a")


def test_prev_counts_the_steps_back():
    assert worth("a - prev(a) - prev(prev(a))", a=[7, 4, 1]) == 2.0
    assert worth("prev(a + prev(b))", a=[0, 4], b=[0, 0, 10]) == 14.0


def test_growth_is_the_change_over_the_value_before():
    assert worth("growth(a)", a=[120, 100]) == pytest.approx(0.2)
    assert worth("growth(a)", a=[120, 0]) is None
    assert worth("growth(growth(a))", a=[144, 120, 80]) == pytest.approx((0.2 - 0.5) / 0.5)


def test_each_value_is_asked_for_once_however_deep_growth_is_nested():
    asked = []

    def resolve(reference, back):
        asked.append(back)
        return 2.0 ** -(back**2)

    evaluate(parse("growth(" * 40 + "a" + ")" * 40), resolve)
    assert sorted(asked) == list(range(41))


def test_a_chain_as_long_as_the_limit_is_evaluated():
    assert worth("a" + "+a" * 199, a=1) == 200.0


def test_references_in_the_order_of_reading():
    found = references(parse("a / growth(b[x = y]) + max(c, -a)"))
    assert [reference.id for reference in found] == ["a", "b", "c", "a"]
    assert [reference.at for reference in found] == [0, 11, 27, 31]
    assert column_names(parse_column("views * length / views")) == ("views", "length")


@given(formulas, st.dictionaries(st.integers(0, 3), st.none() | st.floats(), max_size=4))
def test_the_value_is_always_a_finite_number_or_none(formula, values):
    found = evaluate(formula, lambda reference, back: values.get((len(reference.id) + back) % 4))
    assert found is None or math.isfinite(found)
