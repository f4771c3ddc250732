"""Formulas as text, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.formulas import column_formulas, conditions, formulas

from keiki.formula import Negate, Number, Reference, parse, parse_column, parse_condition, show, show_condition


@given(formulas)
def test_a_formula_shown_is_the_same_formula_again(formula):
    assert parse(show(formula)) == formula


@given(conditions)
def test_a_condition_shown_is_the_same_condition_again(condition):
    assert parse_condition(show_condition(condition)) == condition


@given(column_formulas)
def test_a_column_expression_shown_is_the_same_again(formula):
    assert parse_column(show(formula)) == formula


@pytest.mark.parametrize(
    "text",
    [
        "a - (b - c)",
        "a - b - c",
        "(a + b) * -c / (d / e)",
        "--a",
        "growth(a) * min(b, 0.5, 1200)",
        "a[x = 'it''s' and (y in (1, 'b') or z is not null); by p, q.r; within: 60d; goal: 'a b']",
        "a[due_on < as_of or metric = this_kpi and is_goal = true]",
    ],
)
def test_text_in_its_plainest_form_stays_as_it_is(text):
    assert show(parse(text)) == text


def test_needless_parentheses_and_wide_signs_go():
    assert show(parse("((ａ)＋(b×(c)))")) == "a + b * c"


def test_numbers_are_shown_without_an_exponent():
    assert [show(Number(n)) for n in (1200, 0.5, 1e21, 1e-7)] == ["1200", "0.5", "1" + "0" * 21, "0.0000001"]
    assert show(Number(-2)) == show(Negate(Number(2))) == "-2"


def test_a_reference_without_parts_has_no_brackets():
    assert show(Reference("revenue")) == "revenue"
