"""The best values of a few positive parameters, how sure they are, and what that means for a number made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from keiki.customers.clv.cautions import Caution
from keiki.customers.clv.grouped import Numbers

EDGE = 14.0
"""Parameters are looked for between e^-14 and e^14 times the scale of the data."""
LOOSE = 1.0
"""A parameter whose logarithm has a larger standard error is not settled by the data: the 95 % interval then reaches
from a seventh to seven times its value."""
STEP = 1e-4
SMALL = 1e-9
"""Curvatures that far below the largest are rounding."""
TINY = 1e-300
"""The smallest curvature that is divided by: where nobody had a chance to do anything, there is none."""
ENOUGH = 1e-6
"""How flat it must be (log-likelihood per customer) where a search ends."""
MOST_STEPS, LONGEST = 500, 2.0
FLAT = 0.03
"""The least curvature (per customer) with which a search begins, so that its first step is not a leap."""
STEEP = 1e-4
"""A search that ends where it is steeper has failed."""
WIDE_STEP, UNMOVED, TINY_VARIANCE = 0.05, 0.02, 1e-12
"""Where the likelihood is flat its slope is mostly rounding, which a wide step evens out. A number whose logarithm
changes by less than the second while a parameter becomes e times as large does not depend on it. One that depends on
nothing is not known exactly: nothing is known of how far it lies off.
"""
NEAR, FAR = 1e-9, 1e-3
"""A Newton step shorter than the first ends the search; after one longer than the second the curvature is new."""

Slope = Callable[[Numbers], tuple[float, Numbers]]
"""The log-likelihood at some parameters and its derivative with respect to each of them."""


class Place(NamedTuple):
    """Where a search stands: the logarithms of the parameters, how high it is there and how steep."""

    logs: Numbers
    level: float
    slope: Numbers


@dataclass(frozen=True)
class Estimate:
    """What the data said about the parameters of a model.

    `covariance` is that of their logarithms, None where the likelihood is flat; `bend` is then how it bends in the
    other directions (second derivatives): a number that does not change in the flat ones is known all the same.
    `loose` are the parameters that the data does not settle. Models given by their parameters instead of by data have
    no estimate.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    log_likelihood: float
    customers: int
    covariance: tuple[tuple[float, ...], ...] | None = None
    bend: tuple[tuple[float, ...], ...] | None = None
    loose: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def standard_errors(self) -> Mapping[str, float] | None:
        """The standard error of each parameter, None where the likelihood is flat."""
        if self.covariance is None:
            return None
        errors = np.array(self.values) * np.sqrt(np.diag(self.covariance))
        return dict(zip(self.names, map(float, errors), strict=True))

    @property
    def bic(self) -> float:
        """Bayesian information criterion: smaller is better."""
        return len(self.names) * float(np.log(self.customers)) - 2 * self.log_likelihood


@dataclass(frozen=True)
class Interval:
    """A number with the range in which it lies with the probability `level`; both ends None where that is unknown."""

    value: float
    low: float | None
    high: float | None
    level: float


