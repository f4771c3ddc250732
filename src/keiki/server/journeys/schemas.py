"""What the REST API takes and gives about channels and leads. Money is exact text; undefined is null, never 0."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field

from keiki.journeys.attribution import OF_TOUCH
from keiki.periods import Grain
from keiki.server.accounts.schemas import PeriodOut, Strict
from keiki.server.customers.schemas import Money, Number, one_of


class ChannelsAsk(Strict):
    """The channels of a period: the one that holds a day, else the last one that is over."""

    grain: Grain = Grain.MONTH
    on: date | None = None
    by: Annotated[str, one_of(OF_TOUCH)] = OF_TOUCH[0]


class ChannelShareOut(Schema):
    """One channel with its visits; null: visits that name none."""

    channel: str | None
    visits: Number
    share: Number
    weak: bool


class CreditOut(Schema):
    """What one model gives a place."""

    model: str
    conversions: Number
    revenue: Number
    profit: Number


class CreditedPlaceOut(Schema):
    """A channel, campaign … with its touches; null: touches that name none."""

    place: str | None
    touches: int
    by_model: list[CreditOut]


class KeywordClassOut(Schema):
    """One class of search keywords."""

    name: str
    keywords: int
    clicks: int
    impressions: int


class ChannelsOut(Schema):
    """The mix of visits, what earned the conversions by every model, and the clicks from search by class of keyword."""

    period: PeriodOut
    visits: Number = Field(description=gettext_noop("Null where the number of visits is closed to the caller."))
    weak_below: Number
    channels: list[ChannelShareOut]
    lookback: str
    half_life_days: Number
    conversions: int
    revenue: Money
    gross_profit: Money
    by: str
    places: list[CreditedPlaceOut]
    keywords: list[KeywordClassOut]


class LeadsAsk(Strict):
    """The leads of a period: the one that holds a day, else the last one that is over."""

    grain: Grain = Grain.MONTH
    on: date | None = None


class BandOut(Schema):
    """One band and its leads; `least`: null for the last one."""

    name: str
    least: Number
    leads: int


class SpreadOut(Schema):
    """Leads by band; they sum to `leads`, those without a score stand beside."""

    bands: list[BandOut]
    leads: int
    without: int
    median: Number
    high: Number = Field(description=gettext_noop("The share of the high band."))


class CriterionOut(Schema):
    """One line of the rule."""

    name: str
    attribute: str
    values: list[str]
    points: int


class LeadVersionOut(Schema):
    """A version of the rule, who agreed, and the leads by band as it scores them."""

    number: int
    criteria: list[CriterionOut]
    agreed: list[str]
    spread: SpreadOut


class LeadsOut(Schema):
    """The leads of a period by the loaded scores and by the two newest versions of the rule."""

    period: PeriodOut
    leads: int
    loaded: SpreadOut
    in_force: int | None = Field(description=gettext_noop("The version both sides agreed to; null before the first."))
    versions: list[LeadVersionOut]
    risen: int = Field(description=gettext_noop("Leads with more points than by the version before."))
    fallen: int
