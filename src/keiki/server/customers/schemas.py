"""What the REST API takes and gives about customer value. Money of rows is exact text; undefined is null, never 0."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import BeforeValidator, Field

from keiki.customers.cohort_table import ACTS, DIMENSIONS, STARTS, VALUES
from keiki.customers.ideal import THRESHOLD
from keiki.customers.lives import LIVES, UNITS
from keiki.customers.ltv_formulas import BUSINESS_MODELS, FORMULAS
from keiki.customers.mrr_presets import PRESETS
from keiki.customers.repeat import WINDOWS
from keiki.server.accounts.schemas import PeriodOut, Strict
from keiki.server.customers.queries.forecast import MODELS
from keiki.server.customers.queries.lifetime_value import GROUPED_BY
from keiki.server.customers.queries.quality import CURVES_BY, PLACES_BY
from keiki.server.customers.queries.whole import ATTRIBUTES

MOST_ROWS: Final = 500
FARTHEST: Final = 1e15


def one_of(words: Iterable[str]) -> Any:
    """A text that is one of these words."""
    known: list[Any] = list(words)
    return Field(pattern=f"^(?:{'|'.join(map(re.escape, known))})$", json_schema_extra={"enum": known})


def _exact(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _named(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _without_address(value: Any) -> Any:
    return None if isinstance(value, str) and "@" in value else value


Money = Annotated[str | None, BeforeValidator(_exact)]
Number = Annotated[float | None, BeforeValidator(_finite)]
Group = Annotated[str | None, BeforeValidator(_named)]
Told = Annotated[str | None, BeforeValidator(_without_address)]
"""An id or a name of a customer; null where it is an e-mail address."""
Typed = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]
Spent = Annotated[float, Field(ge=0, le=FARTHEST)]


class CohortsAsk(Strict):
    """When customers begin, what counts as being there, and what a cell shows."""

    start: Annotated[str, one_of(STARTS)] | None = Field(
        None, description=gettext_noop("What customers begin with; else orders, or contracts where there are none.")
    )
    counts: Annotated[str, one_of(ACTS)] | None = Field(
        None, description=gettext_noop("What counts as being there; else what they began with.")
    )
    value: Annotated[str, one_of(VALUES)] = "share"
    event: Annotated[str, Field(max_length=100)] | None = Field(
        None, description=gettext_noop("Only events of this name, where events are the beginning or count.")
    )
    grain: Annotated[str, one_of(("week", "month", "quarter", "year"))] = "month"
    last: int = Field(13, ge=1, le=60, description=gettext_noop("So many cohorts up to the last day of the data."))
    or_after: bool = Field(
        default=False, description=gettext_noop("Whether who comes later counts at an earlier age too.")
    )
    simple: bool = Field(default=False, description=gettext_noop("Whether every cohort counts alike in the average."))
    every_status: bool = Field(
        default=False, description=gettext_noop("Whether cancelled and returned orders count too.")
    )
    by: Annotated[str, one_of(DIMENSIONS)] | None = Field(
        None, description=gettext_noop("Split by these attributes of customers.")
    )


class CohortOut(Schema):
    """Customers who began in one period and what they did at every age; an age that is not over is null."""

    period: PeriodOut
    size: int
    values: list[Number]


class CohortTableOut(Schema):
    """The cohorts of one segment, oldest first, and the line under them."""

    segment: str | None
    cohorts: list[CohortOut]
    average: list[Number]


class CohortsOut(Schema):
    """One table, or one per segment, the largest first."""

    start: str
    counts: str
    value: str
    grain: str
    tables: list[CohortTableOut]


class WholeAsk(Strict):
    """Whose revenue: customers with a value in one of their attributes; else everybody's."""

    attribute: Annotated[str, one_of(ATTRIBUTES)] | None = None
    value: Annotated[str, Field(max_length=200)] | None = None


class ReferrerOut(Schema):
    """A customer who referred others; its id is null where it is an e-mail address."""

    customer_id: Told
    referrals: int
    converted: int
    rate: Number