def maximum(
    likelihood: Slope,
    start: Mapping[str, float],
    customers: float,
    scale: Mapping[str, float] | None = None,
    shift: float = 0.0,
    cautions: Sequence[Caution] = (),
) -> Estimate:
    """The parameters under which the data is likeliest, by BFGS on their logarithms and Newton steps at the end.

    `scale` turns parameters back into the units of the data and `shift` their log-likelihood.
    """

    def downhill(logs: Numbers) -> tuple[float, Numbers]:
        if np.abs(logs).max() > EDGE:
            # Beyond the edge a bowl leads back, so that a search along a flat direction ends.
            inside = np.clip(logs, -EDGE, EDGE)
            beyond = logs - inside
            level, uphill = downhill(inside)
            return level + float(beyond @ beyond) / 2, np.where(beyond == 0, uphill, beyond)
        values = np.exp(logs)
        level, slope = likelihood(values)
        return -level / customers, slope * values / -customers

    at, curvature = _lowest(downhill, np.log(list(start.values())))
    logs, slope = at.logs, at.slope
    inverse = _inverse(curvature * customers)
    covariance, bend = _rows(inverse), None
    if covariance is None:
        wide = _curvature(downhill, np.clip(logs, -EDGE, EDGE), WIDE_STEP) * customers
        bend = _rows(wide) if np.isfinite(wide).all() else None
    names = tuple(start)
    loose = tuple(n for n, far in zip(names, _unsettled(curvature * customers, logs), strict=True) if far)
    told = list(cautions)
    if loose:
        told.append(Caution("not_identifiable", {"parameters": ", ".join(loose)}))
    if np.abs(slope[np.abs(logs) < EDGE - 0.5]).max(initial=0.0) > STEEP:
        told.append(Caution("not_converged"))
    values = np.exp(np.clip(logs, -EDGE, EDGE)) * [(scale or {}).get(name, 1.0) for name in names]
    likeliest = float(-at.level * customers + shift)
    return Estimate(names, tuple(map(float, values)), likeliest, int(customers), covariance, bend, loose, tuple(told))


def _lowest(downhill: Slope, logs: Numbers) -> tuple[Place, Numbers]:
    """Where the function is lowest, and its curvature there.

    A search that knows the curvature where it starts, which saves a third of the looks at the likelihood; where the
    data settles little, that leads astray, and a patient one from the same start is tried as well.
    """
    start = Place(logs, *downhill(logs))
    bowl = _inverse_of_bowl(_curvature_ahead(downhill, start))
    found = _polished(downhill, _descended(downhill, start, bowl))
    if np.abs(found[0].slope).max() < ENOUGH and _inverse(found[1]) is not None:
        return found
    patient = _polished(downhill, _descended(downhill, start, np.eye(len(logs))))
    return min(patient, found, key=lambda each: each[0].level)


def _descended(downhill: Slope, at: Place, inverse: Numbers) -> Place:
    """The way down by the method of Broyden, Fletcher, Goldfarb and Shanno, halving steps that do not lead down.

    `inverse` is what the inverse of the curvature is taken for at first. Own, because for four parameters SciPy's takes
    longer than the likelihood, and L-BFGS-B asks LAPACK for tiny matrices, whose threads wait for each other on a busy
    machine.
    """
    for _ in range(MOST_STEPS):
        step = -inverse @ at.slope
        if np.abs(at.slope).max() < ENOUGH or not step @ at.slope < 0:
            break
        step *= min(1.0, LONGEST / np.abs(step).max())
        there = Place(at.logs + step, *downhill(at.logs + step))
        while not there.level <= at.level + 1e-4 * (step @ at.slope):
            step = step / 2
            if np.abs(step).max() < 1e-12:
                return at
            there = Place(at.logs + step, *downhill(at.logs + step))
        turned = there.slope - at.slope
        bend = step @ turned
        if bend > 1e-14:
            moved = inverse @ turned
            across = np.outer(step, moved)
            along = (1 + turned @ moved / bend) * np.outer(step, step)
            inverse = inverse + (along - across - across.T) / bend
        at = there
    return at


def _polished(downhill: Slope, at: Place) -> tuple[Place, Numbers]:
    """Newton steps, so that the result does not depend on where the search gave up; and the curvature there."""
    curvature = _curvature(downhill, at.logs)
    for _ in range(4):
        if np.abs(at.logs).max() > EDGE - 0.5 or _inverse(curvature) is None:
            break
        step = np.linalg.solve(curvature, at.slope)
        reach = np.abs(step).max()
        if reach > 0.5 or reach < NEAR:
            break
        there = Place(at.logs - step, *downhill(at.logs - step))
        if there.level > at.level + 1e-12:
            break
        at = there
        if reach > FAR:
            curvature = _curvature(downhill, at.logs)
    return at, curvature


