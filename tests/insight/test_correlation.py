"""Correlations with a delay, against what numpy gives and against series whose delay is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.insight.correlation import CorrelationRule, correlations, lag_correlation

NOISE = [float(value) for value in np.random.default_rng(7).normal(100, 10, 36)]
RAW = CorrelationRule(trend=False)
numbers = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=8, max_size=30)


def delayed(by: int, noise: float = 0.0) -> list[float | None]:
    rest = np.random.default_rng(8).normal(0, 1, 36)
    return [None] * by + [3 * value + noise * float(rest[place]) for place, value in enumerate(NOISE[: 36 - by])]


@pytest.mark.feature("F-121")
def test_series_two_periods_behind_has_its_highest_correlation_at_lag_two() -> None:
    told = lag_correlation(NOISE, delayed(2, noise=12))
    assert told.best is not None
    assert (told.best.lag, told.best.pairs, told.best.clear) == (2, 34, True)
    assert all(abs(told.best.r) > abs(each.r) for each in told.lags if each.lag != 2)


def test_correlation_is_that_of_numpy() -> None:
    told = lag_correlation(NOISE, delayed(0, noise=30), RAW).at(0)
    assert told is not None
    assert told.r == pytest.approx(float(np.corrcoef(NOISE, delayed(0, noise=30))[0, 1]), abs=1e-12)


def test_interval_is_that_of_fisher() -> None:
    """r = 0.5 from 28 independent pairs: 0.156 to 0.736 (worked by hand: tanh(0.5493 ∓ 1.96 / 5))."""
    told = lag_correlation([1.0, -1.0] * 14, [3.0, -1.0, 1.0, -3.0] * 7, CorrelationRule(most=0, trend=False))
    (found,) = told.lags
    reach = 1.959964 / (found.independent - 3) ** 0.5
    assert found.low == pytest.approx(np.tanh(np.arctanh(found.r) - reach), abs=1e-6)
    assert found.high == pytest.approx(np.tanh(np.arctanh(found.r) + reach), abs=1e-6)


def test_two_numbers_that_only_grow_do_not_correlate() -> None:
    """Taking the trend off keeps two lines that rise together from looking like cause and effect."""
    rest = np.random.default_rng(3).normal(0, 1, (2, 24))
    one, other = ([10 * month + float(rest[i, month]) for month in range(24)] for i in (0, 1))
    raw, plain = lag_correlation(one, other, RAW).at(0), lag_correlation(one, other).at(0)
    assert raw is not None
    assert plain is not None
    assert (raw.r > 0.99, plain.clear) == (True, False)


def test_months_without_a_value_are_no_pairs() -> None:
    driver: list[float | None] = [*NOISE]
    driver[5] = driver[9] = None
    assert [each.pairs for each in lag_correlation(driver, NOISE, CorrelationRule(most=1)).lags] == [34, 33]


def test_few_pairs_and_flat_series_have_no_correlation() -> None:
    assert lag_correlation(NOISE[:7], NOISE[:7]).best is None
    assert lag_correlation(NOISE, [5.0] * 36).best is None
    assert lag_correlation(NOISE, [2.0 * place for place in range(36)]).best is None


def test_neighbours_alike_are_worth_fewer_pairs() -> None:
    slow = [float(value) for value in np.cumsum(np.random.default_rng(1).normal(0, 1, 36))]
    told = lag_correlation(slow, slow).at(0)
    assert told is not None
    assert told.independent < told.pairs


@pytest.mark.feature("F-118")
def test_matrix_of_correlations_has_lag_and_sample_size_of_every_pair() -> None:
    series = {"visits": NOISE, "leads": delayed(1), "wins": delayed(3)}
    told = correlations(series)
    assert set(told) == {(one, other) for one in series for other in series if one != other}
    best = {pair: found.best for pair, found in told.items()}
    assert all(one is not None for one in best.values())
    strong = {pair: (one.lag, one.pairs) for pair, one in best.items() if one and one.r > 0.99}
    assert strong == {("visits", "leads"): (1, 35), ("visits", "wins"): (3, 33), ("leads", "wins"): (2, 33)}


@given(numbers)
def test_correlation_with_oneself_is_one_and_lies_in_its_interval(values: list[float]) -> None:
    for found in lag_correlation(values, values, RAW).lags:
        assert found.low <= found.r <= found.high
        assert found.independent <= found.pairs
        if found.lag == 0:
            assert found.r == pytest.approx(1)


@given(numbers, st.floats(0.5, 100), st.floats(-1000, 1000))
def test_unit_of_a_series_does_not_matter(values: list[float], factor: float, shift: float) -> None:
    steps = [after - before for before, after in pairwise(values)]
    if min((abs(step) for step in steps), default=0) < 1e-3:
        return
    one = lag_correlation(values, values, CorrelationRule(most=2)).lags
    other = lag_correlation([value * factor + shift for value in values], values, CorrelationRule(most=2)).lags
    assert [each.r for each in one] == pytest.approx([each.r for each in other], abs=1e-5)
