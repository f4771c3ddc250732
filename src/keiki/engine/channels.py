"""The channels of a business in a period: what share of the visits each brings, and what each earns by every model."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import conversions
from keiki.engine.business import Business
from keiki.engine.spans import rows_over
from keiki.insight.traffic import TrafficMix, traffic_mix
from keiki.journeys.attribution import MODELS, AttributionRule, side_by_side
from keiki.journeys.keywords import CLASSES, KeywordRule, keyword_classes
from keiki.periods import Period

VISITS = "sessions"
"""The KPI whose parts the mix shows."""


@dataclass(frozen=True)
class Credit:
    """What one model gives a channel: a part of the conversions, of their revenue and of their gross profit.

    `profit` is None where the gross profit of a conversion it had a part in is not known.
    """

    model: str
    conversions: float
    revenue: float
    profit: float | None


@dataclass(frozen=True)
class CreditedPlace:
    """One channel (campaign, …; None where touches name none): its touches, and its credit by every model."""

    place: str | None
    touches: int
    by_model: tuple[Credit, ...]


@dataclass(frozen=True)
class AttributionModels:
    """The same conversions shared by every model; first the place with most revenue by the rule's own model, last None.

    In each model the conversions of all places sum to `conversions` and their revenue to `revenue` (net of tax);
    `gross_profit` is None where that of a conversion is not known.
    """

    period: Period
    by: str
    rule: AttributionRule
    models: tuple[str, ...]
    places: tuple[CreditedPlace, ...]
    conversions: int
    revenue: Decimal
    gross_profit: Decimal | None


@dataclass(frozen=True)
class KeywordClass:
    """One class of search keywords: how many different ones, and what their results were seen and clicked."""

    name: str
    keywords: int
    clicks: int
    impressions: int


@dataclass(frozen=True)
class SearchKeywords:
    """The search results of a period by class of keyword; the clicks of the classes are all clicks."""

    rule: KeywordRule
    classes: tuple[KeywordClass, ...]

    @property
    def clicks(self) -> int:
        """All clicks."""
        return sum(each.clicks for each in self.classes)

    def share(self, each: KeywordClass) -> float | None:
        """The part of all clicks that a class has; None without clicks."""
        return each.clicks / self.clicks if self.clicks else None


def search_keywords(business: Business, period: Period) -> SearchKeywords:
    """What people searched for in a period and clicked, by class of keyword, in the order of `CLASSES`."""
    facts, rule = business.facts, business.rules.keywords
    rows = rows_over(business, [period], lambda spans: keyword_classes(facts, spans, rule))
    found = [KeywordClass(row["keyword_class"], row["keywords"], row["clicks"], row["impressions"]) for row in rows]
    return SearchKeywords(rule, tuple(sorted(found, key=lambda each: CLASSES.index(each.name))))


def traffic_of(business: Business, period: Period) -> TrafficMix:
    """The visits of a period by channel, in shares of all of them."""
    found = business.compare(VISITS, "channel", period)
    return traffic_mix({each.segment: each.top for each in found.segments}, business.rules.traffic)


def attribution_models(business: Business, period: Period, by: str = "channel") -> AttributionModels:
    """What earned the conversions of a period by every model: a touch counts however long before the period it was,
    within the look-back of the business. Raises `UnknownName` when touches have no column of the name `by`.
    """
    rules, facts = business.rules, business.facts

    def converted(spans: ir.Table) -> ir.Table:
        sold = conversions(facts, rules.postings)
        return sold.semi_join(spans, [sold.converted_at >= spans.start_at, sold.converted_at < spans.end_at])

    def totals(spans: ir.Table) -> ir.Table:
        sold = converted(spans)
        return sold.aggregate(
            conversions=sold.count(),
            revenue=ibis.coalesce(sold.amount.sum(), 0).cast("decimal(18, 4)"),
            gross_profit=sold.gross_profit.sum().cast("decimal(18, 4)"),
            profit_unknown=sold.count(where=sold.gross_profit.isnull()),
        )

    rows = rows_over(business, [period], lambda spans: side_by_side(facts, converted(spans), by, rules.attribution))
    whole = rows_over(business, [period], totals)[0]
    models = tuple(MODELS)
    places = [
        CreditedPlace(
            row["place"],
            row["touches"],
            tuple(
                Credit(
                    model,
                    row[f"{model}_credit"],
                    row[f"{model}_revenue"] or 0.0,
                    None if row["profit_unknown"] else row[f"{model}_profit"],
                )
                for model in models
            ),
        )
        for row in rows
    ]
    own = models.index(rules.attribution.model)
    places.sort(key=lambda each: (each.place is None, -each.by_model[own].revenue, -each.touches, each.place or ""))
    return AttributionModels(
        period,
        by,
        rules.attribution,
        models,
        tuple(places),
        whole["conversions"],
        whole["revenue"],
        None if whole["profit_unknown"] else whole["gross_profit"] or Decimal(0),
    )
