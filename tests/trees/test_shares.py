"""Shares of a change: Shapley, LMDI, and the shapes of formulas."""

from __future__ import annotations

from itertools import permutations
from math import factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.formula import evaluate, parse
from keiki.trees.shares import (
    coalitions,
    coefficients,
    exponents,
    log_shares,
    logarithmic_mean,
    looks_back,
    mixed,
    shapley,
    slope,
)

POSITIVE = st.floats(1e-3, 1e6)


@given(worth=st.integers(1, 4).flatmap(lambda n: st.lists(st.floats(-1e6, 1e6), min_size=2**n, max_size=2**n)))
def test_shapley_is_the_mean_over_all_orders(worth: list[float]) -> None:
    count = len(worth).bit_length() - 1
    expected = [0.0] * count
    for order in permutations(range(count)):
        moved = 0
        for player in order:
            expected[player] += (worth[moved | 1 << player] - worth[moved]) / factorial(count)
            moved |= 1 << player
    assert shapley(np.array(worth)) == pytest.approx(expected, abs=1e-6)


@given(before=st.lists(POSITIVE, min_size=3, max_size=3), after=st.lists(POSITIVE, min_size=3, max_size=3))
def test_shapley_shares_sum_to_the_change(before: list[float], after: list[float]) -> None:
    a, b, c = mixed(before, after)
    worth = a * b / c
    assert sum(shapley(worth)) == pytest.approx(worth[-1] - worth[0], abs=1e-9 * float(np.abs(worth).max()))


@given(before=st.lists(POSITIVE, min_size=3, max_size=3), after=st.lists(POSITIVE, min_size=3, max_size=3))
def test_log_shares_sum_to_the_change(before: list[float], after: list[float]) -> None:
    first, second = dict(zip("abc", before, strict=True)), dict(zip("abc", after, strict=True))
    whole = tuple(v["a"] * v["b"] / v["c"] for v in (first, second))
    found = log_shares({"a": 1, "b": 1, "c": -1}, first, second, (whole[0], whole[1]))
    assert found is not None
    total = sum(found[n] * (second[n] - first[n]) for n in "abc")
    largest = max(abs(found[n] * (second[n] - first[n])) for n in "abc")
    assert total == pytest.approx(whole[1] - whole[0], abs=1e-9 * max(*whole, largest))


@given(b=POSITIVE, step=st.floats(-1e-4, 1e-4))
def test_logarithmic_mean_lies_between_and_is_steady_near_equality(b: float, step: float) -> None:
    a = b * (1 + step)
    assert logarithmic_mean(a, b) == pytest.approx((a + b) / 2, rel=1e-8)


def test_logarithmic_mean_is_its_formula() -> None:
    assert logarithmic_mean(20.0, 5.0) == pytest.approx(15 / log(4))


def test_logs_need_positive_numbers() -> None:
    assert log_shares({"a": 1}, {"a": 0.0}, {"a": 1.0}, (0.0, 1.0)) is None


def test_coalitions_are_numbered_by_their_members() -> None:
    assert coalitions(2).tolist() == [[False, False], [True, False], [False, True], [True, True]]


@pytest.mark.parametrize(
    ("formula", "powers"),
    [
        ("a * b / c", {"a": 1, "b": 1, "c": -1}),
        ("a / (b / c)", {"a": 1, "b": -1, "c": 1}),
        ("a * a", {"a": 2}),
        ("2 * a", {"a": 1}),
        ("-1 * a", None),
        ("a + b", None),
        ("a * (b + c)", None),
    ],
)
def test_exponents_of_a_pure_product(formula: str, powers: dict[str, int] | None) -> None:
    assert exponents(parse(formula)) == powers


@pytest.mark.parametrize(
    ("formula", "factors"),
    [
        ("a - (b - c)", {"a": 1.0, "b": -1.0, "c": 1.0}),
        ("2 * a + b / 4 - a", {"a": 1.0, "b": 0.25}),
        ("sum(a, b) + 5", {"a": 1.0, "b": 1.0}),
        ("-(a * 3)", {"a": -3.0}),
        ("a * b", None),
        ("a + 1 / b", None),
        ("max(a, b)", None),
    ],
)
def test_coefficients_of_a_sum(formula: str, factors: dict[str, float] | None) -> None:
    assert coefficients(parse(formula)) == factors


@pytest.mark.parametrize(
    ("formula", "steady"),
    [
        ("a * b + c", True),
        ("(b - a) / c", True),
        ("-a * b", True),
        ("sum(a * b, c)", True),
        ("b / c", True),
        ("max(b, c) * a", True),
        ("b / a", False),
        ("a * a", False),
        ("max(a, b)", False),
        ("b + c / a", False),
        ("sum(a, 1 / a)", False),
    ],
)
def test_slope_is_how_fast_the_formula_moves(formula: str, steady: bool) -> None:
    rate = slope(parse(formula), "a")
    assert (rate is not None) is steady
    if rate is not None:
        low, high = ({"a": a, "b": 3.0, "c": 7.0} for a in (2.0, 5.0))
        first, second = (evaluate(parse(formula), lambda r, _, v=v: v[r.id]) for v in (low, high))
        assert first is not None
        assert second is not None
        assert evaluate(rate, lambda r, _: low[r.id]) == pytest.approx((second - first) / 3)


@pytest.mark.parametrize(("formula", "back"), [("a + prev(b)", True), ("-growth(a)", True), ("max(a, -b)", False)])
def test_looks_back(formula: str, back: bool) -> None:
    assert looks_back(parse(formula)) is back


def test_numbers_too_far_apart_have_no_logarithmic_share() -> None:
    assert logarithmic_mean(1e-300, 1e300) == pytest.approx(1e300 / (600 * log(10)))
    assert log_shares({"a": 1}, {"a": 5e-324}, {"a": 1e-323}, (1.0, 2.0)) is None