class WholeOut(Schema):
    """Twelve months from lead to renewal, of the segment and of everybody. `unassigned`: no cost is booked on customers
    of the segment, so its costs are null. `line`: the share of revenue from expansion that the business wants to reach.
    """

    period: PeriodOut
    segment: list[str] | None
    values: dict[str, Number]
    everybody: dict[str, Number]
    unassigned: bool
    referrals: int
    converted: int
    referral_rate: Number
    referrers: list[ReferrerOut]
    line: Number


class SegmentsAsk(Strict):
    """The month at whose end customers are classed."""

    on: date | None = Field(None, description=gettext_noop("A day of the month; else the last month that is over."))
    scale: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description=gettext_noop("The number of an earlier scale, for the scores as they were reported under it."),
    )


class MembersAsk(SegmentsAsk):
    """Which customers of a segment."""

    limit: int = Field(100, ge=1, le=MOST_ROWS)


class SegmentOut(Schema):
    """A segment with the purchases and money of the months that the rule counts."""

    segment: str
    customers: int
    frequency: int
    amount: Money
    profit: Money
    recency_days: Number


class ScoreOut(Schema):
    """Customers of a pair of scores."""

    r: int
    f: int
    customers: int


class MoveOut(Schema):
    """Customers who went from one segment to another in the month; null: not classed."""

    before: str | None
    after: str | None
    customers: int


class ScaleOut(Schema):
    """A scale of the scores: until when it was in force (null: it is), how far it looks back, and its limits, best
    first (null: fifths of the customers).
    """

    number: int
    until: datetime | None
    lookback: str
    counted: str
    recency_limits: list[float] | None
    frequency_limits: list[float] | None
    amount_limits: list[float] | None


class SegmentsOut(Schema):
    """The RFM segments at the end of a month, the scale they follow, and every scale there was, newest first."""

    period: PeriodOut
    scale: ScaleOut
    scales: list[ScaleOut]
    customers: int
    segments: list[SegmentOut]
    scores: list[ScoreOut]
    moves: list[MoveOut]


class MemberOut(Schema):
    """A customer of a segment; its id and name are null where they are an e-mail address."""

    customer_id: Told
    name: Told
    r: int
    f: int
    m: int
    recency_days: int
    frequency: int
    amount: Money
    profit: Money
    excluded: bool
    opted_out: bool


class MembersOut(Schema):
    """The customers of a segment with the most money."""

    segment: str
    period: PeriodOut
    total: int
    customers: list[MemberOut]


class RepeatAsk(Strict):
    """Which period, and how soon the second purchase must come."""

    period: str | None = Field(
        None,
        max_length=30,
        description=gettext_noop(
            "The period of the rates, such as 2026-10, 2026-Q4 or 2026-08..2026-10; else the last twelve months whose "
            "new customers have all been watched for the window."
        ),
    )
    windows: list[Annotated[str, Field(max_length=8)]] = Field(
        list(WINDOWS), min_length=1, max_length=12, description=gettext_noop("Such as 60d, 6m or 1y; several times.")
    )


class RepeatRateOut(Schema):
    """A repeat rate by one definition, and of how many customers (or money) it is."""

    definition: str
    window: str | None = Field(description=gettext_noop("How soon the second purchase must come."))
    period: PeriodOut = Field(description=gettext_noop("When its customers first bought; without a window: bought."))
    share: Number
    base: Number


class IntervalOut(Schema):
    """Days between purchases: mean and median of those that happened, and after how many half have bought again."""

    count: int
    mean: Number
    median: Number
    half_after: int | None


class OrderProfitOut(Schema):
    """What the first, second, third … order of a customer leaves; the last row stands for all later ones."""

    order_no: int
    orders: int
    revenue: Money
    gross_profit: Money
    acquisition: Money
    profit: Money


class StatusesOut(Schema):
    """Customers at the end of the period, who fell silent in it and who came back."""

    active: int
    dormant: int
    churned: int
    fell_silent: int
    reactivated: int


