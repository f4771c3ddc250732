"""How much of a change each part of a formula made: Shapley for any formula, LMDI for products."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.trees.arrays import Array

MOST_FACTORS = 12
"""Shapley looks at every coalition of the factors: 4,096 of them at this number."""


@lru_cache(maxsize=MOST_FACTORS + 2)
def coalitions(count: int) -> NDArray[np.bool_]:
    """Every subset of `count` players, one row each; row number k holds player j when bit j of k is set."""
    return np.asarray((np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1)


@cache
def weights(count: int) -> tuple[float, ...]:
    """The Shapley weight of a coalition of 0, 1, … others, among `count` players."""
    return tuple(math.factorial(s) * math.factorial(count - s - 1) / math.factorial(count) for s in range(count))


def shapley(worth: Array) -> list[float]:
    """Each player's share of `worth[all] - worth[none]`, from the worth of every coalition (row order as above).

    The shares sum to the whole change; they are the mean over all orders in which the players can move.
    """
    count = int(math.log2(len(worth)))
    member = coalitions(count)
    weight = np.array(weights(count))
    shares = []
    for player in range(count):
        without = np.flatnonzero(~member[:, player])
        gain = worth[without | (1 << player)] - worth[without]
        shares.append(float(np.dot(weight[member[without].sum(axis=1)], gain)))
    return shares


def logarithmic_mean(a: float, b: float) -> float:
    """The mean between two positive numbers that makes log changes add up: (a - b) / (ln a - ln b).

    >>> round(logarithmic_mean(2.0, 1.0), 6), logarithmic_mean(3.0, 3.0)
    (1.442695, 3.0)
    """
    step = (a - b) / b
    if abs(step) < 1e-5:  # the quotient loses its digits here; its series does not
        return b * (1 + step / 2 - step * step / 12)
    ratio = a / b
    logs = math.log(ratio) if 0 < ratio < math.inf else math.log(a) - math.log(b)
    return (a - b) / logs


def exponents(formula: Formula) -> dict[str, int] | None:
    """The power of each factor when the formula is one product or quotient, None when it is anything else."""
    match formula:
        case Reference(id=name):
            return {name: 1}
        case Number(value=value):
            return {} if value > 0 else None
        case Binary(op="*" | "/" as op, left=left, right=right):
            first, second = exponents(left), exponents(right)
            if first is None or second is None:
                return None
            sign = 1 if op == "*" else -1
            return {n: first.get(n, 0) + sign * second.get(n, 0) for n in dict.fromkeys([*first, *second])}
        case _:
            return None


def coefficients(formula: Formula) -> dict[str, float] | None:
    """The factor of each part when the formula only adds and scales, None when it does more."""
    match formula:
        case Reference(id=name):
            return {name: 1.0}
        case Number():
            return {}
        case Negate(operand=operand):
            return _scaled(coefficients(operand), -1.0)
        case Binary(op="+" | "-" as op, left=left, right=right):
            return _added(coefficients(left), _scaled(coefficients(right), 1.0 if op == "+" else -1.0))
        case Binary(op="*", left=Number(value=scale), right=part):
            return _scaled(coefficients(part), scale)
        case Binary(op="*", left=part, right=Number(value=scale)):
            return _scaled(coefficients(part), scale)
        case Binary(op="/", left=part, right=Number(value=scale)) if scale != 0:
            return _scaled(coefficients(part), 1 / scale)
        case Call(name="sum", arguments=arguments):
            total: dict[str, float] | None = {}
            for argument in arguments:
                total = _added(total, coefficients(argument))
            return total
        case _:
            return None


def slope(formula: Formula, name: str) -> Formula | None:
    """How fast the formula moves with one of its parts, when that does not depend on the part itself.

    None when it does, as for the bottom of a quotient or a part that is named twice in a product.
    """
    match formula:
        case Reference(id=found):
            return Number(1.0) if found == name else Number(0.0)
        case Number():
            return Number(0.0)
        case Negate(operand=operand):
            inner = slope(operand, name)
            return inner and Negate(inner)
        case Binary(op="+" | "-" as op, left=left, right=right):
            return _joined(op, slope(left, name), slope(right, name))
        case Binary(op="*", left=left, right=right):
            return _product_slope(left, right, name)
        case Binary(op="/", left=left, right=right):
            inner = slope(left, name)
            return Binary("/", inner, right) if inner is not None and not _names(right, name) else None
        case Call(name="sum", arguments=(first, *rest)):
            added: Formula = first
            for argument in rest:
                added = Binary("+", added, argument)
            return slope(added, name)
        case _:
            return None if _names(formula, name) else Number(0.0)


def looks_back(formula: Formula) -> bool:
    """Whether the formula reads another period, so that its change is not a change of its parts alone."""
    match formula:
        case Call(name="prev" | "growth"):
            return True
        case Call(arguments=arguments):
            return any(looks_back(a) for a in arguments)
        case Binary(left=left, right=right):
            return looks_back(left) or looks_back(right)
        case Negate(operand=operand):
            return looks_back(operand)
        case _:
            return False


def mean_over_others(player: int, count: int, values: Array) -> Array:
    """The Shapley-weighted mean of `values` (rows: coalitions of `count` players) over those without the player."""
    member = coalitions(count)
    without = np.flatnonzero(~member[:, player])
    weight = np.array(weights(count))[member[without].sum(axis=1)]
    return np.asarray(weight @ values[without])


def mixed(before: Sequence[float], after: Sequence[float]) -> list[Array]:
    """Each player's value in every coalition: its later value where it has moved, its earlier one elsewhere."""
    member = coalitions(len(before))
    return [np.where(member[:, j], after[j], before[j]) for j in range(len(before))]


def log_shares(
    powers: Mapping[str, int], before: Mapping[str, float], after: Mapping[str, float], whole: tuple[float, float]
) -> dict[str, float] | None:
    """The LMDI factor of each part of a product: its share is this × its own change. None where logs do not exist."""
    if min(whole) <= 0 or any(before[n] <= 0 or after[n] <= 0 for n in powers):
        return None
    mean = logarithmic_mean(whole[1], whole[0])
    own = {n: logarithmic_mean(after[n], before[n]) for n in powers}
    if not all(0 < value < math.inf and mean / value < math.inf for value in own.values()):
        return None
    return {n: power * mean / own[n] for n, power in powers.items()}


def _product_slope(left: Formula, right: Formula, name: str) -> Formula | None:
    in_left, in_right = _names(left, name), _names(right, name)
    if in_left and in_right:
        return None
    inner = slope(left if in_left else right, name)
    return inner and Binary("*", inner, right if in_left else left)


def _names(formula: Formula, name: str) -> bool:
    match formula:
        case Reference(id=found):
            return found == name
        case Binary(left=left, right=right):
            return _names(left, name) or _names(right, name)
        case Negate(operand=operand):
            return _names(operand, name)
        case Call(arguments=arguments):
            return any(_names(a, name) for a in arguments)
        case _:
            return False


def _joined(op: str, left: Formula | None, right: Formula | None) -> Formula | None:
    return Binary(op, left, right) if left is not None and right is not None else None


def _scaled(parts: dict[str, float] | None, scale: float) -> dict[str, float] | None:
    return None if parts is None else {name: scale * value for name, value in parts.items()}


def _added(left: dict[str, float] | None, right: dict[str, float] | None) -> dict[str, float] | None:
    if left is None or right is None:
        return None
    return {n: left.get(n, 0.0) + right.get(n, 0.0) for n in dict.fromkeys([*left, *right])}
