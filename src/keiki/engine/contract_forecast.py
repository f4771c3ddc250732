"""How long the contracts that run today will go on and what they will bring: the model chosen by the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from keiki.customers.clv.choose import Choice, choose
from keiki.customers.clv.contracts import Contracts, Renewing
from keiki.customers.clv.likelihood import Interval
from keiki.customers.lives import LifeRule, grouped_lives
from keiki.customers.running_contracts import running_contracts
from keiki.customers.survival import curves
from keiki.engine.business import Business
from keiki.engine.gross_margin import gross_margin
from keiki.errors import NoCustomers

YEAR = 365
MONTHS = 12


@dataclass(frozen=True)
class HeldOut:
    """Whether it would have been right a year ago: customers who had a contract then, how many were expected to have
    one now, and how many have.
    """

    since: date
    customers: int
    expected: float
    actual: int

    @property
    def off(self) -> float | None:
        """How far the expectation was from what came, as a share of it."""
        return self.expected / self.actual - 1 if self.actual else None


@dataclass(frozen=True)
class ContractForecast:
    """What the contracts that run today bring in the next `months`.

    `revenue` with its interval is what is still paid; `worth` its gross profit in money of today at the yearly
    `discount`. `told` and `known` are the shares of customers there after 0, 1, 2 … months by the model and as observed
    (Kaplan–Meier; None where nobody was followed so long). `margin` is that of all sales so far, the most it can be
    where a share `without_cost` of them names no cost of goods.
    """

    months: int
    discount: float
    until: date
    customers: int
    mrr: float
    choice: Choice
    revenue: float
    interval: Interval
    worth: float
    margin: float
    without_cost: float
    kept: float
    told: tuple[float, ...]
    known: tuple[float | None, ...]
    held_out: HeldOut | None

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters of the model by name."""
        assert isinstance(self.choice.model, Renewing)
        return self.choice.model.parameters


def contract_forecast(business: Business, months: int = MONTHS, discount: float = 0.1) -> ContractForecast:
    """What the running contracts of a business will bring, by the sBG or the BdW model, as the data decides.

    Full months are taken for periods, so the first month of a contract counts whole. Raises NoCustomers without
    contracts that run.
    """
    until = business.today
    rule = LifeRule(as_of=until, retention=business.rules.retention)
    lives = business.engine.run(grouped_lives(business.facts, rule)).to_pylist()
    choice = choose(contracts_of(lives), discrete=False)
    running = business.engine.run(running_contracts(business.facts, until, rule).order_by("months")).to_pylist()
    if not running:
        raise NoCustomers()
    ages = np.array([row["months"] for row in running], dtype=np.float64)
    money = np.array([float(row["mrr"]) for row in running])
    people = np.array([row["customers"] for row in running], dtype=np.float64)
    model = choice.model
    assert isinstance(model, Renewing)
    monthly = (1 + discount) ** (1 / MONTHS) - 1
    earning = gross_margin(business)
    curve = curves(lives)[0]
    longest = int(max(ages.max(), months))
    return ContractForecast(
        months=months,
        discount=discount,
        until=until,
        customers=int(people.sum()),
        mrr=float(money.sum()),
        choice=choice,
        revenue=float(model.expected_payments(months, ages) @ money),
        interval=model.interval(lambda m: float(m.expected_payments(months, ages) @ money)),
        worth=float(model.expected_payments(months, ages, monthly) @ money) * earning.share,
        margin=earning.share,
        without_cost=earning.unknown,
        kept=float(_kept(model, ages, months) @ people / people.sum()),
        told=tuple(float(share) for share in model.survival(np.arange(longest + 1.0))),
        known=tuple(curve.share(step) for step in range(longest + 1)),
        held_out=_held_out(business, rule, until),
    )


def contracts_of(lives: Sequence[dict[str, Any]]) -> Contracts:
    """The rows of `grouped_lives` as contracts: who left within the first month left at its end."""
    ended = [(max(row["length"], 1), 1, row["ended"]) for row in lives if row["ended"]]
    running = [(row["length"], 0, row["censored"]) for row in lives if row["censored"]]
    if not ended and not running:
        raise NoCustomers()
    periods, lost, customers = zip(*ended, *running, strict=True)
    return Contracts.of(periods, lost, customers)


def _kept(model: Renewing, ages: Any, months: int) -> Any:
    """The chance that a contract of each age is there so many months later."""
    return model.survival(ages + months) / model.survival(ages)


def _held_out(business: Business, rule: LifeRule, until: date) -> HeldOut | None:
    """What the same model would have said a year ago; None while the data is younger or nobody had a contract."""
    then = until - timedelta(days=YEAR)
    past = replace(rule, as_of=then)
    lives = business.engine.run(grouped_lives(business.facts, past)).to_pylist()
    running = business.engine.run(running_contracts(business.facts, then, rule).order_by("months")).to_pylist()
    if not lives or not running:
        return None
    model = choose(contracts_of(lives), discrete=False).model
    assert isinstance(model, Renewing)
    ages = np.array([row["months"] for row in running], dtype=np.float64)
    people = np.array([row["customers"] for row in running], dtype=np.float64)
    there = sum(row["there"] for row in running)
    return HeldOut(then, int(people.sum()), float(_kept(model, ages, MONTHS) @ people), there)