class RepeatOut(Schema):
    """How customers bought again: each rate in its period, statuses in `period`."""

    period: PeriodOut
    rates: list[RepeatRateOut]
    interval: IntervalOut
    by_order: list[OrderProfitOut]
    statuses: StatusesOut
    dormancy_days: int = Field(description=gettext_noop("After so many days without a purchase a customer is dormant."))


class RecurringAsk(Strict):
    """By whose rules, and which periods."""

    rules: Annotated[str, one_of(PRESETS)] = Field(
        "keiki", description=gettext_noop("Whose published rules name the movements; keiki: ours.")
    )
    grain: Annotated[str, one_of(("month", "quarter"))] = "month"
    last: int = Field(13, ge=1, le=60, description=gettext_noop("So many periods up to the last day of the data."))


class PresetOut(Schema):
    """How somebody reads a change of recurring revenue, and where that is published."""

    id: str
    name: str
    unit: str
    compares: str
    returning: str
    gap_days: int
    source: str


class RecurringPeriodOut(Schema):
    """From start to end by the movements, and the rates that rest on them."""

    period: PeriodOut
    complete: bool
    mrr_start: Money
    mrr_end: Money
    customers_start: int
    customers_end: int
    moves: dict[str, Money] = Field(description=gettext_noop("Money of each movement; null: not told apart."))
    moved: dict[str, int] = Field(description=gettext_noop("Customers of each movement."))
    lost: int = Field(description=gettext_noop("Customers who left altogether; one with another contract has not."))
    unexplained: Money = Field(description=gettext_noop("End less start and movements: 0."))
    net_retention: Number
    gross_retention: Number
    revenue_churn: Number
    logo_churn: Number
    quick_ratio: Number
    due: int
    renewed: int
    renewal_rate: Number
    per_account: Number
    per_user: Number


class CommittedOut(Schema):
    """Recurring revenue with what is already agreed to start and to end later."""

    day: date
    mrr: Money
    starting: Money
    ending: Money
    total: Money


class DifferenceOut(Schema):
    """Customers whose movements the chosen rules name differently from ours, and why."""

    period: PeriodOut
    reason: str
    customers: int
    left: dict[str, Money] = Field(description=gettext_noop("Movements by our rules."))
    right: dict[str, Money] = Field(description=gettext_noop("Movements by the chosen rules."))


class RecurringOut(Schema):
    """Recurring revenue period by period."""

    preset: PresetOut
    periods: list[RecurringPeriodOut]
    committed: CommittedOut
    differences: list[DifferenceOut]


class SurvivalAsk(Strict):
    """What a life is, its unit, and a split."""

    of: Annotated[str, one_of(LIVES)] = "contract"
    unit: Annotated[str, one_of(UNITS)] = "month"
    by: str | None = Field(
        None,
        max_length=80,
        description=gettext_noop("An attribute of customers, or plan, product or billing_period of the contract."),
    )
    dormancy_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description=gettext_noop(
            "Days of silence that end a life of purchases. By default the setting of the business."
        ),
    )


class StepOut(Schema):
    """A length: who had come that far, ended or was last seen there, and the share still there with its 95% band."""

    length: int
    at_risk: int
    ended: int
    censored: int
    share: Number
    low: Number
    high: Number


class SurvivalCurveOut(Schema):
    """The Kaplan–Meier curve of one segment."""

    segment: str | None
    size: int
    median: int | None
    steps: list[StepOut]


class LogRankOut(Schema):
    """Whether the segments differ."""

    statistic: Number
    degrees: int
    p_value: Number


class SurvivalOut(Schema):
    """How long customers stay."""

    of: str
    unit: str
    by: str | None
    dormancy_days: int = Field(description=gettext_noop("Days of silence that end a life of purchases."))
    curves: list[SurvivalCurveOut]
    test: LogRankOut | None


