"""What each campaign cost and brought: leads, customers, wins, revenue, profit, and how its customers pay it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts, completed_orders, known_profit, won_deals
from keiki.customers.profit import ProfitRule, acquired, ages, profit_entries
from keiki.journeys.local_time import local_time

MONEY = "decimal(18, 4)"
COUNTED = ("reach", "leads", "new_customers", "wins")
MEDIA_TYPES = ("paid", "shared", "owned", "earned")
"""What kind of media a campaign uses (PESO), in the order in which its rows decide: one that is paid for is paid."""
TYPE_OF_KIND = {"ad": "paid", "social": "shared", "hashtag": "shared", "email": "owned", "search": "owned"}
"""The type that a kind of media row speaks for; nothing that is reported speaks for earned media."""
SUMMED = ("cost", "revenue", "gross_profit", "known_cost_of")


@dataclass(frozen=True)
class CampaignRule:
    """Which rows are a campaign's, in the days from `start` up to and without `end`.

    Cost: what the ad networks report under its name, and the ledger's entries that name it; the ledger's ad spend
    stays out for a campaign that the networks report, so that no yen counts twice. Wins are completed orders and
    first wins of deals that carry its name. Leads enter the stage `lead`. Customers are those whose acquiring campaign
    it is, by the day they were acquired. Reach is the sum of what media report by day: somebody reached on two days
    counts twice.
    """

    start: date
    end: date
    profit: ProfitRule = ProfitRule()

    @property
    def zone(self) -> str:
        """The time zone of the business."""
        return self.profit.zone


def campaigns(facts: Facts, rule: CampaignRule) -> ir.Table:
    """One row per campaign with anything in the days of the rule.

    Columns: campaign, cost, reach, leads, new_customers, wins, revenue, gross_profit (of the wins whose cost is
    known), known_cost_of (revenue of those wins), last_on (the last day with a media result, a cost, a lead or a win),
    media_type (place in `MEDIA_TYPES`, null where no media row speaks for one). Money to four decimals, 0 where a
    campaign has no such rows; reach is null where no media row reports it.
    """
    parts = (_spent(facts), _reached(facts), _leads(facts, rule), _acquired(facts, rule), _wins(facts, rule))
    every = ibis.union(*(_inside(part, rule) for part in parts))
    table = every.group_by("campaign").aggregate(
        **{name: ibis.coalesce(every[name].sum(), 0).cast(MONEY) for name in SUMMED},
        **{name: ibis.coalesce(every[name].sum(), 0).cast("int64") for name in COUNTED if name != "reach"},
        reach=every.reach.sum().cast("int64"),
        last_on=every.on_day.max(),
        media_type=every.media_type.min(),
    )
    names = ("campaign", "cost", *COUNTED, "revenue", "gross_profit", "known_cost_of", "last_on", "media_type")
    return table.select(*names)


def campaign_gains(facts: Facts, rule: CampaignRule) -> ir.Table:
    """What the customers that a campaign acquired in the days of the rule have earned since, before its cost.

    Columns: campaign, age (whole months after each customer's acquisition), gain (gross profit less costs of service
    and retention; without any cost of acquisition).
    """
    members = acquired(facts, rule.profit)
    mine = members.filter(members.campaign.notnull(), *_days(members.acquired_on, rule))
    entries = ages(profit_entries(facts, rule.profit))
    earned = entries.filter(entries.kind != "acquisition").select("customer_id", "age", "amount")
    table = mine.select("customer_id", "campaign").inner_join(earned, "customer_id")
    return table.group_by("campaign", "age").aggregate(gain=table.amount.sum().cast(MONEY))


def _spent(facts: Facts) -> ir.Table:
    media, costs = facts["media"], facts["costs"]
    reported = media.filter(media.campaign.notnull() & media.cost.notnull())
    names = reported.select(reported_name="campaign").distinct()
    booked = costs.filter(costs.campaign.notnull()).left_join(names, costs.campaign == names.reported_name)
    twice = (ibis.coalesce(booked.category, "") == "ad_spend") & booked.reported_name.notnull()
    booked = booked.filter(~twice)
    return ibis.union(
        _part(reported, reported.date, cost=reported.cost),
        _part(booked, booked.spent_on, cost=booked.amount),
    )


def _reached(facts: Facts) -> ir.Table:
    media = facts["media"]
    cases = [(media.kind == kind, MEDIA_TYPES.index(name)) for kind, name in TYPE_OF_KIND.items()]
    return _part(media, media.date, ibis.cases(*cases, else_=None), reach=media.reach)


def _leads(facts: Facts, rule: CampaignRule) -> ir.Table:
    """The first time each lead became one."""
    stages = facts["stages"]
    entered = stages.filter((stages.pipeline == "lead") & (stages.stage == "lead"))
    order = ibis.window(group_by=entered.subject_id, order_by=[entered.entered_at, entered.campaign])
    first = entered.mutate(place=ibis.row_number().over(order)).filter(ibis._.place == 0)
    return _part(first, local_time(first.entered_at, rule.zone).date(), leads=1)


def _acquired(facts: Facts, rule: CampaignRule) -> ir.Table:
    members = acquired(facts, rule.profit)
    return _part(members, members.acquired_on, new_customers=1)


def _wins(facts: Facts, rule: CampaignRule) -> ir.Table:
    orders = completed_orders(facts)
    deals = won_deals(facts, replace(rule.profit.retention.postings, deals="always"))
    deals = deals.filter(facts["orders"].limit(1).count().as_scalar() == 0)
    profits = {
        "orders": known_profit(orders),
        "deals": deals.gross_profit,
    }
    return ibis.union(
        *(
            _part(
                table,
                local_time(at, rule.zone).date(),
                wins=1,
                revenue=table.amount,
                gross_profit=profit,
                known_cost_of=ibis.ifelse(profit.notnull(), table.amount, 0),
            )
            for table, at, profit in (
                (orders, orders.ordered_at.cast("timestamp"), profits["orders"]),
                (deals, deals.entered_at.cast("timestamp"), profits["deals"]),
            )
        )
    )


def _part(table: ir.Table, day: ir.Value, media_type: ir.Value | None = None, **numbers: ir.Value | int) -> ir.Table:
    """Rows of one kind in the shape of all: campaign, on_day, media_type, and a column for every number."""
    named = {name: ibis.literal(value) if isinstance(value, int) else value for name, value in numbers.items()}
    amounts = {name: named.get(name, ibis.null(MONEY)).cast(MONEY) for name in SUMMED}
    counts = {name: named.get(name, ibis.null("int64")).cast("int64") for name in COUNTED}
    kind = (ibis.null("int64") if media_type is None else media_type).cast("int64")
    return table.select("campaign", on_day=day.cast("date"), media_type=kind, **amounts, **counts)


def _inside(part: ir.Table, rule: CampaignRule) -> ir.Table:
    return part.filter(part.campaign.notnull(), *_days(part.on_day, rule))


def _days(day: ir.Value, rule: CampaignRule) -> tuple[ir.BooleanValue, ir.BooleanValue]:
    return day >= ibis.date(rule.start), day < ibis.date(rule.end)
