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


class ChannelsOut(Schema):
    """The mix of visits, and what earned the conversions by every model."""

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