class LifetimeValueAsk(Strict):
    """The terms of the formulas; what is not sent comes from the data of the business when `own` is true."""

    model: Annotated[str, one_of(BUSINESS_MODELS)] = "general"
    formula: Annotated[str, one_of(FORMULAS)] | None = Field(
        None, description=gettext_noop("The formula to hold beside acquisition cost; else the first of the model.")
    )
    own: bool = Field(
        default=True, description=gettext_noop("Whether the data of the business fills in what is not sent.")
    )
    on: date | None = Field(None, description=gettext_noop("A day of the month; else the last month that is over."))
    strict: bool = Field(
        default=False, description=gettext_noop("Whether a ratio of exactly 3 to acquisition cost is not healthy.")
    )
    aov: Typed | None = None
    purchase_frequency: Typed | None = None
    customer_lifetime_years: Typed | None = None
    gross_margin: Typed | None = None
    arpu: Typed | None = None
    arpa: Typed | None = None
    monthly_fee: Typed | None = None
    churn_rate_monthly: Typed | None = None
    avg_contract_period_months: Typed | None = None
    monthly_discount_rate: Typed | None = None
    revenue_growth_monthly: Typed | None = None
    cac: Typed | None = None
    retention_cost_per_customer: Typed | None = None
    marketing: Spent | None = Field(None, description=gettext_noop("Marketing cost of a period."))
    sales: Spent | None = Field(None, description=gettext_noop("Sales cost of the same period."))
    customers: Spent | None = Field(None, description=gettext_noop("New customers of the same period."))
    visitors: Spent | None = Field(None, description=gettext_noop("New visitors of the same period."))


class FormulaOut(Schema):
    """What one formula gives: value = monthly × share × months − costs; else `trouble` says why not."""

    id: str
    name: str
    basis: str
    value: Number
    monthly: Number
    share: Number
    months: Number
    costs: Number
    valid: str = Field(description=gettext_noop("When the formula holds."))
    invalid: str = Field(description=gettext_noop("When it does not."))
    trouble: str | None


class DifferOut(Schema):
    """Why the highest value above 0 is so much higher than the lowest: factors of its parts, and costs."""

    highest: str
    lowest: str
    times: Number
    monthly: Number
    share: Number
    months: Number
    costs: Number
    part: str = Field(description=gettext_noop("The part that differs most."))
    reason: str


class AcquisitionOut(Schema):
    """What was spent on winning customers, and what one costs by three names that are not the same."""

    marketing: Number
    sales: Number
    customers: Number
    visitors: Number
    full: Number = Field(description=gettext_noop("Marketing and sales cost per new customer."))
    marketing_only: Number
    per_new_visitor: Number


class PaybackOut(Schema):
    """A lifetime value of gross profit beside the full acquisition cost."""

    ltv: Number
    cac: Number
    ratio: Number
    healthy: bool | None
    months: Number
    ceiling: Number = Field(description=gettext_noop("The most a customer may cost so that the ratio stays healthy."))
    over: bool


class LifetimeValueOut(Schema):
    """Every formula on the same terms."""

    period: PeriodOut | None = Field(description=gettext_noop("The month the data speaks of; null without own data."))
    terms: dict[str, Number]
    values: list[FormulaOut]
    differ: DifferOut | None
    acquisition: AcquisitionOut
    payback: PaybackOut | None


class WorthsAsk(Strict):
    """How customers are grouped."""

    by: Annotated[str, one_of(GROUPED_BY)] = GROUPED_BY[0]


class WorthOut(Schema):
    """What the customers of a group have brought and cost so far; null for a group of fewer than five."""

    group: Group
    shown: bool
    customers: int | None
    repeaters: int | None
    purchases: int | None
    revenue: Money
    gross_profit: Money
    acquisition: Money
    retention: Money
    profit: Money
    good: int | None
    bad: int | None
    undetermined: int | None
    repeat_rate: Number
    per_spend: Number


class WorthsOut(Schema):
    """Groups of customers, most profit per customer first."""

    by: str
    rows: list[WorthOut]


class QualityAsk(Strict):
    """Length of the periods."""

    grain: Annotated[str, one_of(("month", "quarter", "year"))] = "quarter"


