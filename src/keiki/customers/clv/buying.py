"""What every model of buying without a contract answers: purchases ahead, who is still there, money with discount."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from keiki.customers.clv.cautions import Caution, cautions_of
from keiki.customers.clv.grouped import History, Numbers, Unit
from keiki.customers.clv.likelihood import Estimate, Interval, interval, maximum

MONTHS = 12


@dataclass(frozen=True)
class Buying(ABC):
    """A fitted model of customers who buy when they like and leave without a word.

    Times are in `unit`. `estimate` is None for parameters that were given instead of fitted.
    """

    unit: Unit = Unit.DAY
    estimate: Estimate | None = None

    names: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))

    @abstractmethod
    def _alive(self, history: History) -> Numbers: ...

    @abstractmethod
    def _if_alive(self, history: History, ahead: float) -> Numbers: ...

    @abstractmethod
    def _of_newcomer(self, age: Numbers) -> Numbers: ...

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self.names}

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What limits what the numbers of this model are worth."""
        return self.estimate.cautions if self.estimate else ()

    def probability_alive(self, history: History) -> Numbers:
        """The chance that a customer has not left, one per row (0 to 1)."""
        return self._alive(history.told_in(self.unit))

    def expected_purchases(self, history: History, ahead: float) -> Numbers:
        """Purchases expected in the next `ahead` units of time of this model, one per row."""
        history = history.told_in(self.unit)
        return self._alive(history) * self._if_alive(history, ahead)

    def purchases_of_newcomer(self, age: ArrayLike) -> Numbers:
        """Repeat purchases expected of somebody new up to some ages, in units of this model."""
        return self._of_newcomer(np.atleast_1d(np.asarray(age, dtype=np.float64)))

    def repeat_purchases_by(self, history: History, moment: float) -> float:
        """Repeat purchases expected of everybody up to `moment`, counted from the first purchase of the oldest.

        A newcomer's expectation summed over the days customers began: the line of a tracking chart.
        """
        history = history.told_in(self.unit)
        begun = history.age.max() - history.age
        ages, back = np.unique(np.maximum(moment - begun, 0.0), return_inverse=True)
        return float(self._of_newcomer(ages)[back] @ history.customers)

    def clv(
        self, history: History, value: ArrayLike, *, discount: float = 0.1, months: int = MONTHS, margin: float = 1.0
    ) -> Numbers:
        """What the purchases of the next months are worth today, one per row, in the money of `value`.

        `value` is the money expected per purchase (such as `GammaGamma.expected_value`), `margin` the share of it that
        is profit, `discount` the yearly rate. A month is a twelfth of 365.25 days, and its money comes in its middle.
        """
        history = history.told_in(self.unit)
        alive = self._alive(history)
        before, worth = np.zeros(len(alive)), np.zeros(len(alive))
        for month in range(1, months + 1):
            until = self._if_alive(history, month / MONTHS * self.unit.of_year)
            worth += (until - before) * (1 + discount) ** -((month - 0.5) / MONTHS)
            before = until
        return np.asarray(alive * worth * np.asarray(value, dtype=np.float64) * margin)

    def interval(self, number: Callable[[Self], float], level: float = 0.95) -> Interval:
        """The range of a positive number of this model, such as `lambda m: m.expected_purchases(h, 365).sum()`."""
        return interval(self.estimate, lambda **at: number(type(self)(unit=self.unit, **at)), level)


def fitted(
    history: History,
    likelihood: Callable[[History, float], Callable[[Numbers], tuple[float, Numbers]]],
    start: dict[str, float],
    times: tuple[str, ...],
    cautions: tuple[Caution, ...] = (),
) -> Estimate:
    """The estimate of a model whose parameters `times` are lengths of time.

    They are looked for in units of the oldest customer's age, so that days and weeks give the same.
    """
    grouped = history.grouped()
    scale = float(grouped.age.max()) or 1.0
    unseen = () if grouped.age.max() > 0 else (Caution("nothing_seen"),)
    purchases = float(grouped.frequency @ grouped.customers)
    return maximum(
        likelihood(grouped, scale),
        start,
        grouped.customers.sum(),
        scale=dict.fromkeys(times, scale),
        shift=-purchases * float(np.log(scale)),
        cautions=(*unseen, *cautions_of(grouped), *cautions),
    )
