"""What every customer brought and cost so far, what is known of it, and the same by any group of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.customers.calendar import month_name
from keiki.customers.classes import BAD, GOOD, UNDETERMINED, ClassRule, customer_classes
from keiki.customers.cohorts import CohortRule, known_until
from keiki.customers.postings import Facts
from keiki.customers.profit import ProfitRule, acquired, profit_entries
from keiki.customers.repeat import purchased
from keiki.customers.retention import contracts
from keiki.customers.revenue_quality import revenue_postings
from keiki.customers.rfm import RfmRule, rfm
from keiki.errors import UnknownName
from keiki.facts.shared import shared

ATTRIBUTES = ("segment", "kind", "region", "industry", "size_band", "rank", "age_band", "campaign_kind")
DIMENSIONS = ("cohort", "channel", "campaign", "product", "plan", "icp_fit", *ATTRIBUTES, "rfm_segment")
CLASSES = (GOOD, BAD, UNDETERMINED)


@dataclass(frozen=True)
class WorthRule:
    """How customers are judged and classed; their profit follows the rule of their class."""

    classes: ClassRule = ClassRule()
    rfm: RfmRule = RfmRule()

    @property
    def profit(self) -> ProfitRule:
        """Which cost is charged to whom."""
        return self.classes.profit


@shared
def described(facts: Facts, rule: ProfitRule | None = None) -> ir.Table:
    """One row per acquired customer with what groups it.

    Columns: customer_id, acquired_on, cohort (the month of acquisition, as the first day of the calendar month that
    names it), channel and campaign (of the
    acquiring touch), product (bought first; of several in one order the one with most money), plan (listed, else of
    the first contract), icp_fit (`yes`, `no`), and the attributes of the fact `customers`.
    """
    rule = rule or ProfitRule()
    members = acquired(facts, rule)
    listed = facts["customers"]
    known = listed.group_by(listed_id="customer_id").aggregate(
        listed_plan=listed.plan.max(), fits=listed.icp_fit.max(), **{name: listed[name].max() for name in ATTRIBUTES}
    )
    table = members.left_join(known, members.customer_id == known.listed_id)
    bought, held = _first_products(facts, rule), _first_contracts(facts, rule)
    table = table.left_join(bought, table.customer_id == bought.buyer)
    table = table.left_join(held, table.customer_id == held.holder)
    return table.select(
        "customer_id",
        "acquired_on",
        "channel",
        "campaign",
        *ATTRIBUTES,
        cohort=month_name(rule.month(table.acquired_on)),
        product=ibis.coalesce(table.bought_product, table.held_product),
        plan=ibis.coalesce(table.listed_plan, table.held_plan),
        icp_fit=ibis.cases((table.fits, "yes"), (~table.fits, "no")),
    )


def _first_products(facts: Facts, rule: ProfitRule) -> ir.Table:
    bought = purchased(facts, rule.retention.postings, "order_id", "ordered_at", "product")
    order = ibis.window(group_by=bought.customer_id, order_by=[bought.ordered_at, bought.order_id])
    first = bought.filter(ibis.row_number().over(order) == 0)
    first = first.select("order_id", buyer="customer_id", named=bought["product"])
    lines = facts["order_lines"]
    most = ibis.window(group_by=lines.order_id, order_by=[lines.amount.desc(), lines.product_id])
    main = lines.filter(ibis.row_number().over(most) == 0)
    main = main.select(line_of="order_id", main_product="product_id")
    table = first.left_join(main, first.order_id == main.line_of)
    return table.select("buyer", bought_product=ibis.coalesce(table.named, table.main_product))


def _first_contracts(facts: Facts, rule: ProfitRule) -> ir.Table:
    held = contracts(facts, rule.retention)
    order = ibis.window(group_by=held.customer_id, order_by=[held.valid_from, held.subscription_id])
    first = held.filter(ibis.row_number().over(order) == 0)
    return first.select(holder="customer_id", held_product="product", held_plan="plan")


@shared
def customer_worth(facts: Facts, rule: WorthRule | None = None) -> ir.Table:
    """One row per acquired customer: what it is, what it brought, what it cost, and how it is judged.

    The columns of `described`, rfm_segment (NULL for who is not classed today), revenue (net sales), gross_profit
    (less cost of goods), acquisition and retention (costs, above 0), profit (gross profit less both), purchases,
    status and customer_class. Money so far, to four decimals.
    """
    rule = rule or WorthRule()
    table = described(facts, rule.profit)
    money = _money_of(facts, rule.profit)
    sold = _sold(facts, rule.profit)
    judged = customer_classes(facts, rule.classes)
    judged = judged.select("purchases", "status", "customer_class", judged="customer_id")
    classed = _classed_today(facts, rule)
    table = table.left_join(money, table.customer_id == money.earner)
    table = table.left_join(sold, table.customer_id == sold.buyer)
    table = table.left_join(judged, table.customer_id == judged.judged)
    table = table.left_join(classed, table.customer_id == classed.classed)
    amounts = {name: _money(ibis.coalesce(table[name], 0)) for name in ("revenue", *MONEY)}
    profit = _money(amounts["gross_profit"] - amounts["acquisition"] - amounts["retention"])
    kept = [name for name in table.columns if name not in (*amounts, "earner", "buyer", "judged", "classed")]
    return table.select(*kept, **amounts, profit=profit)


MONEY = ("gross_profit", "acquisition", "retention")


def _money(value: ir.Value) -> ir.Value:
    return value.cast("decimal(18, 4)")


def _money_of(facts: Facts, rule: ProfitRule) -> ir.Table:
    entries = profit_entries(facts, rule)
    earned = entries.kind.isin(("sales", "cogs"))
    return entries.group_by(earner="customer_id").aggregate(
        gross_profit=entries.amount.sum(where=earned),
        acquisition=-entries.amount.sum(where=entries.kind == "acquisition"),
        retention=-entries.amount.sum(where=entries.kind == "retention"),
    )


def _sold(facts: Facts, rule: ProfitRule) -> ir.Table:
    sales = revenue_postings(facts, rule.retention.postings)
    sales = sales.filter(sales.customer_id.notnull())
    return sales.group_by(buyer="customer_id").aggregate(revenue=sales.amount.sum())


def _classed_today(facts: Facts, rule: WorthRule) -> ir.Table:
    one = ibis.range(0, 1).unnest().name("period").as_table()
    known = known_until(facts, CohortRule(retention=rule.profit.retention))
    tomorrow = (known + ibis.interval(days=1)).cast("date")
    table = rfm(facts, one.mutate(start_date=tomorrow, end_date=tomorrow), rule.rfm)
    return table.filter(table.side == "end").select("rfm_segment", classed="customer_id")


def worth_by(facts: Facts, by: Sequence[str], rule: WorthRule | None = None) -> ir.Table:
    """Customers put together by one or more of DIMENSIONS: how many, what they brought and cost, how they are judged.

    Columns: the dimensions, customers, repeaters (with a second purchase), purchases, revenue, gross_profit,
    acquisition, retention, profit, and for each class its customers (good, bad, undetermined) and their revenue
    (good_revenue …); first_on and last_on, the days of acquisition. Raises UnknownName for another dimension.
    """
    for name in by:
        if name not in DIMENSIONS:
            raise UnknownName(kind="dimension", name=name, known=DIMENSIONS)
    return grouped_worth(customer_worth(facts, rule), by)


def grouped_worth(table: ir.Table, by: Sequence[str]) -> ir.Table:
    """The rows of `customer_worth` put together by some of its columns; see `worth_by`."""
    of_class = {name: table.customer_class == name for name in CLASSES}
    return table.group_by(*by).aggregate(
        customers=table.count(),
        repeaters=table.count(where=table.purchases > 1),
        purchases=table.purchases.sum(),
        **{name: _money(table[name].sum()) for name in ("revenue", *MONEY, "profit")},
        **{name: table.count(where=rows) for name, rows in of_class.items()},
        **{
            f"{name}_revenue": _money(ibis.coalesce(table.revenue.sum(where=rows), 0))
            for name, rows in of_class.items()
        },
        first_on=table.acquired_on.min(),
        last_on=table.acquired_on.max(),
    )
