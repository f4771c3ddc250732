"""How often, how recently and for how long customers have bought: what a forecast of their value is fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.calendar import period_number
from keiki.customers.postings import Facts, PostingRule
from keiki.customers.repeat import purchased
from keiki.journeys.local_time import local_time
from keiki.periods import Calendar, Grain

DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class HistoryRule:
    """What is known of customers, and what is held back to see whether a forecast would have been right.

    `until` is the last day that counts (None: the day of the latest purchase). With `held_out_until` the days after
    `until` up to it are counted on their own. Times are in `unit`, day or week.
    """

    until: date | None = None
    held_out_until: date | None = None
    unit: str = "day"
    postings: PostingRule = PostingRule()


@dataclass(frozen=True)
class OccasionRule:
    """Purchases at occasions that come once a period, such as gifts of a year: `until` is the number of the last whole
    period that counts, those after it up to `held_out_until` are counted on their own.
    """

    grain: Grain
    until: int
    held_out_until: int | None = None
    calendar: Calendar = Calendar()
    postings: PostingRule = PostingRule()


def history(facts: Facts, rule: HistoryRule | None = None) -> ir.Table:
    """One row per customer who had bought by `until`. Purchases of one local day are one purchase.

    Columns: customer_id, first_on and last_on (days), frequency (days with a purchase after the first), recency (from
    the first to the last) and age (from the first until `until`), both in the unit of the rule, mean_value (money of a
    repeat purchase, NULL without one); with a held-out span purchases_after and value_after (0 without one).
    """
    rule = rule or HistoryRule()
    days = _purchase_days(facts, rule).rename(at="day")
    until = days["at"].max().as_scalar() if rule.until is None else ibis.date(rule.until)
    held_out = None if rule.held_out_until is None else ibis.date(rule.held_out_until)
    table = _counted(days, until, held_out)
    return table.select(
        "customer_id",
        first_on="first",
        last_on="last",
        frequency="frequency",
        recency=_between(table["first"], table["last"], rule),
        age=_between(table["first"], until, rule),
        mean_value="mean_value",
        **{name: table[name] for name in AFTER if held_out is not None},
    )


AFTER = ("purchases_after", "value_after")


def occasion_history(facts: Facts, rule: OccasionRule) -> ir.Table:
    """One row per customer who had bought by the last occasion. Purchases of one period are one purchase.

    Columns: customer_id, first and last (numbers of periods, `customers.calendar.number_of`), frequency (periods with a
    purchase after the first), recency (the last of those, counted from the first), age (periods after the first),
    mean_value (money of a repeat period, NULL without one); with a held-out span purchases_after and value_after.
    """
    bought = purchased(facts, rule.postings, "ordered_at", "amount")
    day = local_time(bought.ordered_at, rule.postings.zone).date()
    at = period_number(day, rule.calendar, rule.grain)
    bought = bought.select("customer_id", at=at, amount=bought.amount.cast("decimal(18, 4)"))
    bought = bought.group_by("customer_id", "at").aggregate(amount=bought.amount.sum())
    held_out = None if rule.held_out_until is None else ibis.literal(rule.held_out_until)
    table = _counted(bought, ibis.literal(rule.until), held_out)
    return table.mutate(
        recency=(table["last"] - table["first"]).cast("float64"), age=(rule.until - table["first"]).cast("float64")
    )


def _counted(bought: ir.Table, until: ir.Value, held_out: ir.Value | None) -> ir.Table:
    """Purchases (customer_id, at, amount) per customer up to `until`, and those after it up to `held_out`.

    Columns: customer_id, first, last, frequency, mean_value, and with `held_out` purchases_after and value_after.
    """
    before = bought["at"] <= until
    counted = {
        "first": bought["at"].min(),
        "last": bought["at"].max(where=before),
        "times": bought.count(where=before),
        "spent": bought.amount.sum(where=before),
        "spent_first": bought.amount.argmin(bought["at"]),
    }
    if held_out is not None:
        after = (bought["at"] > until) & (bought["at"] <= held_out)
        counted["purchases_after"] = bought.count(where=after)
        counted["value_after"] = ibis.coalesce(bought.amount.sum(where=after), 0).cast("decimal(18, 4)")
    table = bought.group_by("customer_id").aggregate(**counted)
    table = table.filter(table["first"] <= until)
    frequency = (table.times - 1).cast("int64")
    repeated = (table.spent - table.spent_first).cast("float64") / frequency.nullif(0)
    return table.mutate(frequency=frequency, mean_value=repeated).drop("times", "spent", "spent_first")


def grouped_history(table: ir.Table) -> ir.Table:
    """Customers of `history` with equal numbers counted together: frequency, recency, age, customers.

    With a held-out span also equal purchases_after. A million customers become some thousand rows to fit to.
    """
    keys = [name for name in ("frequency", "recency", "age", "purchases_after") if name in table.columns]
    return table.group_by(keys).aggregate(customers=table.count())


def repeat_purchases_by_day(facts: Facts, rule: HistoryRule | None = None) -> ir.Table:
    """What a forecast is laid beside: how many customers bought again on each day, until the held-out span ends.

    Columns: day, purchases. Customers who came after `until` are left out, as the forecast knows nothing of them.
    """
    rule = rule or HistoryRule()
    days = _purchase_days(facts, rule)
    days = days.mutate(first_on=days.day.min().over(ibis.window(group_by=days.customer_id)))
    again = days.filter(days.day > days.first_on)
    if rule.until is not None:
        again = again.filter(again.first_on <= ibis.date(rule.until))
    if rule.held_out_until is not None:
        again = again.filter(again.day <= ibis.date(rule.held_out_until))
    return again.group_by("day").aggregate(purchases=again.count())


def _purchase_days(facts: Facts, rule: HistoryRule) -> ir.Table:
    bought = purchased(facts, rule.postings, "ordered_at", "amount")
    day = local_time(bought.ordered_at, rule.postings.zone).date()
    bought = bought.select("customer_id", day=day, amount=bought.amount.cast("decimal(18, 4)"))
    return bought.group_by("customer_id", "day").aggregate(amount=bought.amount.sum())


def _between(start: ir.DateValue, end: ir.Value, rule: HistoryRule) -> ir.FloatingValue:
    days = end.delta(start, unit="day").cast("float64")
    return days / ibis.literal(float(DAYS[rule.unit]))
