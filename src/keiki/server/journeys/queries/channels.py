"""Reads about channels: the mix of visits in a period beside the one before, and what each channel earns by model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from keiki.engine.channels import (
    VISITS,
    AttributionModels,
    SearchKeywords,
    attribution_models,
    search_keywords,
    traffic_of,
)
from keiki.engine.channels import CreditedPlace as CreditedPlace
from keiki.insight.traffic import TrafficMix
from keiki.journeys.attribution import OF_TOUCH
from keiki.measures.rules import Rules
from keiki.measures.told import NOTHING, WORTH, counts
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

PLACES: Final = OF_TOUCH
"""What the credit of touches can be told by."""


@dataclass(frozen=True)
class Traffic:
    """The mix of a period and of the one before; None where the number of visits is closed to the person."""

    mix: TrafficMix | None
    before: TrafficMix | None


def traffic(user: Any, business: Business, period: Period, before: Period) -> Traffic:
    """The visits by channel in two periods."""
    if VISITS not in door.catalogue_of(user, business).kpis:
        return Traffic(None, None)

    def of(each: Period) -> TrafficMix:
        return door.answered(
            user, business, ("traffic", each), lambda numbers: traffic_of(numbers, each), tells=counts("events")
        )

    return Traffic(of(period), of(before))


def credited(user: Any, business: Business, period: Period, by: str) -> AttributionModels:
    """What earned the conversions of a period by every model."""
    key = ("attribution models", period, by)
    return door.answered(
        user, business, key, lambda numbers: attribution_models(numbers, period, by), tells=WORTH | counts("events")
    )


def keywords(user: Any, business: Business, period: Period) -> SearchKeywords:
    """The search results of a period by class of keyword."""
    key = ("search keywords", period)
    return door.answered(user, business, key, lambda numbers: search_keywords(numbers, period), tells=counts("media"))


def rules(user: Any, business: Business) -> Rules:
    """The settings the numbers follow."""
    return door.answered(user, business, "rules in force", lambda numbers: numbers.rules, tells=NOTHING)
