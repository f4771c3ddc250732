"""Who fits the ideal customer of a business, what the others cost, and what good customers have in common."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import ibis.expr.types as ir

from keiki.customers.ideal import (
    LEARNED_FROM,
    IdealProfile,
    Lesson,
    LessonRule,
    customer_fits,
    grouped_good,
    lessons,
    profit_by_fit,
    proposed,
    spend_by_fit,
    with_fit,
)
from keiki.customers.small_groups import small_parts
from keiki.customers.worth import customer_worth
from keiki.engine.business import Business
from keiki.engine.each_row import each_row
from keiki.engine.lifetime_value import worth_rule


@dataclass(frozen=True)
class FitTotals:
    """Customers and prospects who fit and who do not, and what was spent on winning either.

    `spend` is what was spent on winning customers, as `spend_by_fit` charges it: the KPI `non_icp_spend_ratio` over all
    periods. `unknown_spend` fell on nobody who can be judged. `profit` is of acquired customers.
    """

    customers_in: int
    customers_out: int
    prospects_in: int
    prospects_out: int
    spend_in: Decimal
    spend_out: Decimal
    unknown_spend: Decimal
    profit_in: Decimal
    profit_out: Decimal

    @property
    def spend_out_share(self) -> float | None:
        """The share of acquisition spend that went to customers who do not fit; None where nothing was spent."""
        whole = self.spend_in + self.spend_out + self.unknown_spend
        return float(self.spend_out / whole) if whole else None


def fit_totals(business: Business, profile: IdealProfile) -> FitTotals:
    """How many fit a profile and what the others cost."""
    fits = customer_fits(business.facts, profile)
    fits = fits.mutate(prospect=fits.acquired_on.isnull())
    counts = fits.group_by("prospect", "fits").aggregate(n=fits.count())
    n = {(row["prospect"], row["fits"]): row["n"] for row in business.engine.run(counts).to_pylist()}
    facts, rule = _judged_by(business, profile), business.rules.classes.profit
    spent = spend_by_fit(facts, rule)
    money = spent.aggregate(**{name: spent[name].sum() for name in ("on_ideal", "on_others", "on_nobody")})
    spend = {name: Decimal(value or 0) for name, value in business.engine.run(money).to_pylist()[0].items()}
    profit = {row["fits"]: row["profit"] for row in business.engine.run(profit_by_fit(facts, rule)).to_pylist()}
    return FitTotals(
        customers_in=n.get((False, True), 0),
        customers_out=n.get((False, False), 0),
        prospects_in=n.get((True, True), 0),
        prospects_out=n.get((True, False), 0),
        spend_in=spend["on_ideal"],
        spend_out=spend["on_others"],
        unknown_spend=spend["on_nobody"],
        profit_in=Decimal(profit.get(True, 0)),
        profit_out=Decimal(profit.get(False, 0)),
    )


def _judged_by(business: Business, profile: IdealProfile) -> Mapping[str, ir.Table]:
    """The facts in which `icp_fit` follows a profile, whether it is in force or only tried."""
    if profile == business.rules.ideal:
        return business.facts
    return ChainMap({"customers": with_fit(business.facts["customers"], profile)}, dict(business.facts))


CONTACT = ("customer_id", "name", "email", "acquired_on", "score")
"""What a file of contacts says of each."""


@dataclass(frozen=True)
class Contact:
    """A listed customer or prospect with its points."""

    customer_id: str
    name: str | None
    acquired_on: date | None
    nurture_excluded: bool
    score: int
    fits: bool
    email: str | None = None


def contacts_outside(business: Business, profile: IdealProfile, limit: int) -> tuple[Contact, ...]:
    """Customers and prospects who do not fit, prospects first, then those with fewest points."""
    table = customer_fits(business.facts, profile)
    table = table.filter(~table.fits)
    table = table.order_by(table.acquired_on.notnull(), table.score, table.customer_id).limit(limit)
    return tuple(Contact(**row) for row in business.engine.run(table).to_pylist())


def contacts_to_nurture(business: Business, profile: IdealProfile, excepted: Sequence[str] = ()) -> Iterator[Contact]:
    """Everybody who may be marketed to: who fits or is excepted, and is not excluded by the list; most points first.

    They come one after the other: a list of any length is never in memory.
    """
    table = customer_fits(business.facts, profile, addresses=True)
    table = table.filter(_nurtured(table, excepted)).order_by(table.score.desc(), table.customer_id)
    return (Contact(**row) for row in each_row(business.engine, table))


def contacts_left_out(business: Business, profile: IdealProfile, excepted: Sequence[str] = ()) -> Iterator[Contact]:
    """Everybody whom marketing leaves out: all who are not in `contacts_to_nurture`, fewest points first, one after the
    other. An advertising tool takes them as an audience to be excluded.
    """
    table = customer_fits(business.facts, profile, addresses=True)
    table = table.filter(~_nurtured(table, excepted)).order_by(table.score, table.customer_id)
    return (Contact(**row) for row in each_row(business.engine, table))


def nurture_counts(business: Business, profile: IdealProfile, excepted: Sequence[str] = ()) -> tuple[int, int]:
    """How many may be marketed to, and how many are left out."""
    table = customer_fits(business.facts, profile)
    whole = table.aggregate(kept=table.count(where=_nurtured(table, excepted)), all=table.count())
    row = business.engine.run(whole).to_pylist()[0]
    return int(row["kept"]), int(row["all"] - row["kept"])


def _nurtured(table: ir.Table, excepted: Sequence[str]) -> ir.BooleanValue:
    wanted = table.fits | table.customer_id.isin(list(excepted)) if excepted else table.fits
    return wanted & ~table.nurture_excluded


@dataclass(frozen=True)
class Learned:
    """What good customers have in common, by attribute, and the profile that follows (None when nothing stands out).

    `rule` says when a value stands out.
    """

    lessons: tuple[Lesson, ...]
    profile: IdealProfile | None
    rule: LessonRule = LessonRule()

    @property
    def shared(self) -> tuple[Lesson, ...]:
        """The lessons that may leave the business: of no value of one to four customers, nor of another one that the
        values of the same attribute and all customers together would give away.
        """
        found: list[Lesson] = []
        for _name, group in groupby(self.lessons, key=lambda lesson: lesson.attribute):
            values = list(group)
            hidden = small_parts([each.customers for each in values])
            found += [each for place, each in enumerate(values) if place not in hidden]
        return tuple(found)


def learned_profile(
    business: Business, attributes: Sequence[str] = LEARNED_FROM, rule: LessonRule | None = None
) -> Learned:
    """The attributes of good customers, from the profit they have left: one query for all attributes."""
    rule = rule or LessonRule()
    table = customer_worth(business.facts, worth_rule(business))
    rows = business.engine.run(grouped_good(table, attributes)).to_pylist()
    found: list[Lesson] = []
    for name in attributes:
        found += lessons(name, _by(rows, name), rule)
    return Learned(tuple(found), proposed(found), rule)


def _by(rows: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    values: dict[Any, dict[str, Any]] = {}
    for row in rows:
        total = values.setdefault(row[name], {"value": row[name], "customers": 0, "good": 0, "profit": Decimal(0)})
        for what in ("customers", "good", "profit"):
            total[what] += row[what]
    return list(values.values())
