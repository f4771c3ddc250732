"""What a business's customers are expected to bring: the model chosen by its own past, the total, and the customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from keiki.customers.clv import bg_nbd, gamma_gamma, mbg_nbd, pareto_nbd
from keiki.customers.clv.buying import MONTHS, Buying
from keiki.customers.clv.cautions import Caution
from keiki.customers.clv.choose import Choice, choose
from keiki.customers.clv.gamma_gamma import GammaGamma
from keiki.customers.clv.grouped import DAYS_OF_YEAR, History, Numbers
from keiki.customers.clv.hold_out import HoldOut
from keiki.customers.clv.likelihood import Interval
from keiki.customers.expected_value import ANSWERS, grouped_spending, grouped_values, valued_customers
from keiki.customers.history import HistoryRule, grouped_history, history, repeat_purchases_by_day
from keiki.engine.business import Business
from keiki.engine.customer_history import history_rule
from keiki.engine.gross_margin import gross_margin
from keiki.errors import NoCustomers, OneDayOnly, SplitImpossible

FITS: dict[str, Callable[[History], Buying]] = {
    "BG/NBD": bg_nbd.fit,
    "MBG/NBD": mbg_nbd.fit,
    "Pareto/NBD": pareto_nbd.fit,
}
YEAR = 365
STEP = 28
ALIVE_BINS = 10


@dataclass(frozen=True)
class ForecastRule:
    """How far ahead, at which yearly discount, which model (None: the one nearest to the held-out time), and the last
    day that it knows when it is proved (`split`; None: a year before the last day of the data, or half of a history
    shorter than two years).
    """

    months: int = MONTHS
    discount: float = 0.1
    model: str | None = None
    top: int = 20
    split: date | None = None


@dataclass(frozen=True)
class Tracked:
    """Repeat purchases added up, as they were and as the model of that time told them, every four weeks."""

    days: tuple[int, ...]
    actual: tuple[float, ...]
    told: tuple[float, ...]
    split: int


@dataclass(frozen=True)
class ExpectedCustomer:
    """One customer: what is known, the chance to be there, purchases expected, and what they are worth today."""

    customer_id: str
    first_on: date
    last_on: date
    frequency: int
    alive: float
    expected: float
    worth: float | None


@dataclass(frozen=True)
class Forecast:
    """What all customers are expected to do in the next months.

    `purchases` with its interval and `worth` (gross profit of today, None where money per purchase cannot be told) are
    of everybody; `alive` counts customers by their chance to be there in ten steps of 10 %; `margin` is the share of
    sales that is gross profit, the most it can be where a share `without_cost` of them names no cost of goods. The
    hold-out knows purchases up to the day `split` and is compared with those after.
    """

    rule: ForecastRule
    until: date
    split: date
    customers: int
    choice: Choice
    model: Buying
    spending: GammaGamma | None
    hold_out: HoldOut
    tracked: Tracked
    purchases: float
    interval: Interval
    worth: float | None
    margin: float
    without_cost: float
    alive: tuple[int, ...]
    top: tuple[ExpectedCustomer, ...]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.choice.name

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What limits what these numbers are worth."""
        of_money = self.spending.cautions if self.spending is not None else ()
        return (*self.model.cautions, *(each for each in of_money if each not in self.model.cautions))

    @property
    def present(self) -> float:
        """How many customers are expected to be there still: the sum of their chances, by the middle of each step."""
        return sum(count * (step + 0.5) / ALIVE_BINS for step, count in enumerate(self.alive))


def customer_forecast(business: Business, rule: ForecastRule | None = None) -> Forecast:
    """What the customers of a business are expected to buy in the next months and what that is worth today.

    The model is chosen by the time after the split: what each would have said before it. Then it is fitted to
    everything. A year is held out, as a year is told; of less than two years half, so that it is proved by as long as
    it learns from. Customers stay in the database; only groups of equal ones come here. Raises NoCustomers without
    purchases in both spans, SplitImpossible for a split that is not between the first and the last day.
    """
    rule = rule or ForecastRule()
    until = business.today
    known = history_rule(business, until)
    held = _held_out(business, until, rule.split)
    choice, split = _chosen(business, held, rule)
    groups = business.engine.run(grouped_values(history(business.facts, known))).to_pydict()
    found = History.of_rows(groups)
    model = FITS[choice.name](found)
    spending = spending_of(business, history(business.facts, known))
    earning = gross_margin(business)
    margin = earning.share
    answers, values = _answers(model, found, spending, rule, margin), np.asarray(groups["values"], dtype=np.float64)
    ahead = rule.months / MONTHS * DAYS_OF_YEAR
    worth = found.customers @ answers.base + values @ answers.slope
    assert choice.hold_out is not None
    assert held.until is not None
    return Forecast(
        rule=rule,
        until=until,
        split=held.until,
        customers=found.size,
        choice=choice,
        model=model,
        spending=spending,
        hold_out=choice.hold_out,
        tracked=_tracked(business, held, choice.model, split),
        purchases=float(answers.expected @ found.customers),
        interval=model.interval(lambda m: float(m.expected_purchases(found, ahead) @ found.customers)),
        worth=None if spending is None else float(worth),
        margin=margin,
        without_cost=earning.unknown,
        alive=_alive_bins(answers.alive, found.customers),
        top=_top(business, known, found, answers, rule, spending is not None),
    )