class QualityPeriodOut(Schema):
    """The sales of a period, new and repeat, by class of customer, and what was left of them."""

    period: PeriodOut
    complete: bool
    revenue: Money
    new: Money
    repeat: Money
    good: Money
    bad: Money
    undetermined: Money
    unnamed: Money = Field(description=gettext_noop("Sales without a customer."))
    without_cost: Money = Field(description=gettext_noop("Sales that name no cost of goods; they count in full."))
    gross_profit: Money
    profit: Money
    margin: Number
    profit_margin: Number
    good_share: Number
    bad_share: Number
    acquired: dict[str, int | None] = Field(
        description=gettext_noop("Who came in the period by class; null for fewer than five and what tells them.")
    )
    fan: bool = Field(description=gettext_noop("Whether sales outrun profit: growth is being bought."))


class ClassRuleOut(Schema):
    """When a customer is good."""

    purchases: int
    renewal: bool
    profit_above: Money


class QualityOut(Schema):
    """Good and bad revenue of the last eight periods; customers and revenue are all of a class so far."""

    grain: str
    rule: ClassRuleOut
    customers: dict[str, int | None] = Field(
        description=gettext_noop("By class; null for fewer than five and what tells them, with their revenue.")
    )
    revenue: dict[str, Money]
    without_cost: Number = Field(
        description=gettext_noop("The share of sales that name no cost of goods; they count in full as profit.")
    )
    periods: list[QualityPeriodOut]


class CurvesAsk(Strict):
    """How customers are grouped."""

    by: list[Annotated[str, one_of(CURVES_BY)]] = Field(
        [CURVES_BY[0]],
        min_length=1,
        max_length=len(CURVES_BY),
        description=gettext_noop("Several are crossed with each other."),
    )


class PointOut(Schema):
    """Customers who have lived a month to its end, and the profit of one of them up to it."""

    age: int
    customers: int
    profit: Number


class ProfitCurveOut(Schema):
    """The cumulative profit of one customer of a group by age in months; it ends where fewer than five are left."""

    groups: list[Group] = Field(description=gettext_noop("What the group is by each of the splits asked for."))
    customers: int
    payback: int | None = Field(description=gettext_noop("The month by which the cost is earned back; null: not yet."))
    points: list[PointOut]


class AllocationAsk(Strict):
    """Where customers come from, and money to be moved from one place to another."""

    by: Annotated[str, one_of(PLACES_BY)] = PLACES_BY[0]
    giver: str | None = Field(None, max_length=200)
    taker: str | None = Field(None, max_length=200)
    amount: Annotated[float, Field(gt=0, le=FARTHEST)] | None = None


class PlaceOut(Schema):
    """A channel, product, plan or campaign, what its customers brought, and what to do with its money."""

    name: str | None
    customers: int
    repeaters: int
    repeat_rate: Number
    revenue: Number
    spend: Number
    kept: Number
    per_spend: Number = Field(description=gettext_noop("Long-term profit per money spent on acquisition."))
    payback: int | None
    action: str = Field(
        description=gettext_noop("feed, hold, stop, wait, few: too few customers to say, or unpaid: nothing was spent.")
    )
    low: bool = Field(description=gettext_noop("Whether its revenue is of low quality."))


class MovedOut(Schema):
    """What moving the money is expected to bring when both go on as they have."""

    amount: Number
    expected: Number
    stretched: list[str] = Field(description=gettext_noop("Places whose spend would change by more than half."))


class AllocationOut(Schema):
    """Where acquisition money comes back, the best place first."""

    by: str
    places: list[PlaceOut]
    moved: MovedOut | None


class ForecastAsk(Strict):
    """How far ahead, at which yearly discount, by which model, and from which day it is proved."""

    months: int = Field(12, ge=1, le=36)
    discount: float = Field(0.1, ge=0, le=1, description=gettext_noop("Taken off a year for waiting."))
    model: Annotated[str, one_of(MODELS)] | None = Field(
        None, description=gettext_noop("Else the model nearest to the past.")
    )
    split: date | None = Field(
        None,
        description=gettext_noop(
            "The last day the forecast knows when it is held against what then happened; else a year before the last "
            "day of the data, or half of a history shorter than two years."
        ),
    )


