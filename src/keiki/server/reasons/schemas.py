"""What the REST API takes and gives about drivers, changes, attributes, months to come and trials."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field

from keiki.periods import Grain
from keiki.server.accounts.schemas import PeriodOut, Strict

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


class SideEffectsAsk(Strict):
    """The day of a change, the KPI it was for, and the KPIs to look at; without any those of the trees."""

    since: date
    aimed: str | None = Field(None, max_length=64)
    kpis: list[str] = Field([], max_length=100)
    weeks: int = Field(4, ge=1, le=26, description=gettext_noop("So many whole weeks on each side."))


class SideEffectOut(Schema):
    """A KPI around a change: means of both sides, the usual difference and the noise of its own history.

    `strength` is the move beyond the usual one in multiples of the noise; `beyond`: it passes; `shares`: it is counted
    from some of the same numbers as the KPI that was aimed at; `unsaid`: why nothing can be said.
    """

    kpi: str
    before: float | None
    after: float | None
    difference: float | None
    usual: float | None
    noise: float | None
    strength: float | None
    p: float | None
    beyond: bool
    shares: bool
    unsaid: str | None


class SideEffectsOut(Schema):
    """Those that moved beyond noise first; about the share `level` of them may be chance. Empty until `ready`."""

    since: date
    before: PeriodOut
    after: PeriodOut
    ready: bool
    level: float
    aimed: SideEffectOut | None
    kpis: list[SideEffectOut]


class AttributeAsk(Strict):
    """An attribute, and the period that holds a day; without one the last period that is over."""

    by: str = Field(min_length=1, max_length=80, description=gettext_noop("Such as device, age_band, customer.region."))
    grain: Grain = Grain.MONTH
    on: date | None = None


class SegmentOut(Schema):
    """Counts above and below the line, the value, the share of the whole, and the part of the gap to the level."""

    segment: str | None
    top: float
    bottom: float | None
    value: float | None
    share: float | None
    gap: float | None


class AttributeOut(Schema):
    """A KPI by one attribute, the largest segment first; the parts of the gap sum to value less level.

    `level` is the target of the period, else the value of the period before. `attributes` are those it can be told by.
    """

    kpi: str
    attribute: str
    attributes: list[str]
    period: PeriodOut
    value: float | None
    level: float | None
    level_is_target: bool
    counted: bool
    segments: list[SegmentOut]
    rest_top: float
    rest_bottom: float | None


class ForecastAsk(Strict):
    months: int = Field(3, ge=1, le=24, description=gettext_noop("So many months after the last complete one."))


class MonthAheadOut(Schema):
    period: PeriodOut
    expected: float
    low: float
    high: float


class ForecastOut(Schema):
    """The months to come, when things go on as they do; empty with too little history.

    `history` counts the complete months read; `low` and `high` hold the share `level` of what may come.
    """

    kpi: str
    history: int
    seasonal: bool
    level: float
    months: list[MonthAheadOut]


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


class Explained(Strict):
    """What is compared, and how the change of a product is shared."""

    before: str = Field(
        max_length=40,
        description=gettext_noop("The earlier period, such as 2026-09, or the word target: what the targets want."),
    )
    after: str = Field(max_length=40, description=gettext_noop("The later period, such as 2026-10."))
    where: str | None = Field(None, max_length=1_000)
    method: Literal["shapley", "lmdi"] = "shapley"


class ContributionOut(Schema):
    """A node's part of the change, in the unit of the goal."""

    node: str
    before: float | None
    after: float | None
    change: float | None
    contribution: float | None
    share: float | None
    leaf: bool
    residual: bool


class ExplanationOut(Schema):
    """Why the goal changed; the contributions of the leaves sum to the change and `apart`."""

    tree: str
    method: str
    against: Literal["period", "target"]
    periods: list[PeriodOut] = Field(description=gettext_noop("Both periods; against targets the later one alone."))
    before: float | None
    after: float | None
    change: float | None
    apart: float = Field(
        description=gettext_noop(
            "What the goal's own target lies above what the targets below it give; 0 between periods."
        )
    )
    parts: list[ContributionOut]
    gaps: list[dict[str, Any]]
    instead: list[dict[str, Any]]
