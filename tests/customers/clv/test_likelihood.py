from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from keiki.customers.clv import bg_nbd, mbg_nbd
from keiki.customers.clv.buying import Buying
from keiki.customers.clv.grouped import History
from keiki.customers.clv.likelihood import interval, maximum

Numbers = NDArray[np.float64]


def exponential(total: float, n: int) -> object:
    """Waiting times with a rate: the likeliest rate is n / total, the standard error of its logarithm 1 / √n."""

    def slope(values: Numbers) -> tuple[float, Numbers]:
        rate = float(values[0])
        return n * np.log(rate) - rate * total, np.array([n / rate - total])

    return slope


def test_waiting_times_give_the_textbook_rate_and_error() -> None:
    found = maximum(exponential(50.0, 100), {"rate": 1.0}, 100)  # type: ignore[arg-type]
    assert found.values[0] == pytest.approx(2.0, rel=1e-9)
    errors = found.standard_errors
    assert errors is not None
    assert errors["rate"] == pytest.approx(0.2, rel=1e-6)
    assert (found.loose, found.cautions) == ((), ())
    assert found.log_likelihood == pytest.approx(100 * np.log(2.0) - 100)


def test_interval_of_a_mean_is_that_of_the_textbook() -> None:
    found = maximum(exponential(50.0, 100), {"rate": 1.0}, 100)  # type: ignore[arg-type]
    wait = interval(found, lambda rate: 1 / rate)
    assert wait.value == pytest.approx(0.5)
    assert wait.low == pytest.approx(0.5 * np.exp(-1.959964 * 0.1), rel=1e-5)
    assert wait.high == pytest.approx(0.5 * np.exp(1.959964 * 0.1), rel=1e-5)


def test_only_a_product_known_leaves_both_factors_loose() -> None:
    def slope(values: Numbers) -> tuple[float, Numbers]:
        rate = values[0] * values[1]
        steep = 100 / rate - 50.0
        return float(100 * np.log(rate) - rate * 50), np.array([steep * values[1], steep * values[0]])

    found = maximum(slope, {"a": 1.0, "b": 3.0}, 100)
    assert found.loose == ("a", "b")
    assert [c.code for c in found.cautions] == ["not_identifiable"]
    assert found.standard_errors is None
    product, width = interval(found, lambda a, b: a * b), 1.959964 / math.sqrt(100)
    assert (product.low, product.high) == pytest.approx((2 * math.exp(-width), 2 * math.exp(width)), rel=1e-3)
    assert interval(found, lambda a, b: a).low is None


@pytest.mark.parametrize("fit", [bg_nbd.fit, mbg_nbd.fit])
def test_what_flat_directions_leave_alone_has_the_range_of_the_textbook(fit: Callable[[History], Buying]) -> None:
    """A hundred customers who all buy at one rate and never leave: of four parameters the data settles that rate alone.

    Of 300 purchases the rate is known up to e^(±1.96 / √300).
    """
    history = History.of([5] * 50 + [1] * 50, [100] * 50 + [30] * 50, [100] * 50 + [30] * 50)
    model = fit(history)
    assert model.estimate is not None
    assert model.estimate.loose
    found = model.interval(lambda one: float(one.expected_purchases(history, 365).sum()))
    width = 1.959964 / math.sqrt(300)
    assert found.low == pytest.approx(found.value * math.exp(-width), rel=1e-3)
    assert found.high == pytest.approx(found.value * math.exp(width), rel=1e-3)


def test_search_finds_the_end_of_a_narrow_bent_valley() -> None:
    """Rosenbrock's valley over the logarithms: slow for any search that does not learn its bend."""

    def slope(values: Numbers) -> tuple[float, Numbers]:
        x, y = np.log(values)
        level = -((1 - x) ** 2) - 100 * (y - x * x) ** 2
        return float(level), np.array([2 * (1 - x) + 400 * x * (y - x * x), -200 * (y - x * x)]) / values

    found = maximum(slope, {"a": 0.3, "b": 4.0}, 1)
    assert found.values == pytest.approx((np.e, np.e), rel=1e-6)
