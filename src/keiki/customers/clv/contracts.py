"""How long contracts of one length are renewed: what the models of retention are fitted to and what they answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from keiki.customers.clv.cautions import FEWEST_CUSTOMERS, FEWEST_REPEATERS, Caution
from keiki.customers.clv.grouped import Numbers, counted, frozen
from keiki.customers.clv.likelihood import Estimate, Interval, interval
from keiki.errors import CustomersImpossible, NoCustomers


@dataclass(frozen=True)
class Contracts:
    """How often contracts were renewed, one row per contract or per group of equal ones.

    `lost` ended at the end of period `periods` (1 = never renewed); the others have been there for `periods` periods
    and go on. `customers` is how many a row stands for.
    """

    periods: Numbers
    lost: Numbers
    customers: Numbers

    @classmethod
    def of(cls, periods: ArrayLike, lost: ArrayLike, customers: ArrayLike | None = None) -> Contracts:
        """Contracts from columns of equal length. Raises CustomersImpossible for rows that cannot be."""
        length = frozen(periods)
        ended = frozen(np.asarray(lost, dtype=np.float64))
        weights = frozen(np.ones(len(length)) if customers is None else customers)
        if not len(length) == len(ended) == len(weights):
            raise CustomersImpossible(rule="equal lengths", row=min(len(length), len(ended), len(weights)) + 1)
        wrong = (length < ended) | (length != np.rint(length)) | (weights < 0)
        if wrong.any():
            raise CustomersImpossible(rule="periods = 0, 1, 2 …; lost ≥ 1", row=int(np.flatnonzero(wrong)[0]) + 1)
        return cls(length, ended, weights)

    @classmethod
    def of_survivors(cls, survivors: ArrayLike) -> Contracts:
        """One cohort by how many of it were there at its start and after each period.

        >>> Contracts.of_survivors([100, 80, 70]).customers.tolist()
        [20.0, 10.0, 70.0]
        """
        there = frozen(survivors)
        length = np.arange(1.0, len(there))
        return cls.of(
            np.append(length, len(there) - 1), np.append(np.ones(len(length)), 0), np.append(-np.diff(there), there[-1])
        )

    def grouped(self) -> Contracts:
        """Rows with equal numbers put together. Raises NoCustomers when there is nobody."""
        if not self.customers.sum():
            raise NoCustomers()
        (periods, lost), customers = counted(self.customers, self.periods, self.lost)
        return Contracts(periods, lost, customers)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What these contracts themselves say about a forecast."""
        size, ended = int(self.customers.sum()), int(self.customers @ self.lost)
        if size < FEWEST_CUSTOMERS or ended < FEWEST_REPEATERS:
            return (Caution("too_few_contracts", {"customers": size, "lost": ended}),)
        return ()


@dataclass(frozen=True)
class Renewing(ABC):
    """A fitted model of contracts that are renewed or not at the end of each period."""

    estimate: Estimate | None = None

    names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def _log_survival(self, periods: Numbers) -> Numbers: ...

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self.names}

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What limits what the numbers of this model are worth."""
        return self.estimate.cautions if self.estimate else ()

    def survival(self, periods: ArrayLike) -> Numbers:
        """The share of a cohort that is there after some numbers of periods (0 to 1)."""
        return np.asarray(np.exp(self._log_survival(np.asarray(periods, dtype=np.float64))))

    def retention(self, period: ArrayLike) -> Numbers:
        """The share of those there at the start of a period (1, 2 …) who stay to its end."""
        at = np.asarray(period, dtype=np.float64)
        return np.asarray(np.exp(self._log_survival(at) - self._log_survival(at - 1)))

    def expected_payments(self, horizon: int, age: ArrayLike = 0, discount: float = 0.0) -> Numbers:
        """Payments of the next `horizon` periods, the first of them now, of contracts renewed `age` times.

        With `discount` (the rate from one period to the next) in payments of today.
        """
        ages = np.atleast_1d(np.asarray(age, dtype=np.float64))
        steps = np.arange(float(horizon))
        there = np.exp(self._log_survival(ages[:, None] + steps) - self._log_survival(ages)[:, None])
        return np.asarray(there @ (1 + discount) ** -steps)

    def clv(
        self, value: ArrayLike, *, horizon: int, age: ArrayLike = 0, discount: float = 0.0, margin: float = 1.0
    ) -> Numbers:
        """What the next `horizon` payments of `value` are worth today; the first comes now and is certain."""
        return np.asarray(self.expected_payments(horizon, age, discount) * np.asarray(value, dtype=float) * margin)

    def interval(self, number: Callable[[Self], float], level: float = 0.95) -> Interval:
        """The range of a positive number of this model, such as `lambda m: m.clv(1000, horizon=36)[0]`."""
        return interval(self.estimate, lambda **at: number(type(self)(**at)), level)


def log_survival(alpha: float, beta: float, exposure: Numbers) -> Numbers:
    """log of the mean of (1 − p)^exposure over Beta(α, β)."""
    return np.asarray(betaln(alpha, beta + exposure) - betaln(alpha, beta))
