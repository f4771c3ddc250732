"""How long customers stayed: one life per customer, ended or still running, counted together by its length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.cohort_table import DIMENSIONS
from keiki.customers.cohorts import CohortRule, known_until
from keiki.customers.contracts import bridged
from keiki.customers.postings import Facts
from keiki.customers.repeat import purchased
from keiki.customers.retention import RetentionRule
from keiki.errors import UnknownName
from keiki.journeys.local_time import local_time

UNITS = ("day", "week", "month")
OF_CONTRACT = ("plan", "product", "billing_period")


@dataclass(frozen=True)
class LifeRule:
    """What a life is and in which unit it is measured.

    `of` is one of LIVES. `contract`: from the first paid day to the first day without a paid contract; gaps of up to
    `gap_days` are none. `purchase`: from the first purchase to the day on which the first silence has lasted
    `dormancy_days` (of `retention`). A listed departure day (`churned_on`) ends either. Who came back has ended: its
    first life counts. Lives still running on `as_of` (None: the last day of the facts) are censored there.
    `unit` is day, week (7 days) or month (whole months, as a birthday counts years). `by` splits by a column of the
    fact `customers`, or of the first contract (plan, product, billing_period).
    """

    of: str = "contract"
    unit: str = "month"
    by: str | None = None
    as_of: date | None = None
    retention: RetentionRule = RetentionRule()

    def checked(self) -> LifeRule:
        """The same rule; raises UnknownName for a word that is none."""
        columns = (*DIMENSIONS, *OF_CONTRACT) if self.of == "contract" else DIMENSIONS
        for name, known in ((self.of, LIVES), (self.unit, UNITS), (self.by, columns)):
            if name is not None and name not in known:
                raise UnknownName(kind="value", name=name, known=known)
        return self


def lives(facts: Facts, rule: LifeRule | None = None) -> ir.Table:
    """One row per customer: customer_id, segment (NULL without `by`), began_on, ended_on (NULL while it runs) and
    seen_until (the day it ended, else the last day the data speaks of).
    """
    rule = (rule or LifeRule()).checked()
    table = _left(facts, LIVES[rule.of](facts, rule))
    known = known_until(facts, CohortRule(as_of=rule.as_of, retention=rule.retention))
    # A contract that ends tomorrow still runs today.
    ended = ibis.ifelse(table.ended_on <= known, table.ended_on, ibis.null("date"))
    table = table.filter(table.began_on <= known).mutate(ended_on=ended)
    table = _split(facts, table, rule)
    return table.select(
        "customer_id", "segment", "began_on", "ended_on", seen_until=ibis.coalesce(table.ended_on, known)
    )


def grouped_lives(facts: Facts, rule: LifeRule | None = None) -> ir.Table:
    """Lives of equal length counted together: segment, length (in the unit of the rule), ended, censored.

    A million customers become some hundred rows.
    """
    rule = (rule or LifeRule()).checked()
    table = lives(facts, rule)
    length = length_of(table.began_on, table.seen_until, rule.unit)
    return table.group_by("segment", length=length).aggregate(
        ended=table.ended_on.notnull().cast("int64").sum(), censored=table.ended_on.isnull().cast("int64").sum()
    )


def length_of(start: ir.Value, end: ir.Value, unit: str) -> ir.IntegerValue:
    """The length of a life in days, whole weeks, or whole months as a birthday counts years."""
    if unit == "month":
        months = (end.year() - start.year()) * 12 + end.month() - start.month()
        return (months - (end.day() < start.day()).cast("int32")).cast("int64")
    days = end.delta(start, unit="day").cast("int64")
    return days if unit == "day" else (days // 7).cast("int64")


def _left(facts: Facts, table: ir.Table) -> ir.Table:
    """Lives that end on the listed departure day where that is earlier."""
    left = facts["customers"].select(leaver="customer_id", left_on="churned_on")
    left = left.filter(left.left_on.notnull()).group_by("leaver").aggregate(left_on=left.left_on.min())
    joined = table.left_join(left, table.customer_id == left.leaver)
    ended = ibis.least(ibis.coalesce(joined.ended_on, joined.left_on), ibis.coalesce(joined.left_on, joined.ended_on))
    ended = ibis.ifelse(ended < joined.began_on, joined.began_on, ended)
    return joined.select(*[name for name in table.columns if name != "ended_on"], ended_on=ended)


def _split(facts: Facts, table: ir.Table, rule: LifeRule) -> ir.Table:
    if rule.by is None:
        return table.mutate(segment=ibis.null("string"))
    if rule.by in table.columns:
        return table.mutate(segment=table[rule.by])
    told = facts["customers"].select(told="customer_id", segment=facts["customers"][rule.by])
    told = told.group_by("told").aggregate(segment=told.segment.max())
    joined = table.left_join(told, table.customer_id == told.told)
    return joined.select(*table.columns, segment=joined.segment)


def _of_contracts(facts: Facts, rule: LifeRule) -> ir.Table:
    spans = bridged(facts["subscriptions"], rule.retention.gap_days)
    spans = spans.filter((spans.mrr > 0) & spans.customer_id.notnull())
    forever = ibis.date("9999-12-31")
    spans = spans.mutate(past=ibis.coalesce(spans.valid_to, forever))
    order = [spans.valid_from, spans.past, spans.subscription_id]
    so_far = ibis.cumulative_window(group_by=spans.customer_id, order_by=order)
    neighbours = ibis.window(group_by=spans.customer_id, order_by=order)
    spans = spans.mutate(reached=spans.past.max().over(so_far), next_from=spans.valid_from.lead().over(neighbours))
    back = (spans.reached < forever) & (spans.next_from > spans.reached + ibis.interval(days=rule.retention.gap_days))
    spans = spans.mutate(gone_on=ibis.ifelse(back, spans.reached, ibis.null("date")))
    first = ibis.struct({name: spans[name] for name in ("valid_from", "past", "subscription_id", *OF_CONTRACT)})
    table = (
        spans.mutate(first=first)
        .group_by("customer_id")
        .aggregate(
            began_on=ibis._.valid_from.min(),
            gone_on=ibis._.gone_on.min(),
            reached=ibis._.past.max(),
            first=ibis._.first.min(),
        )
    )
    ended = ibis.coalesce(table.gone_on, ibis.ifelse(table.reached == forever, ibis.null("date"), table.reached))
    return table.select(
        "customer_id", "began_on", ended_on=ended, **{name: table["first"][name] for name in OF_CONTRACT}
    )


def _of_purchases(facts: Facts, rule: LifeRule) -> ir.Table:
    bought = purchased(facts, rule.retention.postings, "ordered_at")
    day = local_time(bought.ordered_at, rule.retention.postings.zone).date()
    days = bought.select("customer_id", day=day).distinct()
    following = days.day.lead().over(ibis.window(group_by=days.customer_id, order_by=days.day))
    quiet = (days.day + ibis.interval(days=rule.retention.dormancy_days + 1)).cast("date")
    slept = ibis.ifelse(following.isnull() | (following >= quiet), quiet, ibis.null("date"))
    days = days.mutate(slept_on=slept)
    return days.group_by("customer_id").aggregate(began_on=days.day.min(), ended_on=days.slept_on.min())


LIVES: Mapping[str, Callable[[Facts, LifeRule], ir.Table]] = {"contract": _of_contracts, "purchase": _of_purchases}
"""What a life is, by its word."""