class RangeOut(Schema):
    """A number with the range in which it lies with the probability `level`."""

    low: Number
    high: Number
    level: Number


class HoldOutOut(Schema):
    """What the model would have told from earlier purchases, beside what happened."""

    customers: int
    expected: Number
    actual: Number
    naive: Number
    off: Number
    error: Number = Field(description=gettext_noop("Mean absolute error per customer."))
    naive_error: Number = Field(description=gettext_noop("The same of carrying each one's own rate on."))
    better_by: Number = Field(description=gettext_noop("By which share the error is below that."))


class ContractsAsk(Strict):
    """How far ahead, and at which yearly discount."""

    months: int = Field(12, ge=1, le=36)
    discount: float = Field(0.1, ge=0, le=1, description=gettext_noop("Taken off a year for waiting."))


class HeldOutOut(Schema):
    """What the model would have told a year ago of the customers who had a contract then, beside who has one now."""

    since: date
    customers: int
    expected: Number
    actual: int
    off: Number


class ContractsOut(Schema):
    """What the contracts that run today will bring. `told` and `known` are the shares of customers there after 0, 1,
    2 … months, by the model and as observed.
    """

    until: date
    months: int
    discount: Number
    customers: int
    mrr: Number
    model: str
    reason: str
    parameters: dict[str, Number]
    revenue: Number
    interval: RangeOut
    worth: Number
    margin: Number
    without_cost: Number = Field(
        description=gettext_noop("The share of sales that name no cost of goods; they count in full as profit.")
    )
    kept: Number
    told: list[Number]
    known: list[Number]
    held_out: HeldOutOut | None
    cautions: list[str]


class ExpectedCustomerOut(Schema):
    """A customer with its chance to be there still; its id is null where it is an e-mail address."""

    customer_id: Told
    first_on: date
    last_on: date
    frequency: int
    alive: Number
    expected: Number
    worth: Number


class ForecastOut(Schema):
    """What all customers are expected to bring in the next months."""

    until: date
    split: date = Field(description=gettext_noop("The last day known to the hold-out."))
    months: int
    discount: Number
    model: str
    customers: int
    purchases: Number
    interval: RangeOut
    worth: Number = Field(description=gettext_noop("Gross profit in money of today."))
    margin: Number
    without_cost: Number = Field(
        description=gettext_noop("The share of sales that name no cost of goods; they count in full as profit.")
    )
    present: Number = Field(description=gettext_noop("Customers expected to be there still."))
    alive: list[int] = Field(description=gettext_noop("Customers by their chance to be there, in steps of a tenth."))
    hold_out: HoldOutOut
    cautions: list[str]
    top: list[ExpectedCustomerOut]


class HistoryAsk(Strict):
    """Up to which day, what is held out after it, in days or weeks, and which rows."""

    until: date | None = Field(None, description=gettext_noop("The last day that counts; null for that of the data."))
    held_out_until: date | None = Field(None, description=gettext_noop("Days after it up to this one count apart."))
    unit: Literal["day", "week"] = "day"
    limit: int = Field(100, ge=1, le=MOST_ROWS)
    offset: int = Field(0, ge=0)


class HistoryRowOut(Schema):
    """A customer: repeat purchases, the time to the last of them and since the first, money of a repeat purchase; those
    of the held-out days are null without any.
    """

    customer_id: Told
    first_on: date
    last_on: date
    frequency: int
    recency: Number
    age: Number
    mean_value: Number
    purchases_after: int | None = None
    value_after: Number = None


class HistoryOut(Schema):
    """What forecasts of buyers are fitted to; who bought most often first. Purchases of one day are one."""

    until: date
    held_out_until: date | None
    unit: str
    customers: int
    repeaters: int
    purchases: int = Field(description=gettext_noop("Repeat purchases of everybody."))
    rows: list[HistoryRowOut]