def _curvature_ahead(downhill: Slope, at: Place) -> Numbers:
    """A rough curvature from one look ahead per parameter."""
    rows = [(downhill(at.logs + move)[1] - at.slope) / STEP for move in STEP * np.eye(len(at.logs))]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def _inverse_of_bowl(curvature: Numbers) -> Numbers:
    """The inverse of a curvature whose directions all bend upwards, none of them less than FLAT."""
    if not np.isfinite(curvature).all():
        return np.eye(len(curvature))
    values, vectors = np.linalg.eigh(curvature)
    return np.asarray((vectors / np.maximum(np.abs(values), FLAT)) @ vectors.T)


def _curvature(downhill: Slope, logs: Numbers, step: float = STEP) -> Numbers:
    rows = [(downhill(logs + move)[1] - downhill(logs - move)[1]) / (2 * step) for move in step * np.eye(len(logs))]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def _unsettled(curvature: Numbers, logs: Numbers) -> NDArray[np.bool_]:
    """Which parameters take part in a direction in which the likelihood hardly changes, or ran to the edge."""
    if not np.isfinite(curvature).all():
        return np.ones(len(logs), dtype=bool)
    values, vectors = np.linalg.eigh(curvature)
    errors = np.sqrt(vectors**2 @ (1 / np.maximum(values, max(SMALL * values[-1], TINY))))
    return np.asarray((errors > LOOSE) | (np.abs(logs) > EDGE - 0.5))


def _inverse(curvature: Numbers) -> Numbers | None:
    """The inverse of a matrix that is positive definite beyond rounding, else None."""
    if not np.isfinite(curvature).all():
        return None
    values, vectors = np.linalg.eigh(curvature)
    if values[0] <= SMALL * values[-1]:
        return None
    return np.asarray((vectors / values) @ vectors.T)


def _rows(matrix: Numbers | None) -> tuple[tuple[float, ...], ...] | None:
    return None if matrix is None else tuple(tuple(map(float, row)) for row in matrix)


def interval(estimate: Estimate | None, number: Callable[..., float], level: float = 0.95) -> Interval:
    """How far a positive number made of the parameters could lie off, as they rest on a finite number of customers.

    `number` is given the parameters by name. Delta method on the logarithm, so that the range stays positive. Where the
    likelihood is flat in some direction, a number that changes in it has no range; nor has one as wide as the search
    itself (e^±14), which says nothing.
    """
    if estimate is None:
        raise ValueError("a model given by its parameters has no uncertainty")
    logs = np.log(estimate.values)

    def told(at: Numbers) -> float:
        return float(number(**dict(zip(estimate.names, map(float, np.exp(at)), strict=True))))

    value = told(logs)
    if not value > 0:
        return Interval(value, None, None, level)
    moves = STEP * np.eye(len(logs))
    slope = np.array([np.log(told(logs + move) / told(logs - move)) / (2 * STEP) for move in moves])
    variance = _variance(estimate, slope)
    reach = EDGE if variance is None else float(ndtri((1 + level) / 2) * np.sqrt(variance))
    if not reach < EDGE:
        return Interval(value, None, None, level)
    return Interval(value, float(value * np.exp(-reach)), float(value * np.exp(reach)), level)


def _variance(estimate: Estimate, slope: Numbers) -> float | None:
    """The variance of the logarithm of a number with this slope; None where it depends on what the data leaves open."""
    if estimate.covariance is not None:
        return float(slope @ np.array(estimate.covariance) @ slope)
    if estimate.bend is None:
        return None
    values, vectors = np.linalg.eigh(np.array(estimate.bend))
    along, settled = slope @ vectors, values > LOOSE
    if np.abs(along[~settled]).max(initial=0.0) > UNMOVED:
        return None
    variance = float(np.sum(along[settled] ** 2 / values[settled]))
    return variance if variance > TINY_VARIANCE else None
