"""The ideal customer: a profile with weights, who fits it, and what good customers have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.classes import GOOD
from keiki.customers.postings import Facts
from keiki.customers.profit import (
    WEIGHT,
    ProfitRule,
    acquired,
    named_costs,
    newcomers,
    profit_entries,
    shared_among,
)
from keiki.customers.revenue_quality import cost_postings
from keiki.customers.worth import WorthRule, customer_worth
from keiki.errors import IdealProfileImpossible, UnknownName
from keiki.facts.shared import shared

WHOLE = 100
THRESHOLD = 60
ATTRIBUTES = (
    "industry",
    "size_band",
    "segment",
    "region",
    "kind",
    "plan",
    "acquisition_channel",
    "age_band",
    "audience",
    "campaign_kind",
)
"""Columns of the fact `customers` a profile may speak of."""
LEARNED_FROM = ("industry", "size_band", "segment", "region", "kind", "channel", "age_band")
"""Columns of `customers.worth.customer_worth` by which good customers are looked at."""
STRENGTH = 20
"""A value's share of good customers is drawn towards that of all as if it had so many customers more like all."""
Z = 1.959964
MONEY = "decimal(18, 4)"


@dataclass(frozen=True)
class Trait:
    """One attribute of the ideal customer: the values that fit, and how many of the 100 points they earn."""

    attribute: str
    values: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class IdealProfile:
    """Who the business wants: a customer whose points reach the threshold fits.

    Raises UnknownName for an attribute that is none and IdealProfileImpossible when the weights do not sum to 100, a
    weight is not above 0, an attribute stands twice or has no values, or the threshold is not from 1 to 100.

    >>> profile = IdealProfile((Trait("industry", ("food",), 70), Trait("size_band", ("50-99",), 30)))
    >>> profile.score({"industry": "food"}), profile.fits({"industry": "food"}), profile.fits({"size_band": "50-99"})
    (70, True, False)
    """

    traits: tuple[Trait, ...]
    threshold: int = THRESHOLD

    def __post_init__(self) -> None:
        names = [trait.attribute for trait in self.traits]
        for name in names:
            if name not in ATTRIBUTES:
                raise UnknownName(kind="column", name=name, known=ATTRIBUTES)
        total = sum(trait.weight for trait in self.traits)
        wrong = len(set(names)) < len(names) or any(t.weight <= 0 or not t.values for t in self.traits)
        if wrong or total != WHOLE or not 1 <= self.threshold <= WHOLE:
            raise IdealProfileImpossible(total=total, threshold=self.threshold)

    @classmethod
    def read(cls, found: Any) -> IdealProfile | None:
        """A profile from what stands in a file or a table (as `plain` gives it); None from nothing.

        Raises what a profile raises, and IdealProfileImpossible for anything else.
        """
        if not found:
            return None
        try:
            told, threshold = dict(found["traits"]), int(found.get("threshold", THRESHOLD))
            traits = tuple(Trait(name, _values(each["values"]), int(each["weight"])) for name, each in told.items())
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise IdealProfileImpossible(total=0, threshold=THRESHOLD) from error
        return cls(traits, threshold)

    @property
    def plain(self) -> dict[str, Any]:
        """The profile as it stands in a file.

        >>> IdealProfile((Trait("industry", ("food",), 100),)).plain
        {'threshold': 60, 'traits': {'industry': {'values': ['food'], 'weight': 100}}}
        """
        traits = {each.attribute: {"values": list(each.values), "weight": each.weight} for each in self.traits}
        return {"threshold": self.threshold, "traits": traits}

    def score(self, attributes: Mapping[str, Any]) -> int:
        """The points of a customer, 0 to 100; what is not known earns none."""
        return sum(trait.weight for trait in self.traits if attributes.get(trait.attribute) in trait.values)

    def fits(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a customer reaches the threshold."""
        return self.score(attributes) >= self.threshold


def _values(told: Any) -> tuple[str, ...]:
    if not isinstance(told, list | tuple):
        raise ValueError(told)
    return tuple(str(value) for value in told)


def customer_fits(facts: Facts, profile: IdealProfile, *, addresses: bool = False) -> ir.Table:
    """Every listed customer and prospect with its points.

    Columns: customer_id, name, acquired_on (NULL for a prospect), nurture_excluded, score (0 to 100), fits, and with
    `addresses` email (NULL where the customers were loaded without one).
    """
    listed = facts["customers"]
    told: dict[str, ir.Value] = {}
    if addresses:
        told["email"] = listed.email.cast("string") if "email" in listed.columns else ibis.null("string")
    table = listed.select(
        "customer_id",
        "name",
        "acquired_on",
        nurture_excluded=ibis.coalesce(listed.nurture_excluded, ibis.literal(value=False)),
        score=_points(listed, profile),
        **told,
    )
    return table.mutate(fits=table.score >= profile.threshold)


def with_fit(customers: ir.Table, profile: IdealProfile | None) -> ir.Table:
    """The fact `customers` in which `icp_fit` follows the profile, whatever the rows say; as it is without one."""
    if profile is None:
        return customers
    return customers.mutate(icp_fit=_points(customers, profile) >= profile.threshold)


def _points(listed: ir.Table, profile: IdealProfile) -> ir.IntegerValue:
    points = [
        ibis.ifelse(listed[each.attribute].fill_null("").isin(each.values), each.weight, 0) for each in profile.traits
    ]
    return sum(points[1:], points[0]).cast("int64")


@shared
def newcomers_by_fit(facts: Facts, rule: ProfitRule | None = None) -> ir.Table:
    """Who shares the acquisition costs of a month, by who fits: one row per month, level and key of `newcomers`.

    Columns: month, level, key, whole (what all of them count), ideal (those who fit), others (those who do not); the
    rest of the whole are customers of whom nobody says whether they fit.
    """
    rule = rule or ProfitRule()
    heads = newcomers(facts, acquired(facts, rule), rule)
    listed = facts["customers"].select(whose="customer_id", fits="icp_fit")
    heads = heads.left_join(listed, heads.customer_id == listed.whose)
    weight = heads.weight.cast(WEIGHT)
    return heads.group_by("month", "level", "key").aggregate(
        whole=weight.sum().cast(WEIGHT),
        ideal=ibis.coalesce(weight.sum(where=heads.fits), 0).cast(WEIGHT),
        others=ibis.coalesce(weight.sum(where=~heads.fits), 0).cast(WEIGHT),
    )


def spend_by_fit(facts: Facts, rule: ProfitRule | None = None) -> ir.Table:
    """Every cost of winning customers, with what of it fell on those who fit (`icp_fit`), those who do not, and nobody.

    A cost that names a customer fell on that customer; any other is shared among the customers acquired in its month
    as `ProfitRule` says. The columns of `cost_postings`, and on_ideal, on_others and on_nobody (money, to four
    decimals), which sum to the amount: nobody says of these customers whether they fit, or the month had none.
    """
    rule = rule or ProfitRule()
    costs = cost_postings(facts, rule.retention.postings)
    split = newcomers_by_fit(facts, rule)
    named = named_costs(costs, rule)
    spent = shared_among(named.filter(named.kind == "acquisition"), split)
    listed = facts["customers"].select(whose="customer_id", fits="icp_fit")
    table = spent.left_join(split, ["month", "level", "key"])
    table = table.left_join(listed, table.customer_id == listed.whose)

    named_one = table.customer_id.notnull()
    amount, whole = table.amount.cast("float64"), table.whole.cast("float64")

    def fell_on(one: ir.BooleanValue, all_of: ir.Value) -> ir.Value:
        of_one = ibis.ifelse(ibis.coalesce(one, ibis.literal(value=False)), amount, 0.0)
        return ibis.ifelse(named_one, of_one, amount * ibis.coalesce(all_of.cast("float64") / whole, 0.0)).cast(MONEY)

    on_ideal, on_others = fell_on(table.fits, table.ideal), fell_on(~table.fits, table.others)
    on_nobody_else = ~named_one & (table.ideal + table.others == table.whole)
    table = table.mutate(amount=table.amount.cast(MONEY), on_ideal=on_ideal, rounded=on_others, closed=on_nobody_else)
    rest = (table.amount - table.on_ideal).cast(MONEY)
    table = table.mutate(on_others=ibis.ifelse(table.closed, rest, table.rounded))
    nobody = (table.amount - table.on_ideal - table.on_others).cast(MONEY)
    return table.select(*costs.columns, "on_ideal", "on_others", on_nobody=nobody)


def profit_by_fit(facts: Facts, rule: ProfitRule | None = None) -> ir.Table:
    """What acquired customers have left so far, by whether they fit: fits (NULL where nobody says), profit (money)."""
    entries = profit_entries(facts, rule or ProfitRule())
    each = entries.group_by("customer_id").aggregate(profit=entries.amount.sum())
    listed = facts["customers"].select(whose="customer_id", fits="icp_fit")
    table = each.left_join(listed, each.customer_id == listed.whose)
    return table.group_by("fits").aggregate(profit=table.profit.sum().cast(MONEY))


# --- learned from realised profit ---


def values_of_good(facts: Facts, attribute: str, rule: WorthRule | None = None) -> ir.Table:
    """One row per value of an attribute of LEARNED_FROM: customers, good (of them), profit. Raises UnknownName."""
    if attribute not in LEARNED_FROM:
        raise UnknownName(kind="column", name=attribute, known=LEARNED_FROM)
    return grouped_good(customer_worth(facts, rule), (attribute,))


def grouped_good(table: ir.Table, attributes: Sequence[str]) -> ir.Table:
    """The rows of `customer_worth` by some attributes: customers, good (of them), profit."""
    return table.group_by(*attributes).aggregate(
        customers=table.count(),
        good=table.count(where=table.customer_class == GOOD),
        profit=table.profit.sum().cast("decimal(18, 4)"),
    )


@dataclass(frozen=True)
class LessonRule:
    """When a value is worth aiming at, and when it is one to leave out; everything else is like all.

    Of at least `fewest` customers the whole range of the share of good ones (Wilson, 95 %) lies above, or below, the
    share of the customers with any other value. To be aimed at, the share is also at least `above` times that of the
    others, and they have left more profit each than the others. To be left out, they have left less profit each than
    the others, and either no profit at all or a share of good customers below `below` times that of the others: who
    earns well is left out for no small difference, however sure that difference is.
    """

    fewest: int = 30
    above: float = 1.1
    below: float = 0.8


@dataclass(frozen=True)
class Lesson:
    """A value of an attribute: how many of its customers are good, with the range that is left open.

    `low` and `high` bound the share of good customers (Wilson, 95 %); `shrunk` is the share drawn towards that of all,
    the more so the fewer customers there are; `profit` is per customer.
    """

    attribute: str
    value: str
    customers: int
    good: int
    low: float
    high: float
    shrunk: float
    profit: float
    verdict: str

    @property
    def share(self) -> float:
        """The share of good customers."""
        return self.good / self.customers


BETTER, WORSE, LIKE_ALL, TOO_FEW = "better", "worse", "like_all", "few"


def lessons(attribute: str, rows: Sequence[Mapping[str, Any]], rule: LessonRule | None = None) -> tuple[Lesson, ...]:
    """What the values of an attribute tell, the best first; `rows` have value, customers, good and profit."""
    rule = rule or LessonRule()
    whole = {name: sum(row[name] for row in rows) for name in ("customers", "good", "profit")}
    told = [row for row in rows if row["value"] is not None and row["customers"]]
    found = [_lesson(attribute, row, whole, rule) for row in told]
    return tuple(sorted(found, key=lambda lesson: (-lesson.shrunk, lesson.value)))


def _lesson(attribute: str, row: Mapping[str, Any], whole: Mapping[str, Any], rule: LessonRule) -> Lesson:
    n, k, profit = int(row["customers"]), int(row["good"]), float(row["profit"])
    low, high = wilson(k, n)
    shrunk = (k + STRENGTH * whole["good"] / whole["customers"]) / (n + STRENGTH)
    verdict = TOO_FEW if n < rule.fewest else LIKE_ALL
    others = whole["customers"] - n
    if verdict == LIKE_ALL and others:
        share, more = (whole["good"] - k) / others, profit / n - float(whole["profit"] - row["profit"]) / others
        if low > share and k / n >= rule.above * share and more > 0:
            verdict = BETTER
        elif high < share and more < 0 and (profit <= 0 or k / n < rule.below * share):
            verdict = WORSE
    return Lesson(attribute, str(row["value"]), n, k, low, high, shrunk, profit / n, verdict)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The range of a share, 95 % (Wilson 1927): never below 0 or above 1, and honest for few trials.

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    share, square = successes / trials, Z * Z / trials
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / trials + square / (4 * trials))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def proposed(found: Sequence[Lesson], threshold: int = THRESHOLD) -> IdealProfile | None:
    """A profile of the values that are better, weighted by how far above all they are; None when nothing is.

    The weights sum to 100 exactly (largest remainders). The channel is what marketing chooses, so it is in no profile.
    """
    better: dict[str, list[Lesson]] = {}
    for lesson in found:
        if lesson.verdict == BETTER and lesson.attribute in ATTRIBUTES:
            better.setdefault(lesson.attribute, []).append(lesson)
    if not better:
        return None
    strength = {name: max(lesson.low for lesson in lessons_of) for name, lessons_of in better.items()}
    weights = _to_whole(strength)
    traits = tuple(
        Trait(name, tuple(lesson.value for lesson in lessons_of), weights[name])
        for name, lessons_of in better.items()
        if weights[name]
    )
    return IdealProfile(traits, threshold)


def _to_whole(strength: Mapping[str, float]) -> dict[str, int]:
    total = sum(strength.values())
    exact = {name: WHOLE * size / total for name, size in strength.items()}
    weights = {name: int(size) for name, size in exact.items()}
    for name in sorted(exact, key=lambda n: weights[n] - exact[n])[: WHOLE - sum(weights.values())]:
        weights[name] += 1
    return weights
