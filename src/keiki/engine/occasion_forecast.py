"""What customers are expected to do who can buy once a period only: donors of a year, boxes of a month (BG/BB)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from keiki.customers.calendar import number_of, numbered
from keiki.customers.clv.bg_bb import BgBb
from keiki.customers.clv.buying import MONTHS
from keiki.customers.clv.choose import Choice, choose
from keiki.customers.clv.grouped import History
from keiki.customers.clv.hold_out import HoldOut, compared
from keiki.customers.clv.likelihood import Interval
from keiki.customers.expected_value import grouped_values
from keiki.customers.history import OccasionRule, grouped_history, occasion_history
from keiki.engine.business import Business
from keiki.engine.customer_forecast import spending_of
from keiki.engine.gross_margin import gross_margin
from keiki.errors import NoCustomers, OnePeriodOnly
from keiki.periods import MONTHS as MONTHS_OF
from keiki.periods import Grain, Period
from keiki.trees.findings import PERIODS

LEAST_TO_PROVE = 4
"""Occasions there must have been before half of them are held out."""


@dataclass(frozen=True)
class OccasionForecast:
    """What all customers are expected to buy at the next `ahead` occasions, one in each period of the grain.

    `first` and `last` are the first and the last whole period of the data. `purchases` (periods with a purchase) with
    its interval and `worth` (gross profit of today, None where money per purchase cannot be told) are of everybody;
    `present` is how many are expected to be there at the next occasion. `margin` and `without_cost` are as in
    `Forecast`. `hold_out` knows the first half of the occasions; None where there were too few.
    """

    grain: Grain
    first: Period
    last: Period
    ahead: int
    discount: float
    customers: int
    choice: Choice
    parameters: dict[str, float]
    purchases: float
    interval: Interval
    present: float
    worth: float | None
    margin: float
    without_cost: float
    hold_out: HoldOut | None


def occasion_forecast(
    business: Business, grain: Grain | str = Grain.YEAR, ahead: int = 5, discount: float = 0.1
) -> OccasionForecast:
    """Fit BG/BB to how customers used the occasions of the past; `discount` is taken off a year for waiting.

    A period that is not over counts for nobody. The worth takes a purchase for the money of all purchases of its
    period. Customers stay in the database. Raises NoCustomers where nobody had a second occasion.
    """
    grain = Grain.named(grain)
    calendar = business.settings.calendar
    first, last = _whole(business, grain)
    rule = OccasionRule(grain, last, calendar=calendar, postings=business.rules.postings)
    table = occasion_history(business.facts, rule)
    groups = business.engine.run(grouped_values(table)).to_pydict()
    found = History.of_rows(groups)
    if not found.age.max(initial=0):
        raise NoCustomers()
    choice = choose(found, discrete=True)
    model = choice.model
    assert isinstance(model, BgBb)
    spending, earning = spending_of(business, table), gross_margin(business)
    worth = None
    if spending is not None:
        step = (1 + discount) ** (MONTHS_OF[grain] / MONTHS) - 1
        one = model.clv(found, np.ones(len(found.age)), discount=step, chances=ahead, margin=earning.share)
        money = found.customers * spending.v + found.frequency * np.asarray(groups["values"], dtype=np.float64)
        worth = float(np.sum(one * spending.p * money / (spending.p * found.frequency + spending.q - 1)))
    return OccasionForecast(
        grain=grain,
        first=numbered(first, calendar, grain),
        last=numbered(last, calendar, grain),
        ahead=ahead,
        discount=discount,
        customers=found.size,
        choice=choice,
        parameters=model.parameters,
        purchases=float(model.expected_purchases(found, ahead) @ found.customers),
        interval=model.interval(lambda m: float(m.expected_purchases(found, ahead) @ found.customers)),
        present=float(model.probability_alive(found) @ found.customers),
        worth=worth,
        margin=earning.share,
        without_cost=earning.unknown,
        hold_out=_proved(business, rule, first),
    )


def _whole(business: Business, grain: Grain) -> tuple[int, int]:
    """The numbers of the first and the last whole period that the data speaks of."""
    begun = business.measurer.coverage("orders").first or business.measurer.coverage("stages").first
    if begun is None:
        raise NoCustomers()
    calendar = business.settings.calendar
    over = calendar.over(grain, business.today, 1)
    last = number_of(over[-1].start, calendar, grain)
    first = number_of(begun, calendar, grain)
    if last <= first:
        words = PERIODS[grain]
        raise OnePeriodOnly(first=f"{begun}", last=f"{business.today}", grain=words.en, grain_ja=words.ja)
    return first, last


def _proved(business: Business, rule: OccasionRule, first: int) -> HoldOut | None:
    """What the first half of the occasions would have told of the second."""
    if rule.until - first < LEAST_TO_PROVE:
        return None
    split = first + (rule.until - first) // 2
    known = replace(rule, until=split, held_out_until=rule.until)
    columns = business.engine.run(grouped_history(occasion_history(business.facts, known))).to_pydict()
    if not columns["age"] or not max(columns["age"]):
        return None
    history, ahead = History.of_rows(columns), rule.until - split
    model = choose(history, discrete=True).model
    assert isinstance(model, BgBb)
    return compared(history, model.expected_purchases(history, ahead), columns["purchases_after"], float(ahead))
