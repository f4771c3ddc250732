"""What a model is fitted to: customers with equal numbers counted together, in small frozen arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keiki.errors import CustomersImpossible, NoCustomers

Numbers = NDArray[np.float64]
DAYS_OF_YEAR = 365.25
WEEK = 7
LEVELS = 100_000
"""Whole numbers up to here stand for themselves when rows are counted; larger ones are sorted."""


class Unit(StrEnum):
    """What time is counted in. The values of a fitted model do not depend on it, only its scale."""

    DAY = "day"
    WEEK = "week"

    @property
    def of_year(self) -> float:
        """How many of them a year has."""
        return DAYS_OF_YEAR if self is Unit.DAY else DAYS_OF_YEAR / WEEK


@dataclass(frozen=True)
class History:
    """When customers bought, one row per customer or per group of equal ones.

    `frequency` days with a purchase after the first one, `recency` time from the first to the last of them, `age` time
    from the first purchase until today, both in `unit`; `customers` how many a row stands for; `mean_value` the mean
    money of a repeat purchase (NaN without one), None when nobody asked for money.
    """

    frequency: Numbers
    recency: Numbers
    age: Numbers
    customers: Numbers
    unit: Unit = Unit.DAY
    mean_value: Numbers | None = None

    @classmethod
    def of(
        cls,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        customers: ArrayLike | None = None,
        unit: Unit | str = Unit.DAY,
        mean_value: ArrayLike | None = None,
    ) -> History:
        """A history from columns of equal length. Raises CustomersImpossible for rows that cannot be."""
        x, last, until = (frozen(column) for column in (frequency, recency, age))
        weights = frozen(np.ones(len(x)) if customers is None else customers)
        possible(
            {
                "frequency ≥ 0": x >= 0,
                "0 ≤ recency ≤ age": (last >= 0) & (last <= until + 1e-9),
                "frequency = 0 ⇔ recency = 0": (x > 0) == (last > 0),
                "customers > 0": weights > 0,
            }
        )
        return cls(x, last, until, weights, Unit(unit), None if mean_value is None else frozen(mean_value, empty=True))

    @classmethod
    def of_rows(cls, columns: Mapping[str, Sequence[Any] | Numbers], unit: Unit | str = Unit.DAY) -> History:
        """A history from the columns of `customers.history.history` or `grouped_history`, by name."""
        return cls.of(
            columns["frequency"],
            columns["recency"],
            columns["age"],
            columns.get("customers"),
            unit,
            columns.get("mean_value"),
        )

    @property
    def size(self) -> int:
        """The number of customers."""
        return int(self.customers.sum())

    @property
    def repeaters(self) -> int:
        """Customers with more than one purchase."""
        return int(self.customers[self.frequency > 0].sum())

    def grouped(self) -> History:
        """Rows with equal numbers put together, without their money. Raises NoCustomers when there is nobody."""
        if not self.size:
            raise NoCustomers()
        (x, last, until), counts = counted(self.customers, self.frequency, self.recency, self.age)
        return History(x, last, until, counts, self.unit)

    def told_in(self, unit: Unit) -> History:
        """The same customers with their times in another unit."""
        if unit is self.unit:
            return self
        factor = unit.of_year / self.unit.of_year
        return replace(self, recency=self.recency * factor, age=self.age * factor, unit=unit)


def frozen(values: ArrayLike, *, empty: bool = False) -> Numbers:
    """A column that nobody can change: one dimension, finite unless `empty` allows NaN."""
    column = np.array([np.nan if v is None else v for v in values] if isinstance(values, list | tuple) else values)
    try:
        column = np.atleast_1d(column.astype(np.float64))
    except (ValueError, TypeError) as error:
        raise CustomersImpossible(rule="numbers", row=1) from error
    possible({"numbers": np.isfinite(column) | (empty & np.isnan(column))})
    column.setflags(write=False)
    return column


def counted(weights: Numbers, *columns: Numbers) -> tuple[tuple[Numbers, ...], Numbers]:
    """The distinct rows of some columns, in order, and how much weight each has."""
    coded = [_coded(column) for column in columns]
    keys = np.zeros(len(weights), dtype=np.int64)
    for codes, values in coded:
        keys = keys * len(values) + codes
    if (weights == 1).all():
        found, sizes = np.unique(keys, return_counts=True)
        counts = sizes.astype(np.float64)
    else:
        found, back = np.unique(keys, return_inverse=True)
        counts = weighed(back, weights)
    rows = []
    for _, values in reversed(coded):
        rows.append(values[found % len(values)])
        found = found // len(values)
    return tuple(reversed(rows)), counts


def levels(column: Numbers, weights: Numbers) -> tuple[Numbers, Numbers, NDArray[np.int64]]:
    """The distinct values of a column, the weight of each, and where every row has its value."""
    codes, values = _coded(column)
    there = np.flatnonzero(np.bincount(codes))
    place = np.zeros(len(values), dtype=np.int64)
    place[there] = np.arange(len(there))
    at = place[codes]
    return values[there], weighed(at, weights), at


def summed(weights: Numbers, values: Numbers) -> float:
    """The sum of the products. Without BLAS, whose threads wait for each other on a busy machine."""
    return float(np.einsum("i,i", weights, values))


def weighed(place: NDArray[np.integer[Any]], weights: Numbers) -> Numbers:
    """The weight at each place."""
    return np.bincount(place, weights).astype(np.float64, copy=False)


def _coded(column: Numbers) -> tuple[NDArray[np.int64], Numbers]:
    """Whole numbers that stand for the values, and the values by those numbers.

    Whole days, and weeks of whole days, need no sorting: they are numbers already.
    """
    if not len(column):
        return column.astype(np.int64), np.zeros(1)
    for steps in (1, WEEK):
        whole = np.rint(column * steps)
        if whole.min() >= 0 and whole.max() < LEVELS and np.abs(whole - column * steps).max() < 1e-9:
            return whole.astype(np.int64), np.arange(whole.max() + 1) / steps
    values, codes = np.unique(column, return_inverse=True)
    return codes.astype(np.int64), values


def possible(checks: Mapping[str, NDArray[np.bool_]]) -> None:
    """Raises CustomersImpossible with the rule and the first row that breaks it."""
    sizes = {len(good) for good in checks.values()}
    if len(sizes) > 1:
        raise CustomersImpossible(rule="equal lengths", row=min(sizes) + 1)
    for rule, good in checks.items():
        if not good.all():
            raise CustomersImpossible(rule=rule, row=int(np.flatnonzero(~good)[0]) + 1)
