"""Had you used this a year ago: what a forecast said at that time, and what customers then did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from keiki.customers.clv.buying import Buying
from keiki.customers.clv.grouped import History, Numbers, Unit, frozen
from keiki.errors import CustomersImpossible

MOST = 7
"""Customers with that many purchases or more are shown together."""


@dataclass(frozen=True)
class Class:
    """Customers who had bought again equally often: mean purchases after the split, as told and as they were."""

    frequency: int
    and_more: bool
    customers: int
    expected: float
    naive: float
    actual: float


@dataclass(frozen=True)
class HoldOut:
    """A forecast made from the time before a day, beside the purchases of the `ahead` units after it.

    `naive` is everybody's own rate carried on: purchases so far by the time since the first. Errors are mean absolute
    errors per customer.
    """

    ahead: float
    unit: Unit
    customers: int
    expected: float
    naive: float
    actual: float
    error: float
    naive_error: float
    classes: tuple[Class, ...]

    @property
    def off(self) -> float | None:
        """By which share the total was too high (above 0) or too low; None when nobody bought."""
        return self.expected / self.actual - 1 if self.actual else None

    @property
    def better_by(self) -> float | None:
        """By which share its error is below the naive one; None when the naive forecast was exact."""
        return 1 - self.error / self.naive_error if self.naive_error else None

    def words(self, language: str) -> str:
        """The sentence beside the chart, in `en` or `ja`."""
        told = {"expected": self.expected, "actual": self.actual, "off": self.off}
        if self.off is None or self.better_by is None:
            return NOTHING[language.startswith("ja")].format(**told)
        total, better, worse = SENTENCES[language.startswith("ja")]
        return total.format(**told) + (better if self.better_by >= 0 else worse).format(abs(self.better_by))


NOTHING = (
    "It would have told {expected:,.0f} purchases; there were {actual:,.0f}.",
    "予測は{expected:,.0f}回、実際は{actual:,.0f}回でした。",
)
SENTENCES = (
    (
        "It would have told {expected:,.0f} purchases; there were {actual:,.0f} ({off:+.0%}).",
        " Per customer its error is {:.0%} below that of carrying each one's own rate on.",
        " Per customer its error is {:.0%} above that of carrying each one's own rate on: better not used.",
    ),
    (
        "予測は{expected:,.0f}回、実際は{actual:,.0f}回でした（{off:+.0%}）。",
        "顧客ごとの誤差は、これまでのペースが続くとみなした場合より{:.0%}小さくなります。",
        "顧客ごとの誤差は、これまでのペースが続くとみなした場合より{:.0%}大きく、使わないほうがよい予測です。",
    ),
)


def held_out(model: Buying, history: History, after: ArrayLike, ahead: float) -> HoldOut:
    """The forecast of a model that knows only `history`, compared with the purchases `after` it, one per row.

    `ahead` is the length of the held-out span in the unit of the history. Rows may stand for several customers who
    were alike before and after. Raises CustomersImpossible when `after` has another length.
    """
    span = ahead * model.unit.of_year / history.unit.of_year
    return compared(history, model.expected_purchases(history, span), after, ahead)


def compared(history: History, expected: Numbers, after: ArrayLike, ahead: float) -> HoldOut:
    """What was expected of each row of a history, beside its purchases `after` it; raises as `held_out`."""
    actual = frozen(after)
    if len(actual) != len(history.age):
        raise CustomersImpossible(rule="equal lengths", row=min(len(actual), len(history.age)) + 1)
    naive = naive_purchases(history, ahead)
    weights = history.customers

    def mean_error(told: Numbers) -> float:
        return float(np.average(np.abs(told - actual), weights=weights))

    return HoldOut(
        ahead,
        history.unit,
        history.size,
        float(expected @ weights),
        float(naive @ weights),
        float(actual @ weights),
        mean_error(expected),
        mean_error(naive),
        _classes(history, expected, naive, actual),
    )


def naive_purchases(history: History, ahead: float) -> Numbers:
    """Everybody's own rate carried on; 0 for those who came on the last day."""
    rate = np.divide(history.frequency, history.age, out=np.zeros(len(history.age)), where=history.age > 0)
    return np.asarray(rate * ahead)


def _classes(history: History, *columns: Numbers) -> tuple[Class, ...]:
    found = []
    kinds = np.minimum(history.frequency, MOST).astype(int)
    for kind in np.unique(kinds):
        rows = kinds == kind
        weights = history.customers[rows]
        expected, naive, actual = (float(np.average(column[rows], weights=weights)) for column in columns)
        found.append(Class(int(kind), bool(kind == MOST), int(weights.sum()), expected, naive, actual))
    return tuple(found)
