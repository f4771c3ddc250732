"""Good and bad customers: who came again and paid back their cost, who left before, and the revenue of either."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from keiki.customers.cohorts import CohortRule, known_until
from keiki.customers.movements import MovementRule, renewals
from keiki.customers.postings import Facts
from keiki.customers.profit import ProfitRule, acquired, profit_entries
from keiki.customers.repeat import purchased
from keiki.customers.retention import statuses_at
from keiki.customers.revenue_quality import revenue_postings
from keiki.facts.shared import shared
from keiki.journeys.local_time import midnight

GOOD, BAD, UNDETERMINED = "good", "bad", "undetermined"
LOST = ("churned", "dormant")


@dataclass(frozen=True)
class ClassRule:
    """When a customer is good or bad (setting `good_bad_rule`).

    Good: at least `purchases` purchases or (with `renewal`) one renewed contract, and a profit so far above
    `profit_above`. Bad: churned or dormant, and a profit so far of no more than that. Everyone else is undetermined.
    Customers are judged by what is known today (the latest day of orders, contracts, stages and events), not by the
    end of the period they are counted in, so that the revenue of a period changes its class as its customers prove
    themselves.
    """

    purchases: int = 2
    renewal: bool = True
    profit_above: Decimal = Decimal(0)
    profit: ProfitRule = ProfitRule()


@shared
def customer_classes(facts: Facts, rule: ClassRule | None = None) -> ir.Table:
    """One row per customer: its class and what decides it.

    Columns: customer_id, acquired_on, purchases, renewed, profit (so far), status (today), customer_class (`good`,
    `bad`, `undetermined`).
    """
    rule = rule or ClassRule()
    members = acquired(facts, rule.profit).select("customer_id", "acquired_on")
    entries = profit_entries(facts, rule.profit)
    earned = entries.group_by(earner="customer_id").aggregate(profit=entries.amount.sum())
    bought = purchased(facts, rule.profit.retention.postings, "customer_id")
    bought = bought.group_by(buyer="customer_id").aggregate(purchases=bought.count())
    renewed = _renewed(facts, rule)
    status = _statuses(facts, members, rule)
    table = members.left_join(earned, members.customer_id == earned.earner)
    table = table.left_join(bought, table.customer_id == bought.buyer)
    table = table.left_join(renewed, table.customer_id == renewed.renewer)
    table = table.left_join(status, table.customer_id == status.asked)
    table = table.select(
        "customer_id",
        "acquired_on",
        "status",
        purchases=ibis.coalesce(table.purchases, 0).cast("int64"),
        renewed=table.renewer.notnull(),
        profit=ibis.coalesce(table.profit, 0).cast("decimal(18, 4)"),
    )
    proven = table.purchases >= rule.purchases
    proven = (proven | table.renewed) if rule.renewal else proven
    paid_back = table.profit > rule.profit_above
    judged = ibis.cases((proven & paid_back, GOOD), (table.status.isin(LOST) & ~paid_back, BAD), else_=UNDETERMINED)
    return table.mutate(customer_class=judged)


def _today(rule: ClassRule) -> CohortRule:
    return CohortRule(retention=rule.profit.retention)


def _statuses(facts: Facts, members: ir.Table, rule: ClassRule) -> ir.Table:
    tomorrow = (known_until(facts, _today(rule)) + ibis.interval(days=1)).cast("date")
    asked = members.mutate(day=tomorrow)
    moments = asked.select("customer_id", "day", at=midnight(asked.day, rule.profit.zone))
    return statuses_at(facts, moments, rule.profit.retention).select("status", asked="customer_id")


def _renewed(facts: Facts, rule: ClassRule) -> ir.Table:
    """Customers that ever renewed a contract, up to the last day the data speaks of."""
    one = ibis.range(0, 1).unnest().name("period").as_table()
    tomorrow = (known_until(facts, _today(rule)) + ibis.interval(days=1)).cast("date")
    ever = one.mutate(start_date=ibis.date("1900-01-01"), end_date=tomorrow)
    table = renewals(facts, ever, MovementRule(gap_days=rule.profit.retention.gap_days))
    return table.filter(table.renewed & table.customer_id.notnull()).select(renewer="customer_id").distinct()


def classed_postings(facts: Facts, rule: ClassRule | None = None) -> ir.Table:
    """The sales of `revenue_postings`, each with the class of its customer (NULL without a customer).

    Columns: posted_at, customer_id, product, channel, campaign_kind, store, project, amount, customer_class.
    """
    rule = rule or ClassRule()
    sales = revenue_postings(facts, rule.profit.retention.postings)
    judged = customer_classes(facts, rule).select("customer_class", judged="customer_id")
    table = sales.left_join(judged, sales.customer_id == judged.judged)
    columns = ("posted_at", "customer_id", "product", "channel", "campaign_kind", "store", "project", "amount")
    return table.select(*columns, "customer_class")
