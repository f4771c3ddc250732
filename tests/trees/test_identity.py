"""Formulas that are the same number whatever the data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.formula import evaluate, parse
from keiki.trees.identity import fraction, powers, same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a * (b / a)", "b"),
        ("1 - lost / start", "(start - lost) / start"),
        ("(a - b) - (c - b)", "a - c"),
        ("sum(a, b) / 2", "0.5 * a + b / 2"),
        ("a / (b / c)", "a * c / b"),
        ("x[channel = 'a' and store = 'b']", "x[store = 'b' and channel = 'a']"),
        ("max(a, b) * c", "c * max(a, b)"),
    ],
)
def test_equal_formulas_are_proved(left: str, right: str) -> None:
    assert same(parse(left), parse(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [("a * b", "a"), ("a / b", "b / a"), ("x[channel = 'a']", "x"), ("prev(a)", "a"), ("a / 0", "b"), ("a + 1", "a")],
)
def test_different_formulas_are_not(left: str, right: str) -> None:
    assert not same(parse(left), parse(right))


def test_powers_of_a_product() -> None:
    assert powers(parse("a * b / (c * c) * 100")) == {"a": 1, "b": 1, "c": -2}
    assert powers(parse("a + b")) is None


def test_huge_product_is_left_alone() -> None:
    long = " * ".join(f"(a{i} + b{i} + c{i})" for i in range(8))
    assert fraction(parse(long)) is None
    assert not same(parse(long), parse(long + " + 1"))


NAMES = st.sampled_from(["a", "b", "c", "2"])
TEXTS = st.recursive(
    NAMES, lambda t: st.builds(lambda x, o, y: f"({x} {o} {y})", t, st.sampled_from("+-*/"), t), max_leaves=6
)


@given(TEXTS, TEXTS, st.tuples(*[st.floats(0.5, 4)] * 3))
def test_what_is_proved_is_true(left: str, right: str, numbers: tuple[float, ...]) -> None:
    known = dict(zip("abc", numbers, strict=True))
    first, second = (evaluate(parse(t), lambda r, _: known[r.id]) for t in (left, right))
    if same(parse(left), parse(right)) and first is not None and second is not None:
        assert first == pytest.approx(second, rel=1e-6, abs=1e-6)
