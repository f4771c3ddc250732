"""What every customer earned and cost: the one home of a customer's profit, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.calendar import month_number, month_over
from keiki.customers.postings import Facts
from keiki.customers.repeat import purchased
from keiki.customers.retention import RetentionRule, contracts, statuses_at
from keiki.customers.revenue_quality import cost_postings, earned, revenue_postings
from keiki.facts.shared import shared
from keiki.journeys.attribution import DIRECT, AttributionRule, credited
from keiki.journeys.local_time import local_time, midnight

COLUMNS = ("customer_id", "acquired_on", "on_day", "kind", "product", "amount")
BY_CAMPAIGN, BY_CHANNEL, BY_MONTH = "campaign", "channel", "month"
OF_COST = ("customer_id", "spent_on", "amount", "purpose", "channel", "campaign")
ACQUIRING: Final = "acquiring"
WEIGHT: Final = "decimal(18, 12)"
"""Credits are added up exactly, so that shares do not depend on the engine."""


@dataclass(frozen=True)
class ProfitRule:
    """Which cost is charged to whom.

    The purpose of a cost says whether it is one of acquisition or of retention; without a purpose its category does.
    A cost with a customer_id is that customer's. Acquisition costs without one are shared among the customers acquired
    in their month: by that campaign; when it acquired nobody, by that channel; when neither did, among all of the
    month equally. Who was acquired by a campaign or channel is what the customer's row says (each counts alike) or,
    with `touches`, what the contacts before the end of the day of acquisition say: everybody counts with the credit
    that the campaign or channel earned (a model of `journeys.attribution`). Where only direct contacts or none are
    known, the row is asked. Retention and customer success costs without one are shared equally among the customers
    active at the end of their month. Costs of goods that no sale carries are shared among the month's sales without a
    cost, by amount. A cost nobody can be charged with (a month without customers) stays out, as does every other cost.
    """

    acquisition: tuple[str, ...] = (
        "ad_spend",
        "promotion",
        "content_production",
        "event",
        "sns",
        "marketing_tools",
        "marketing_personnel",
        "sales_personnel",
        "sales_other",
    )
    retention_costs: tuple[str, ...] = (
        "cs_personnel",
        "support",
        "crm_operation",
        "email_marketing",
        "retention_other",
    )
    retention: RetentionRule = RetentionRule()
    touches: AttributionRule | None = None

    @property
    def zone(self) -> str:
        """The time zone of the business."""
        return self.retention.postings.zone

    @property
    def shared_by(self) -> str:
        """What says who was acquired by what: `acquiring` (the customer's row), or a model of attribution."""
        return ACQUIRING if self.touches is None else self.touches.model

    def month(self, day: ir.Value) -> ir.IntegerValue:
        """The number of the month in whose costs a day shares, one more for the next month."""
        return month_number(day, self.retention.postings.closing_day)


def acquired(facts: Facts, rule: ProfitRule | None = None) -> ir.Table:
    """Every customer with the day it was acquired: the listed one, else of the first purchase or contract.

    Columns: customer_id, acquired_on, channel and campaign (of the acquiring touch).
    """
    rule = rule or ProfitRule()
    listed = facts["customers"]
    bought, held = purchased(facts, rule.retention.postings, "ordered_at"), contracts(facts, rule.retention)
    text, no_day = ibis.null("string"), ibis.null("date")
    every = ibis.union(
        listed.select(
            "customer_id",
            "acquired_on",
            first_on=no_day,
            channel=listed.acquisition_channel,
            campaign=listed.acquisition_campaign,
        ),
        bought.select(
            "customer_id",
            acquired_on=no_day,
            first_on=local_time(bought.ordered_at, rule.zone).date(),
            channel=text,
            campaign=text,
        ),
        held.select("customer_id", acquired_on=no_day, first_on=held.valid_from, channel=text, campaign=text),
    )
    known = every.group_by("customer_id").aggregate(
        acquired_on=ibis.coalesce(every.acquired_on.max(), every.first_on.min()),
        channel=every.channel.max(),
        campaign=every.campaign.max(),
    )
    return known.filter(known.acquired_on.notnull())


@shared
def profit_entries(facts: Facts, rule: ProfitRule | None = None) -> ir.Table:
    """One row per amount a customer earned (positive) or cost (negative), with no row for what is charged to nobody.

    Columns: customer_id, acquired_on, on_day (of the sale or cost; a shared acquisition cost counts on the day the
    customer was acquired, a shared retention cost on the last day of the month it was spent on), kind (`sales`: gross
    profit, the whole amount where no cost of goods is known; `cogs`, `acquisition`, `retention`), product (where sale
    or cost name one), amount (money, to four decimals).
    """
    rule = rule or ProfitRule()
    members = acquired(facts, rule)
    costs = named_costs(cost_postings(facts, rule.retention.postings, *OF_COST), rule)
    sales = revenue_postings(facts, rule.retention.postings)
    sales = sales.filter(sales.customer_id.notnull())
    sales = sales.mutate(on_day=local_time(sales.posted_at, rule.zone).date())
    entries = ibis.union(
        sales.select(
            "customer_id",
            "on_day",
            "product",
            kind=ibis.literal("sales"),
            amount=earned(sales).cast("float64"),
        ),
        _direct(costs),
        _of_goods(sales, costs, rule),
        _of_acquisition(newcomers(facts, members, rule), costs),
        _of_retention(facts, members, costs, rule),
    )
    table = entries.inner_join(members.select("customer_id", "acquired_on"), "customer_id")
    return table.mutate(amount=table.amount.cast("decimal(18, 4)")).select(*COLUMNS)


def named_costs(costs: ir.Table, rule: ProfitRule) -> ir.Table:
    """The rows of `cost_postings` with kind (`acquisition`, `retention`, `cogs`) and month; others are left out."""
    unsaid = costs.purpose.isnull()
    kind = ibis.cases(
        (costs.on_sales, ibis.null("string")),
        (costs.category == "cogs", "cogs"),
        (costs.purpose == "acquisition", "acquisition"),
        (costs.purpose == "retention", "retention"),
        (unsaid & costs.category.isin(rule.acquisition), "acquisition"),
        (unsaid & costs.category.isin(rule.retention_costs), "retention"),
    )
    table = costs.mutate(kind=kind, month=rule.month(costs.spent_on))
    return table.filter(table.kind.notnull())


def _entry(table: ir.Table, kind: str, amount: ir.Value, day: ir.Value) -> ir.Table:
    return table.select(
        "customer_id", on_day=day, product=ibis.null("string"), kind=ibis.literal(kind), amount=-amount.cast("float64")
    )


def _direct(costs: ir.Table) -> ir.Table:
    mine = costs.filter(costs.customer_id.notnull())
    mine = mine.mutate(on_day=mine.spent_on, amount=-mine.amount.cast("float64"))
    return mine.select("customer_id", "on_day", "product", "kind", "amount")


def _shared(costs: ir.Table, kind: str, *keys: str) -> ir.Table:
    table = costs.filter((costs.kind == kind) & costs.customer_id.isnull())
    return table.group_by("month", *keys).aggregate(spent=table.amount.sum(), spent_on=table.spent_on.max())


def _of_goods(sales: ir.Table, costs: ir.Table, rule: ProfitRule) -> ir.Table:
    """Costs of goods by month, among the sales of that month without a cost of their own."""
    without = sales.filter(sales.cogs.isnull())
    without = without.mutate(month=rule.month(without.on_day))
    sold = without.group_by("customer_id", "month").aggregate(sold=without.amount.sum(), sold_on=without.on_day.max())
    whole = ibis.window(group_by=sold.month)
    sold = sold.mutate(all_sold=sold.sold.sum().over(whole))
    spent = _shared(costs, "cogs")
    table = sold.filter(sold.all_sold > 0).inner_join(spent, "month")
    share = table.sold.cast("float64") / table.all_sold.cast("float64")
    return _entry(table, "cogs", table.spent.cast("float64") * share, table.sold_on)


def _of_acquisition(heads: ir.Table, costs: ir.Table) -> ir.Table:
    spent = shared_among(_shared(costs, "acquisition", "campaign", "channel"), heads)
    spent = spent.group_by("month", "level", "key").aggregate(spent=spent.spent.sum())
    table = heads.inner_join(spent, ["month", "level", "key"])
    share = table.spent.cast("float64") * table.weight.cast("float64") / table.heads.cast("float64")
    return _entry(table, "acquisition", share, table.acquired_on)


def shared_among(spent: ir.Table, heads: ir.Table) -> ir.Table:
    """Costs (month, campaign, channel and any other column) with the level and key of `newcomers` that share them."""
    sizes = heads.select("month", "level", "key").distinct()
    kept = spent.columns
    for level in (BY_CAMPAIGN, BY_CHANNEL):
        size = sizes.filter(sizes.level == level)
        size = size.select(**{f"{level}_month": size.month, f"{level}_key": size.key})
        same = [spent.month == size[f"{level}_month"], spent[level] == size[f"{level}_key"]]
        spent = spent.left_join(size, same)
    level = ibis.cases(
        (spent.campaign_key.notnull(), BY_CAMPAIGN), (spent.channel_key.notnull(), BY_CHANNEL), else_=BY_MONTH
    )
    placed = spent.mutate(level=level, key=ibis.coalesce(spent.campaign_key, spent.channel_key, ""))
    return placed.select(*kept, "level", "key")


def newcomers(facts: Facts, members: ir.Table, rule: ProfitRule) -> ir.Table:
    """Customers (of `acquired`) by the month they were acquired in, once for each campaign and channel and for the
    month itself.

    Columns: customer_id, acquired_on, month, level, key, weight (what the customer counts there), heads (of all).
    """
    one = ibis.literal(1).cast("int64" if rule.touches is None else WEIGHT)
    came = members.select("customer_id", "acquired_on", "channel", "campaign", weight=one)
    if rule.touches is not None:
        came = _came_by(facts, members, rule, rule.touches)
    ways = (
        (BY_CAMPAIGN, came, came.campaign),
        (BY_CHANNEL, came, came.channel),
        (BY_MONTH, members.mutate(weight=one), ibis.literal("")),
    )
    each = [
        table.select(
            "customer_id",
            "acquired_on",
            "weight",
            month=rule.month(table.acquired_on),
            level=ibis.literal(level),
            key=key,
        )
        for level, table, key in ways
    ]
    heads = ibis.union(*each)
    heads = heads.filter(heads.key.notnull())
    if rule.touches is not None:
        each_once = heads.group_by("customer_id", "acquired_on", "month", "level", "key")
        heads = each_once.aggregate(weight=heads.weight.sum().cast(WEIGHT))
    group = ibis.window(group_by=[heads.month, heads.level, heads.key])
    return heads.mutate(heads=heads.weight.sum().over(group))


def _came_by(facts: Facts, members: ir.Table, rule: ProfitRule, touches: AttributionRule) -> ir.Table:
    """Every customer with the credit of each channel and campaign before the end of the day of acquisition."""
    nothing = ibis.null("decimal(18, 4)")
    end = (members.acquired_on + ibis.interval(days=1)).cast("date")
    moments = members.select(
        "customer_id",
        conversion_id="customer_id",
        converted_at=midnight(end, rule.zone),
        amount=nothing,
        gross_profit=nothing,
    )
    found = credited(facts, moments, touches)
    found = found.filter(found.credit > 0).select("customer_id", "credit", of="channel", by="campaign")
    table = members.inner_join(found, "customer_id")
    unsaid = ibis.coalesce((table.of == DIRECT) & table.by.isnull(), ibis.literal(value=False))
    return table.select(
        "customer_id",
        "acquired_on",
        channel=ibis.ifelse(unsaid, ibis.coalesce(table.channel, table.of), table.of),
        campaign=ibis.ifelse(unsaid, table.campaign, table.by),
        weight=table.credit.cast(WEIGHT),
    )


def _of_retention(facts: Facts, members: ir.Table, costs: ir.Table, rule: ProfitRule) -> ir.Table:
    spent = _shared(costs, "retention")
    spent = spent.mutate(day=month_over(spent.month, rule.retention.postings.closing_day))
    asked = members.inner_join(spent, members.acquired_on < spent.day)
    told = statuses_at(facts, asked.select("customer_id", "day", at=midnight(asked.day, rule.zone)), rule.retention)
    active = told.filter(told.status == "active")
    active = active.mutate(heads=active.count().over(ibis.window(group_by=active.day)).cast("int64"))
    table = active.inner_join(spent, "day")
    return _entry(table, "retention", table.spent.cast("float64") / table.heads, table.spent_on)


def ages(entries: ir.Table) -> ir.Table:
    """Entries with age: whole months after the acquisition by which they had come (0 up to the day itself)."""
    day, begun = entries.on_day, entries.acquired_on
    months = month_number(day, None) - month_number(begun, None) + ibis.ifelse(day.day() > begun.day(), 1, 0)
    return entries.mutate(age=ibis.greatest(months, 0).cast("int64"))