def _held_out(business: Business, until: date, split: date | None) -> HistoryRule:
    """The rule that ends on the day of the split; by default the last year is held out, or half of less than two."""
    first = business.measurer.coverage("orders").first or business.measurer.coverage("stages").first
    if first is None:
        raise NoCustomers()
    if first >= until:
        raise OneDayOnly(day=f"{first}")
    if split is None:
        split = until - timedelta(days=min(YEAR, max((until - first).days // 2, 1)))
    if not first <= split < until:
        raise SplitImpossible(day=f"{split}", first=f"{first}", last=f"{until - timedelta(days=1)}")
    return history_rule(business, split, until)


def _chosen(business: Business, held: HistoryRule, rule: ForecastRule) -> tuple[Choice, History]:
    assert held.until is not None
    assert held.held_out_until is not None
    columns = business.engine.run(grouped_history(history(business.facts, held))).to_pydict()
    split = History.of_rows(columns)
    choice = choose(split, after=columns["purchases_after"], ahead=float((held.held_out_until - held.until).days))
    if rule.model is not None and rule.model != choice.name:
        taken = next(each for each in choice.candidates if each.name == rule.model)
        assert isinstance(taken.model, Buying)
        choice = replace(choice, name=taken.name, model=taken.model, hold_out=taken.hold_out)
    return choice, split


def spending_of(business: Business, table: ir.Table) -> GammaGamma | None:
    """What the customers of a history spend per purchase; None where nobody came again or its mean cannot be told."""
    columns = business.engine.run(grouped_spending(table)).to_pydict()
    x = columns["frequency"]
    try:
        found = gamma_gamma.fit(History.of(x, x, x, columns["customers"], mean_value=columns["mean_value"]))
    except NoCustomers:
        return None
    return found if found.mean is not None else None


@dataclass(frozen=True)
class _Answers:
    alive: Numbers
    expected: Numbers
    base: Numbers
    slope: Numbers


def _answers(model: Buying, found: History, spending: GammaGamma | None, rule: ForecastRule, margin: float) -> _Answers:
    """What the model says of each group; worth is 0 where money per purchase cannot be told."""
    alive = model.probability_alive(found)
    expected = model.expected_purchases(found, rule.months / MONTHS * DAYS_OF_YEAR)
    if spending is None:
        return _Answers(alive, expected, np.zeros(len(alive)), np.zeros(len(alive)))
    one = model.clv(found, np.ones(len(alive)), discount=rule.discount, months=rule.months, margin=margin)
    weight = spending.p * found.frequency + spending.q - 1
    return _Answers(
        alive, expected, one * spending.p * spending.v / weight, one * spending.p * found.frequency / weight
    )


def _alive_bins(alive: Numbers, customers: Numbers) -> tuple[int, ...]:
    steps = np.minimum((alive * ALIVE_BINS).astype(int), ALIVE_BINS - 1)
    return tuple(int(count) for count in np.bincount(steps, customers, minlength=ALIVE_BINS))


def _top(
    business: Business, known: HistoryRule, found: History, answers: _Answers, rule: ForecastRule, money: bool
) -> tuple[ExpectedCustomer, ...]:
    columns = (found.frequency, found.recency, found.age, answers.alive, answers.expected, answers.base, answers.slope)
    told = pa.table(dict(zip(ANSWERS, columns, strict=True)))
    table = valued_customers(history(business.facts, known), ibis.memtable(told))
    order = table.worth if money else table.expected
    table = table.order_by(order.desc(), table.customer_id).limit(rule.top)
    return tuple(_customer(row, money) for row in business.engine.run(table).to_pylist())


def _customer(row: dict[str, Any], money: bool) -> ExpectedCustomer:
    names = ("customer_id", "first_on", "last_on", "frequency", "alive", "expected")
    return ExpectedCustomer(**{name: row[name] for name in names}, worth=row["worth"] if money else None)


def _tracked(business: Business, held: HistoryRule, model: Any, split: History) -> Tracked:
    rows = business.engine.run(repeat_purchases_by_day(business.facts, held).order_by("day")).to_pydict()
    assert held.until is not None
    assert held.held_out_until is not None
    begun = held.until - timedelta(days=int(split.age.max()))
    length = (held.held_out_until - begun).days
    days = tuple(range(STEP, length + 1, STEP))
    at = np.array([(day - begun).days for day in rows["day"]], dtype=np.float64)
    counts = np.asarray(rows["purchases"], dtype=np.float64)
    actual = tuple(float(counts[at <= day].sum()) for day in days)
    told = tuple(model.repeat_purchases_by(split, float(day)) for day in days)
    return Tracked(days, actual, told, (held.until - begun).days)
