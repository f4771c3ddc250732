"""How the profit of customers adds up with their age: in the red first, then paid back, or never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.cohorts import CohortRule, known_until
from keiki.customers.postings import Facts
from keiki.customers.profit import ProfitRule, ages, profit_entries
from keiki.customers.worth import described
from keiki.errors import UnknownName

GROUPS = ("cohort", "channel", "campaign", "product", "plan", "icp_fit", "segment", "region", "industry", "size_band")
ALL = "all"


def profit_by_age(facts: Facts, by: Sequence[str] = (), rule: ProfitRule | None = None) -> ir.Table:
    """What a curve is made of, by group and age in whole months since the acquisition.

    Columns: the dimensions, age, amount (what customers left in that month of their life), ended (how many customers
    have reached this age and not the next, as the data ends). An amount counts only when the customer has lived that
    month to its end, so no month is low because it still runs. Raises UnknownName for another dimension.
    """
    rule = rule or ProfitRule()
    for name in by:
        if name not in GROUPS:
            raise UnknownName(kind="dimension", name=name, known=GROUPS)
    members = described(facts, rule).select("customer_id", "acquired_on", *by)
    members = members.mutate(reach=_reach(members.acquired_on, _today(facts, rule)))
    members = members.filter(members.reach >= 0)
    entries = ages(profit_entries(facts, rule)).select("customer_id", "age", "amount")
    earned = members.inner_join(entries, "customer_id")
    earned = earned.filter(earned.age <= earned.reach)
    amounts = earned.select(*by, "age", "amount", ended=ibis.literal(0))
    ends = members.select(*by, age="reach", amount=ibis.literal(0).cast("decimal(18, 4)"), ended=ibis.literal(1))
    both = amounts.union(ends)
    table = both.group_by(*by, "age").aggregate(amount=both.amount.sum(), ended=both.ended.sum())
    return table.mutate(amount=table.amount.cast("decimal(18, 4)"), ended=table.ended.cast("int64"))


def _today(facts: Facts, rule: ProfitRule) -> ir.Value:
    return known_until(facts, CohortRule(retention=rule.retention))


def _reach(begun: ir.Value, until: ir.Value) -> ir.Value:
    """Whole months lived until a day; −1 for who came after it."""
    months = (until.year() * 12 + until.month()) - (begun.year() * 12 + begun.month())
    months = months - ibis.ifelse(until.day() < begun.day(), 1, 0)
    return ibis.ifelse(begun > until, -1, ibis.greatest(months, 0)).cast("int64")


@dataclass(frozen=True)
class Point:
    """One age of a curve: customers who have lived it to the end, and the profit of one of them up to it."""

    age: int
    customers: int
    profit: float


@dataclass(frozen=True)
class Curve:
    """The cumulative profit of one customer of a group, by age in months.

    Each month is the mean over those who have lived it, and the months are added up (the mean cumulative function of
    Nelson 2003), so customers of different age are in one curve and nobody's future is counted as 0.
    """

    group: tuple[Any, ...]
    customers: int
    points: tuple[Point, ...]

    @property
    def payback(self) -> int | None:
        """The first month by which the cost is earned back; None: not recovered so far."""
        return next((point.age for point in self.points if point.profit >= 0), None)

    @property
    def last(self) -> Point:
        """How it stands at the highest age the data speaks of."""
        return self.points[-1]


def curves(rows: Sequence[Mapping[str, Any]], by: Sequence[str] = (), least: int = 1) -> tuple[Curve, ...]:
    """The curves of the rows of `profit_by_age`, by all or some of its dimensions, the largest group first.

    A curve ends where fewer than `least` customers have lived on: further right it would be somebody's own story.
    """
    groups: dict[tuple[Any, ...], dict[int, tuple[Decimal, int]]] = {}
    for row in rows:
        group = groups.setdefault(tuple(row[name] for name in by), {})
        amount, ended = group.get(row["age"], (Decimal(0), 0))
        group[row["age"]] = (amount + row["amount"], ended + row["ended"])
    found = [_curve(group, ages_of, least) for group, ages_of in groups.items()]
    shown = [curve for curve in found if curve.points]
    return tuple(sorted(shown, key=lambda curve: (-curve.customers, str(curve.group))))


def _curve(group: tuple[Any, ...], found: Mapping[int, tuple[Decimal, int]], least: int) -> Curve:
    there = customers = sum(ended for _, ended in found.values())
    total, points = 0.0, []
    for age in range(max(found) + 1):
        if there < max(least, 1):
            break
        amount, ended = found.get(age, (Decimal(0), 0))
        total += float(amount) / there
        points.append(Point(age, there, round(total, 6)))
        there -= ended
    return Curve(group, customers, tuple(points))
