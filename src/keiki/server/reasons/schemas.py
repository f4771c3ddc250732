"""What the REST API takes and gives about drivers, changes and trials."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field

from keiki.periods import Grain
from keiki.server.accounts.schemas import Strict

Formula = Annotated[str, Field(min_length=1, max_length=4_000)]
Part = Field(None, max_length=1_000, description=gettext_noop("Only rows that meet it, such as channel = 'email'."))


class DriversAsk(Strict):
    """An outcome and what may drive it."""

    outcome: Formula
    drivers: list[Formula] = Field(min_length=1, max_length=30)
    grain: Grain = Grain.MONTH
    last: int = Field(37, ge=1, le=120, description=gettext_noop("So many periods up to the last day of the data."))
    where: str | None = Part


class LagOut(Schema):
    """Pearson's r with the driver `lag` periods earlier, with its interval; `clear`: it leaves out 0."""

    lag: int
    pairs: int
    independent: float
    r: float
    low: float
    high: float
    clear: bool


class DriverOut(Schema):
    """One driver at every delay with pairs enough; `best` is the strongest, null without any."""

    kpi: str
    best: LagOut | None
    lags: list[LagOut]


class DriversOut(Schema):
    """The strongest driver first; trends were taken off. Moving together is no proof of a cause."""

    outcome: str
    periods: int
    drivers: list[DriverOut]


class ChangeAsk(Strict):
    """A KPI and the day of a change."""

    kpi: Formula
    since: date
    months: int = Field(6, ge=1, le=18, description=gettext_noop("So many months on each side."))
    where: str | None = Part


class ChangeOut(Schema):
    """Means of the complete months on both sides; `low` and `high` are the interval of the difference.

    `last_year` is the difference of the same months a year earlier, null where there is none.
    """

    kpi: str
    months_before: int
    months_after: int
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    clear: bool
    last_year: float | None
    beyond_season: float | None
    cautions: list[str]


class ArmOut(Schema):
    units: int
    successes: int
    rate: float | None


class TrialOut(Schema):
    """An experiment: both arms, the difference of their rates with its interval, and the verdict."""

    experiment: str
    control: ArmOut
    treatment: ArmOut
    difference: float | None
    low: float | None
    high: float | None
    uplift: float | None
    p: float | None
    split_p: float
    verdict: str
