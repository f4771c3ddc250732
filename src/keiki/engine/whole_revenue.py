"""Revenue from lead to renewal on one sheet, of everybody or of one segment of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import ibis

from keiki.customers.referrals import referral_rate, referrals
from keiki.engine.business import Business
from keiki.engine.repeat import last_year
from keiki.engine.spans import rows_over
from keiki.errors import UnknownName
from keiki.formula.nodes import Compare, Reference, Text
from keiki.periods import Period

FUNNEL: Final = ("leads", "mql_count", "sql_count", "opportunities", "won_orders")
RETAINED: Final = ("nrr", "grr", "profit_margin", "ltv_cac")
COSTS: Final = ("cs_cost", "cs_cost_ratio", "retention_cost_per_customer")
EXPANSION: Final = ("expansion_revenue", "revenue", "expansion_revenue_ratio")
ADDED: Final = ("upsell_added_revenue", "cross_sell_added_revenue")
FORMULAS: Final = {"ltv_cac": "ltv_margin / cac"}
"""What is no KPI of the catalogue; LTV beside CAC counts gross profit, not sales."""
NUMBERS: Final = (*FUNNEL, *RETAINED, *COSTS, *EXPANSION, *ADDED)
ATTRIBUTES: Final = ("segment", "industry", "size_band", "plan", "region", "acquisition_channel")
"""What customers can be told apart by."""
VALUES: Final = 12
"""Values of an attribute that can be chosen, those with most customers."""
REFERRERS: Final = 10


@dataclass(frozen=True)
class Referrer:
    """A customer who referred others, and how many of them became customers."""

    customer_id: str
    referrals: int
    converted: int

    @property
    def rate(self) -> float | None:
        """The share that became customers."""
        return referral_rate(self.referrals, self.converted)


@dataclass(frozen=True)
class WholeRevenue:
    """Twelve months from lead to renewal. `values` are the NUMBERS of the segment (None: of everybody), `everybody`
    those of the whole business, for comparison; what cannot be told is None.

    Costs count for a segment only where they are booked on its customers: `unassigned` says that none are, and the
    costs of the segment are None then. `line` is the share of revenue from expansion that the business wants to reach.
    """

    period: Period
    segment: tuple[str, str] | None
    values: Mapping[str, float | None]
    everybody: Mapping[str, float | None]
    unassigned: bool
    referrals: int
    converted: int
    referrers: tuple[Referrer, ...]
    line: float

    @property
    def referral_rate(self) -> float | None:
        """The share of referrals that became customers."""
        return referral_rate(self.referrals, self.converted)


def whole_revenue(
    business: Business, segment: tuple[str, str] | None = None, period: Period | None = None
) -> WholeRevenue:
    """The way from lead to win, what stays, what it costs and what existing customers add, over twelve whole months.

    `segment` is an attribute of customers (ATTRIBUTES) with a value. Raises UnknownName for another attribute.
    """
    if segment is not None and segment[0] not in ATTRIBUTES:
        raise UnknownName(kind="dimension", name=segment[0], known=ATTRIBUTES)
    asked = period or last_year(business)
    everybody = _values(business, asked, None)
    values = everybody if segment is None else _values(business, asked, segment)
    unassigned = segment is not None and bool(everybody["cs_cost"]) and not values["cs_cost"]
    if unassigned:
        values = {name: None if name in COSTS else value for name, value in values.items()}
    attribute, value = segment or (None, None)
    rows = rows_over(business, (asked,), lambda spans: referrals(business.facts, spans, attribute, value))
    found = [Referrer(row["customer_id"], row["referrals"], row["converted"]) for row in rows]
    found.sort(key=lambda each: (-each.referrals, -each.converted, each.customer_id))
    return WholeRevenue(
        asked,
        segment,
        values,
        everybody,
        unassigned,
        sum(each.referrals for each in found),
        sum(each.converted for each in found),
        tuple(found[:REFERRERS]),
        float(business.rules.expansion_line),
    )


def _values(business: Business, period: Period, segment: tuple[str, str] | None) -> dict[str, float | None]:
    where = None if segment is None else Compare("=", Reference(f"customer.{segment[0]}"), Text(segment[1]))
    asked = {name: FORMULAS.get(name, name) for name in NUMBERS}
    measured = business.measure(asked.values(), business.question((period,), where=where))
    return {name: measured.value(formula) for name, formula in asked.items()}


def customer_segments(business: Business) -> dict[str, tuple[str, ...]]:
    """The values of each of ATTRIBUTES by which customers can be told apart, those with most customers first."""
    people = business.facts["customers"]
    found = {}
    for attribute in ATTRIBUTES:
        named = people.select(value=people[attribute].cast("string")).filter(ibis._.value.notnull())
        counted = named.group_by("value").aggregate(n=named.count())
        rows = business.engine.run(counted.order_by(counted.n.desc(), counted.value).limit(VALUES)).to_pylist()
        found[attribute] = tuple(row["value"] for row in rows)
    return {attribute: values for attribute, values in found.items() if len(values) > 1}


def segment_size(business: Business, segment: tuple[str, str]) -> tuple[int, int]:
    """How many customers have a value of one of ATTRIBUTES, and how many there are."""
    people = business.facts["customers"]
    there = people[segment[0]].cast("string") == segment[1]
    counts = people.aggregate(n=people.customer_id.nunique(where=there), whole=people.customer_id.nunique())
    row = business.engine.run(counts).to_pylist()[0]
    return int(row["n"]), int(row["whole"])
