"""Whether the slope of a log-likelihood is the derivative of its level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import approx_fprime


def assert_slope(likelihood: Callable[[Any], tuple[float, Any]], *points: tuple[float, ...]) -> None:
    for point in points:
        at = np.array(point)
        level, slope = likelihood(at)
        near = approx_fprime(at, lambda v: likelihood(v)[0], 1e-7 * at)
        assert np.isfinite(level)
        np.testing.assert_allclose(slope, near, rtol=2e-4, atol=2e-4 * max(1.0, abs(level) / 100))
