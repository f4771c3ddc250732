"""How long customers stay and what they leave after all cost."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts
from keiki.customers.profit import ProfitRule, ages, profit_entries
from keiki.customers.retention import status_changes
from keiki.journeys.local_time import midnight
from keiki.journeys.windows import window

LOST = ("churned", "dormant")


@dataclass(frozen=True)
class LifetimeRule:
    """How long a customer stays (setting `lifetime_method`): 1 / the mean of the monthly churn of the last `months`.

    Contracts still running have no length yet, so the length is read from how many end. A month without anybody to
    lose is in no mean; months without a loss count with 0. Months are counted back from the end of the period.
    """

    months: int = 12
    gap_days: int = 1
    profit: ProfitRule = ProfitRule()


def contract_months(facts: Facts, spans: ir.Table, rule: LifetimeRule | None = None) -> ir.Table:
    """One row per period, month before its end and account paying at the start of that month.

    Columns: period, month (0 the last), customer_id, plan and product (of the contract with most revenue then), and
    lost: no revenue at the end of the month.
    """
    rule = rule or LifetimeRule()
    ends = _months(spans, rule)
    months = ends.select("starts_on", "ends_on").distinct()
    paid = bridged(facts["subscriptions"], rule.gap_days)
    paid = paid.filter((paid.mrr > 0) & paid.customer_id.notnull())
    held = paid.inner_join(months, open_before(paid, months.starts_on))
    names = ("mrr", "subscription_id", "plan", "product")
    held = held.group_by("starts_on", "ends_on", "customer_id").aggregate(
        of=ibis.struct({name: held[name] for name in names}).max(),
    )
    later = paid.select(later="customer_id", valid_from="valid_from", valid_to="valid_to")
    again = held.inner_join(later, [held.customer_id == later.later, open_before(later, held.ends_on)])
    again = again.select(again_month="ends_on", again="customer_id").distinct()
    table = held.left_join(again, [held.ends_on == again.again_month, held.customer_id == again.again])
    table = table.select(
        "starts_on",
        "ends_on",
        "customer_id",
        plan=table.of["plan"],
        product=table.of["product"],
        lost=table.again.isnull(),
    )
    return ends.inner_join(table, ["starts_on", "ends_on"]).drop("starts_on", "ends_on")


def lifetimes(facts: Facts, spans: ir.Table, rule: LifetimeRule | None = None) -> ir.Table:
    """One row per period, month before its end and customer active at the start of that month.

    Columns: period, month (0 the last), customer_id, segment, kind, region, plan, icp_fit, rank, audience, and lost:
    churned or dormant at the end of the month.
    """
    rule = rule or LifetimeRule()
    ends = _months(spans, rule)
    zone = rule.profit.zone
    months = ends.select("starts_on", "ends_on").distinct()
    months = months.select(
        period="ends_on",
        start_date="starts_on",
        end_date="ends_on",
        start_at=midnight(months.starts_on, zone),
        end_at=midnight(months.ends_on, zone),
    )
    states = status_changes(facts, months, rule.profit.retention)
    states = states.filter(states.status_start == "active")
    states = states.mutate(lost=states.status_end.isin(LOST), ends_on=states.period)
    states = states.drop("period", "status_start", "status_end", "purchased")
    return ends.drop("starts_on").inner_join(states, "ends_on").drop("ends_on")


def _months(spans: ir.Table, rule: LifetimeRule) -> ir.Table:
    """The months before the end of each period: period, month, starts_on, ends_on (exclusive)."""
    numbers = ibis.range(0, rule.months).unnest().name("month").as_table()
    table = spans.select("period", "end_date").cross_join(numbers)

    def before(more: int) -> ir.Value:
        return ibis.cases(
            *(
                (table.month == n, (table.end_date - ibis.interval(months=n + more)).cast("date"))
                for n in range(rule.months)
            )
        )

    table = table.mutate(starts_on=before(1), ends_on=before(0))
    return table.select("period", "starts_on", "ends_on", month=table.month.cast("int64"))


def customer_profits(facts: Facts, at: str | None = None, rule: LifetimeRule | None = None) -> ir.Table:
    """One row per customer, product and age: what the customer left in that month of its life, after cost.

    Columns: customer_id, acquired_on, product (NULL for what names none), age (0 up to the day of acquisition, else
    the month by which it came), amount. With `at` (such as 12m) only what came up to that age.
    """
    rule = rule or LifetimeRule()
    entries = profit_entries(facts, rule.profit)
    if at is not None:
        closes = (entries.acquired_on.cast("timestamp") + window(at)).date()
        entries = entries.filter(entries.on_day <= closes)
    table = ages(entries)
    table = table.group_by("customer_id", "acquired_on", "product", "age").aggregate(amount=table.amount.sum())
    return table.mutate(amount=table.amount.cast("decimal(18, 4)"))
