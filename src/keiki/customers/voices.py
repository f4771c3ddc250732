"""What customers say, beside their money: promoters, passives and detractors with their revenue and profit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts, PostingRule
from keiki.customers.profit import ProfitRule, profit_entries
from keiki.customers.revenue_quality import revenue_postings
from keiki.customers.timeline import CONTACT
from keiki.journeys.local_time import local_time

PROMOTER, PASSIVE, DETRACTOR = "promoter", "passive", "detractor"
GROUPS: Final = (PROMOTER, PASSIVE, DETRACTOR)


@dataclass(frozen=True)
class VoiceRule:
    """How answers are grouped: the customer's latest answer of a kind in the last `months` counts.

    NPS (of 10): 9 and 10 promoters, 7 and 8 passives, 0 to 6 detractors. CSAT (of 5): 4 and 5, 3, 1 and 2; of 7: 6 and
    7, 5, 1 to 4. CES, whether it was easy: above the middle of its scale, the middle, below (of 7: 5 to 7, 4, 1 to 3;
    CES 2.0, Corporate Executive Board 2013). Other scales by share: from 85 %, from 65 %, below.
    """

    months: int = 12
    profit: ProfitRule = ProfitRule()
    gap_days: int = 1

    @property
    def postings(self) -> PostingRule:
        """Which sales count."""
        return self.profit.retention.postings


def voices(facts: Facts, until: date, rule: VoiceRule | None = None) -> ir.Table:
    """One row per kind of survey and customer: the latest answer, and what the customer pays.

    Columns: kind, customer_id, answered_on, score, voice (`promoter`, `passive`, `detractor`), comment, revenue and
    profit (of the same months; profit less what the customer cost, `customers.profit`), mrr (at the end of the day
    `until`; 0 without a contract), contacted_on (the last call, meeting, mail reply or ticket; NULL without one).
    """
    rule = rule or VoiceRule()
    zone = rule.postings.zone
    end = (ibis.date(until) + ibis.interval(days=1)).cast("date")
    begin = (end - ibis.interval(months=rule.months)).cast("date")
    surveys = facts["surveys"]
    told = surveys.mutate(answered_on=local_time(surveys.answered_at, zone).date())
    told = told.filter(told.customer_id.notnull() & (told.answered_on >= begin) & (told.answered_on < end))
    order = ibis.window(
        group_by=[told.kind, told.customer_id], order_by=[told.answered_at.desc(), told.response_id.desc()]
    )
    told = told.mutate(nth=ibis.row_number().over(order)).filter(ibis._.nth == 0)
    told = told.select("kind", "customer_id", "answered_on", "score", "comment", voice=_voice(told))
    sales = revenue_postings(facts, rule.postings)
    sold_on = local_time(sales.posted_at.cast("timestamp"), zone).date()
    recent = sales.filter((sold_on >= begin) & (sold_on < end))
    recent = recent.group_by(buyer="customer_id").aggregate(revenue=recent.amount.sum().cast("decimal(18, 4)"))
    entries = profit_entries(facts, rule.profit)
    earned = entries.filter((entries.on_day >= begin) & (entries.on_day < end))
    earned = earned.group_by(earner="customer_id").aggregate(profit=earned.amount.sum().cast("decimal(18, 4)"))
    held = bridged(facts["subscriptions"], rule.gap_days)
    held = held.filter((held.mrr > 0) & open_before(held, end))
    held = held.group_by(payer="customer_id").aggregate(mrr=held.mrr.sum().cast("decimal(18, 4)"))
    table = told.left_join(recent, told.customer_id == recent.buyer)
    table = table.left_join(earned, table.customer_id == earned.earner)
    table = table.left_join(held, table.customer_id == held.payer)
    met = _contacts(facts, zone, end)
    table = table.left_join(met, table.customer_id == met.reached)
    nothing = ibis.literal(0).cast("decimal(18, 4)")
    return table.select(
        *("kind", "customer_id", "answered_on", "score", "comment", "voice", "contacted_on"),
        revenue=ibis.coalesce(table.revenue, nothing),
        profit=ibis.coalesce(table.profit, nothing),
        mrr=ibis.coalesce(table.mrr, nothing),
    )


def _voice(table: ir.Table) -> ir.StringValue:
    usual = ibis.cases((table.kind == "nps", 10.0), (table.kind == "ces", 7.0), else_=5.0)
    score, top = table.score, ibis.coalesce(table.scale_max, usual)
    middle = top / 2 + 0.5
    easy = ibis.cases((score > middle, PROMOTER), (score == middle, PASSIVE), else_=DETRACTOR)
    limits = {10.0: (9, 7), 5.0: (4, 3), 7.0: (6, 5)}
    named = [
        (top == scale, ibis.cases((score >= good, PROMOTER), (score >= fair, PASSIVE), else_=DETRACTOR))
        for scale, (good, fair) in limits.items()
    ]
    share = score / top
    other = ibis.cases((share >= 0.85, PROMOTER), (share >= 0.65, PASSIVE), else_=DETRACTOR)
    return ibis.cases((table.kind == "ces", easy), *named, else_=other)


def _contacts(facts: Facts, zone: str, end: ir.Value) -> ir.Table:
    """The last day somebody spoke with each customer."""
    events, tickets = facts["events"], facts["tickets"]
    spoke = events.filter(events.name.isin((*CONTACT, "email_replied")) & events.customer_id.notnull())
    spoke = spoke.select("customer_id", day=local_time(spoke.occurred_at, zone).date())
    asked = tickets.filter(tickets.customer_id.notnull())
    asked = asked.select("customer_id", day=local_time(asked.opened_at, zone).date())
    both = spoke.union(asked)
    both = both.filter(both.day < end)
    return both.group_by(reached="customer_id").aggregate(contacted_on=both.day.max())


def voices_by_group(table: ir.Table) -> ir.Table:
    """One row per kind and group of `voices`: answers, revenue, profit, mrr (sums), mean_score."""
    return table.group_by("kind", "voice").aggregate(
        answers=table.count().cast("int64"),
        revenue=table.revenue.sum().cast("decimal(18, 4)"),
        profit=table.profit.sum().cast("decimal(18, 4)"),
        mrr=table.mrr.sum().cast("decimal(18, 4)"),
        mean_score=table.score.mean(),
    )
