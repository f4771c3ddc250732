"""Children taken out of formulas, put in and turned round, proved on numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keiki.formula import NUMBERS, evaluate, parse, show
from keiki.formula.nodes import Binary, Formula, Negate, Number, Reference
from keiki.trees.build import badge
from keiki.trees.parts import Inseparable, joined, named, renamed, turned, without

NAMES = ("a", "b", "c", "d", "e")
VALUES = {"a": 3.0, "b": 5.0, "c": 7.0, "d": 11.0, "e": 13.0}


@st.composite
def formulas(draw: st.DrawFn) -> Formula:
    """Arithmetic that names each of the first few letters once."""
    parts: list[Formula] = [Reference(name) for name in NAMES[: draw(st.integers(2, 5))]]
    while len(parts) > 1:
        left = parts.pop(draw(st.integers(0, len(parts) - 1)))
        right = parts.pop(draw(st.integers(0, len(parts) - 1)))
        if draw(st.integers(0, 5)) == 0:
            left = Binary("*", Number(2.0), left)
        made: Formula = Binary(draw(st.sampled_from("+-*/")), left, right)
        parts.append(Negate(made) if draw(st.integers(0, 6)) == 0 else made)
    return parts[0]


def value(formula: Formula | None, values: Mapping[str, float] = VALUES) -> float | None:
    if formula is None:
        return 0.0
    found = evaluate(formula, lambda reference, back: values[reference.id], NUMBERS)
    return None if found is None else float(found)


@given(formula=formulas(), child=st.sampled_from(NAMES))
def test_what_is_left_of_a_sum_is_its_value_without_the_child(formula: Formula, child: str) -> None:
    try:
        rest = without(formula, child)
    except Inseparable:
        return
    expected = value(formula, {**VALUES, child: 0.0})
    assume(expected is not None)
    assert value(rest) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert child not in named(rest)


@given(formula=formulas(), child=st.sampled_from(NAMES))
def test_what_is_left_of_a_product_is_its_value_with_the_factor_one(formula: Formula, child: str) -> None:
    rest = without(formula, child, factors=True)
    assert child not in named(rest)
    assert {*named(rest), child} == {*named(formula), child}


@given(formula=formulas(), child=st.sampled_from(NAMES))
def test_turned_sign_negates_and_turned_factor_inverts_the_child(formula: Formula, child: str) -> None:
    was = badge(formula, child) if child in named(formula) else None
    assume(was is not None)
    other = {"+": "-", "−": "+", "×": "/", "÷": "*"}[was or "+"]
    found = turned(formula, child, other)
    assume(found is not None)
    opposite = -VALUES[child] if other in "+-" else 1 / VALUES[child]
    expected = value(formula, {**VALUES, child: opposite})
    assume(expected is not None)
    assert value(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(formula=formulas(), operator=st.sampled_from("+-*/"))
def test_joined_child_stands_at_the_end(formula: Formula, operator: str) -> None:
    whole = value(formula)
    assume(whole is not None)
    expected = evaluate(Binary(operator, Number(whole or 0.0), Number(2.0)), lambda r, b: None, NUMBERS)
    assert value(joined(formula, "z", operator), {**VALUES, "z": 2.0}) == expected


def test_joined_first_child_is_the_formula() -> None:
    assert [show(joined(None, "a", operator)) for operator in "+-*/"] == ["a", "-a", "a", "1 / a"]


@pytest.mark.parametrize("text", ["max(a, b)", "prev(a) * b", "coalesce(a, b)", "a * b", "b / a", "a * 2 * b"])
def test_part_that_gives_the_rest_its_meaning_stays(text: str) -> None:
    with pytest.raises(Inseparable):
        without(parse(text), "a")


@pytest.mark.parametrize(
    ("text", "rest"),
    [("sum(a, b)", "sum(b)"), ("sum(a)", None), ("growth(a)", None), ("2 * a", None), ("b - a / 2", "b"), ("b", "b")],
)
def test_part_that_stands_for_itself_goes(text: str, rest: str | None) -> None:
    found = without(parse(text), "a")
    assert (show(found) if found is not None else None) == rest


def test_references_are_renamed_everywhere() -> None:
    assert show(renamed(parse("max(a, -b) * (a + c) / 2"), {"a": "x", "c": "y"})) == "max(x, -b) * (x + y) / 2"
