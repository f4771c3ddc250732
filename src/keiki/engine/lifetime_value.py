"""What lifetime value a business's own numbers give: the terms of the formulas, acquisition cost, and groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.acero  # groups a table; taken with the code, because its 0.2 s would fall to the first visitor

from keiki.customers.acquisition_cost import Acquisition
from keiki.customers.ltv_formulas import (
    CHURN,
    FORMULAS,
    GROSS_PROFIT,
    GROWTH,
    TERMS,
    LtvFormula,
    lifetime_values,
)
from keiki.customers.small_groups import LEAST
from keiki.customers.worth import CLASSES, WorthRule, worth_by
from keiki.engine.business import Business
from keiki.periods import Grain, Period

SPENT: Final = ("sum_marketing_cost", "sum_sales_cost", "n_new_customers", "new_unique_users")
"""What acquisition cost is made of, as the fields of `Acquisition`."""


@dataclass(frozen=True)
class OwnTerms:
    """The terms of the formulas as a business measures them in one month; None where its data says nothing.

    `acquisition` is what was spent on winning customers in that month.
    """

    period: Period
    terms: Mapping[str, float | None]
    acquisition: Acquisition


def own_terms(business: Business, on: date | None = None) -> OwnTerms:
    """The terms of the lifetime value formulas in the month of a day (default: the last month that is over).

    The growth of revenue per account is what NRR says beyond churn: (1 − churn) × (1 + growth) = NRR.
    """
    period = _month(business, on)
    terms, acquisition = _measured(business, period, TERMS, SPENT)
    return OwnTerms(period, terms, acquisition)


@dataclass(frozen=True)
class OwnValue:
    """The lifetime value in gross profit of a month, and what winning a customer cost in it, all included.

    `formula` is None where the data gives none all its terms, `cac` where nobody knows what was spent, or nobody came.
    """

    period: Period
    formula: LtvFormula | None = None
    value: float | None = None
    cac: float | None = None


def own_value(business: Business, on: date | None = None) -> OwnValue:
    """The lifetime value by the first formula of gross profit that the data gives all terms of, in the month of a day
    (default: the last month that is over). What only the other formulas need is not asked for.
    """
    period = _month(business, on)
    for formula in FORMULAS.values():
        if formula.basis == GROSS_PROFIT:
            terms, acquisition = _measured(business, period, formula.terms, SPENT[:-1])
            (found,) = lifetime_values(terms, [formula.id])
            if found.value is not None:
                return OwnValue(period, formula, found.value, acquisition.full)
    return OwnValue(period)


def _measured(
    business: Business, period: Period, terms: Iterable[str], spent: Sequence[str]
) -> tuple[dict[str, float | None], Acquisition]:
    """Some terms and what was spent on winning customers, in one question."""
    wanted = tuple(terms)
    asked = [each for name in wanted for each in ((CHURN, "nrr") if name == GROWTH else (name,))]
    measured = business.measure((*asked, *spent), business.question((period,)))
    values = {
        name: _growth(measured.value("nrr"), measured.value(CHURN)) if name == GROWTH else measured.value(name)
        for name in wanted
    }
    return values, Acquisition(*(measured.value(name) for name in spent))


def _month(business: Business, on: date | None) -> Period:
    calendar = business.settings.calendar
    return calendar.over(Grain.MONTH, business.today)[0] if on is None else calendar.period(Grain.MONTH, on)


def _growth(nrr: float | None, churn: float | None) -> float | None:
    return None if nrr is None or churn is None or churn >= 1 else nrr / (1 - churn) - 1


SUMMED = ("customers", "repeaters", "purchases", "revenue", "gross_profit", "acquisition", "retention", "profit")
COUNTED = tuple(f"{name}{what}" for name in CLASSES for what in ("", "_revenue"))


@dataclass(frozen=True)
class GroupWorth:
    """What the customers of a group have brought and cost so far, and how they are judged; money of all of them.

    `shown` is False for a group of fewer than `small_groups.LEAST`: its numbers are None.
    """

    group: Any
    shown: bool
    customers: int | None = None
    repeaters: int | None = None
    purchases: int | None = None
    revenue: Decimal | None = None
    gross_profit: Decimal | None = None
    acquisition: Decimal | None = None
    retention: Decimal | None = None
    profit: Decimal | None = None
    good: int | None = None
    bad: int | None = None
    undetermined: int | None = None
    good_revenue: Decimal | None = None
    bad_revenue: Decimal | None = None
    undetermined_revenue: Decimal | None = None
    first_on: date | None = None
    last_on: date | None = None

    def each(self, name: str) -> float | None:
        """An amount per customer; None where it is hidden."""
        amount = getattr(self, name)
        return None if amount is None or not self.customers else float(amount) / self.customers

    @property
    def repeat_rate(self) -> float | None:
        """The share of its customers with a second purchase."""
        return self.each("repeaters")

    @property
    def per_spend(self) -> float | None:
        """Long-term profit before acquisition (gross profit less retention) per money spent on acquisition."""
        if self.gross_profit is None or self.retention is None or not self.acquisition:
            return None
        return float((self.gross_profit - self.retention) / self.acquisition)


@dataclass(frozen=True)
class Worths:
    """Customers by one dimension, the group with most profit per customer first, groups too small to show last.

    `rule` is what they were judged by.
    """

    by: str
    rows: tuple[GroupWorth, ...]
    rule: WorthRule

    @property
    def hidden(self) -> int:
        """How many groups are too small to be shown."""
        return sum(not row.shown for row in self.rows)


def worth_rule(business: Business) -> WorthRule:
    """How a business judges and classes its customers."""
    return WorthRule(business.rules.classes, business.rules.rfm)


def customer_worths(
    business: Business, by: Sequence[str] = ("rfm_segment", "cohort"), fewest: int = LEAST
) -> dict[str, Worths]:
    """What customers have brought and cost so far, by each of some dimensions of `customers.worth.DIMENSIONS`.

    One query answers for all of them. Groups of fewer than `fewest` customers stand without their numbers. Raises
    UnknownName.
    """
    rule = worth_rule(business)
    found = business.engine.run(worth_by(business.facts, by, rule))
    return {name: Worths(name, _groups(found, name, fewest), rule) for name in by}


TOTALS = {**dict.fromkeys((*SUMMED, *COUNTED), "sum"), "first_on": "min", "last_on": "max"}


def _groups(found: pa.Table, by: str, fewest: int) -> tuple[GroupWorth, ...]:
    """The groups of one dimension: small groups of all dimensions together, summed while they are columns."""
    rows = found.group_by(by).aggregate(list(TOTALS.items())).to_pylist()
    groups = [_group(row, by, fewest) for row in rows]
    return tuple(sorted(groups, key=lambda row: (not row.shown, -(row.each("profit") or 0), str(row.group))))


def _group(row: Mapping[str, Any], by: str, fewest: int) -> GroupWorth:
    told = {name: row[f"{name}_{how}"] for name, how in TOTALS.items()}
    if told["customers"] < fewest:
        return GroupWorth(row[by], shown=False)
    return GroupWorth(row[by], shown=True, **told)