class OccasionsAsk(Strict):
    """The period in which customers can buy once only, how many ahead, and the yearly discount."""

    grain: Literal["month", "quarter", "year"] = "year"
    ahead: int = Field(5, ge=1, le=60)
    discount: float = Field(0.1, ge=0, le=1, description=gettext_noop("Taken off a year for waiting."))


class OccasionsOut(Schema):
    """What customers are expected to buy who can buy once a period only; `first` and `last` are whole periods."""

    grain: str
    first: PeriodOut
    last: PeriodOut
    ahead: int
    discount: Number
    customers: int
    model: str
    reason: str
    parameters: dict[str, Number]
    purchases: Number
    interval: RangeOut
    present: Number = Field(description=gettext_noop("Customers expected to be there still."))
    worth: Number = Field(description=gettext_noop("Gross profit in money of today."))
    margin: Number
    without_cost: Number = Field(
        description=gettext_noop("The share of sales that name no cost of goods; they count in full as profit.")
    )
    hold_out: HoldOutOut | None
    cautions: list[str]


class TraitOut(Schema):
    """An attribute of the ideal customer, the values that fit, and its points."""

    attribute: str
    values: list[str]
    weight: int


class ProfileOut(Schema):
    """Who fits: customers whose points reach the threshold."""

    threshold: int
    traits: list[TraitOut]


class TraitIn(Strict):
    """An attribute of customers, the values that fit, and its part of the 100 points."""

    attribute: str = Field(max_length=40)
    values: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(min_length=1, max_length=200)
    weight: int


class ProfileIn(Strict):
    """The ideal customer: weights that sum to 100, and the points from which a customer fits."""

    threshold: int = THRESHOLD
    traits: list[TraitIn] = Field(min_length=1, max_length=20)


ContactFile = Literal["nurture", "exclude"]


class FitTotalsOut(Schema):
    """Who fits and who does not, and what was spent on winning either: the KPI non_icp_spend_ratio over all time.

    unknown_spend fell on nobody who can be judged.
    """

    customers_in: int
    customers_out: int
    prospects_in: int
    prospects_out: int
    spend_in: Money
    spend_out: Money
    unknown_spend: Money
    profit_in: Money
    profit_out: Money
    spend_out_share: Number


class LessonOut(Schema):
    """A value of an attribute and how many of its customers are good, with the 95% range."""

    attribute: str
    value: str
    customers: int
    good: int
    share: Number
    low: Number
    high: Number
    profit: Number
    verdict: str


class ContactOut(Schema):
    """A customer (or prospect, without a day) that does not fit; null where its id or name is an e-mail address."""

    customer_id: Told
    name: Told
    acquired_on: date | None
    score: int


class IdealVersionOut(Schema):
    """A version of the ideal customer; without a profile where it says that the one before was withdrawn."""

    number: int
    made_at: datetime
    made_by: str | None
    profile: ProfileOut | None


class ExceptionIn(Strict):
    """Why a customer is marketed to although it does not fit."""

    reason: str = Field(max_length=400)


class ExceptionOut(Schema):
    """A customer that is marketed to although it does not fit; null where its id is an e-mail address."""

    customer_id: Told
    reason: str
    made_by: str | None
    made_at: datetime


class IdealOut(Schema):
    """The ideal customer in force, what follows from it, and what profit taught; null while none is in force."""

    version: int | None = Field(description=gettext_noop("The newest version; it may be a withdrawal."))
    profile: ProfileOut | None
    totals: FitTotalsOut | None
    nurtured: int | None = Field(description=gettext_noop("How many may be marketed to."))
    left_out: int | None
    lessons: list[LessonOut]
    learned: ProfileOut | None = Field(description=gettext_noop("The profile that profit suggests."))
    outside: list[ContactOut] = Field(description=gettext_noop("Those who fit least."))
    exceptions: list[ExceptionOut] = Field(
        description=gettext_noop("Customers who are marketed to although they do not fit.")
    )
    versions: list[IdealVersionOut] = Field(description=gettext_noop("Every version, the newest first."))
