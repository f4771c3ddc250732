"""Good and bad revenue of a business: by period, as curves of cumulative profit, and by where customers came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from keiki.customers.allocation import Advice, AdviceRule, Place, advised
from keiki.customers.calendar import numbered
from keiki.customers.classes import ClassRule
from keiki.customers.profit_curves import Curve, curves, profit_by_age
from keiki.customers.quality_report import (
    FanRule,
    QualityPeriod,
    buyers_by_class,
    quality_periods,
    revenue_by_class,
    told_periods,
)
from keiki.customers.small_groups import LEAST
from keiki.customers.worth import CLASSES
from keiki.engine.business import Business
from keiki.engine.lifetime_value import GroupWorth, Worths, customer_worths
from keiki.periods import Grain

PLACES = ("channel", "product", "plan", "campaign", "icp_fit")


@dataclass(frozen=True)
class QualityReport:
    """Revenue quality by period, oldest first, with the rules that decide it.

    `customers` and `revenue` are all of a class so far, not only those of the periods. Profit is the most it can be
    where sales name no cost of goods.
    """

    grain: Grain
    periods: tuple[QualityPeriod, ...]
    customers: Mapping[str, int]
    revenue: Mapping[str, Decimal]
    rule: ClassRule
    fan: FanRule

    @property
    def without_cost(self) -> float:
        """The share of the sales of the periods whose cost of goods is not known; 0 without sales."""
        sales = sum(each.revenue for each in self.periods)
        return float(sum(each.without_cost for each in self.periods) / sales) if sales else 0.0


def quality_report(
    business: Business, grain: Grain = Grain.QUARTER, count: int = 8, fan: FanRule | None = None
) -> QualityReport:
    """New and repeat, good and bad revenue of the last `count` periods, with margin and warnings."""
    calendar, rule, fan = business.settings.calendar, business.rules.classes, fan or FanRule()
    rows = business.engine.run(revenue_by_class(business.facts, calendar, grain, rule)).to_pylist()
    found = quality_periods(rows, calendar, grain, business.today, fan)
    named = [row for row in rows if row["customer_class"] is not None]
    return QualityReport(
        grain,
        found[-count:],
        {name: sum(row["acquired"] for row in named if row["customer_class"] == name) for name in CLASSES},
        {name: sum((row["revenue"] for row in named if row["customer_class"] == name), Decimal(0)) for name in CLASSES},
        rule,
        fan,
    )


def quality_told(business: Business, grain: Grain = Grain.QUARTER) -> tuple[dict[str, Any], ...]:
    """The periods of `quality_report` as they may leave the business (`told_periods`), oldest first."""
    calendar, rule = business.settings.calendar, business.rules.classes
    rows = business.engine.run(buyers_by_class(business.facts, calendar, grain, rule)).to_pylist()
    buyers: dict[date, dict[str, int]] = {}
    for row in rows:
        start = numbered(row["period"], calendar, grain).start
        buyers.setdefault(start, {})[row["customer_class"]] = row["buyers"]
    found = quality_report(business, grain)
    return told_periods(found.periods, buyers, found.customers)


def profit_curves(
    business: Business, by: Sequence[str] = ("cohort",), least: int = LEAST
) -> dict[str, tuple[Curve, ...]]:
    """The cumulative profit of a customer by age, of each group of each of some dimensions, the largest group first.

    One query answers for all of them. Groups and ages of fewer than `least` customers are left out. Raises UnknownName.
    """
    table = profit_by_age(business.facts, by, business.rules.classes.profit)
    rows = business.engine.run(table).to_pylist()
    return {name: curves(rows, (name,), least) for name in by}


def crossed_curves(business: Business, by: Sequence[str], least: int = LEAST) -> tuple[Curve, ...]:
    """The cumulative profit of a customer by age, of each combination of some dimensions, the largest first.

    `group` of a curve names a value of each dimension, in their order. Combinations and ages of fewer than `least`
    customers are left out. Raises UnknownName.
    """
    table = profit_by_age(business.facts, tuple(by), business.rules.classes.profit)
    return curves(business.engine.run(table).to_pylist(), by, least)


@dataclass(frozen=True)
class Places:
    """What to do with the money for every channel, product or plan, and what its customers brought so far."""

    by: str
    worths: Worths
    curves: tuple[Curve, ...]
    advice: tuple[Advice, ...]
    rule: AdviceRule


def places(
    business: Business, by: str = "channel", known: Sequence[Curve] | None = None, rule: AdviceRule | None = None
) -> Places:
    """Where acquisition money comes back, by one of PLACES; `known` are its curves when they are there already.

    Raises UnknownName.
    """
    rule = rule or AdviceRule()
    worths = customer_worths(business, (by,))[by]
    found = tuple(known) if known is not None else profit_curves(business, (by,))[by]
    return Places(by, worths, found, advised([_place(row, found) for row in worths.rows if row.shown], rule), rule)


def _place(row: GroupWorth, found: Sequence[Curve]) -> Place:
    curve = next((each for each in found if each.group == (row.group,)), None)
    return Place(
        name=row.group,
        customers=row.customers or 0,
        repeaters=row.repeaters or 0,
        revenue=_float(row.revenue),
        spend=_float(row.acquisition),
        kept=_float(row.gross_profit) - _float(row.retention),
        payback=curve.payback if curve is not None else None,
        oldest=curve.last.age if curve is not None else 0,
    )


def _float(amount: Any) -> float:
    return float(amount or 0)
