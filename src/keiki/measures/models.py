"""The models that measures read: what each is built from, and what a measure's `stat` means over its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from keiki.customers.activity import ActivityRule, acts, entitlements, licences
from keiki.customers.classes import BAD, GOOD, classed_postings, customer_classes
from keiki.customers.cohorts import CohortRule, attendee_deals, first_entries, followed
from keiki.customers.health import RED, health
from keiki.customers.ideal import spend_by_fit
from keiki.customers.lifetime_value import contract_months, customer_profits, lifetimes
from keiki.customers.movements import expansions, movements, renewals, trials
from keiki.customers.postings import conversions
from keiki.customers.repeat import RepeatRule, acts_of_first_buyers, first_purchases, purchases
from keiki.customers.retention import status_changes
from keiki.customers.revenue_quality import cost_postings, revenue_postings
from keiki.customers.rfm import rfm
from keiki.errors import ParameterNeeded
from keiki.insight.experiment import outcomes
from keiki.journeys.attribution import credited
from keiki.journeys.local_time import midnight
from keiki.journeys.sessions import sessions
from keiki.journeys.stage_durations import stage_cohorts, stage_passages, stage_scores, stages_held
from keiki.journeys.windows import window
from keiki.measures.aggregates import Aggregate, Where, count, distinct, mean, only, rows_where, total
from keiki.measures.rules import Rules

Facts = Mapping[str, ir.Table]
Params = tuple[tuple[str, str], ...]
Stat = Callable[[ir.Table, Where, Mapping[str, str]], Aggregate]


Build = Callable[[Facts, ir.Table, Mapping[str, str], Rules], ir.Table]


@dataclass(frozen=True)
class Model:
    """A table that no single aggregate gives.

    `time` dates its rows; a model without one has a row per period in the column `period`. `parameters` are those
    that change the table. `stats` are its own aggregates; any other `stat` is a plain one of the measure's column.
    A model whose rows are a `lasting` state speaks of every period after its first row, others only of days with rows.
    The days of the facts it `reads` are those it can speak of; without rows of those it `needs` it says nothing.
    `averaged` is the column that its `avg` is the mean of. `told` says what its aggregates have to know of the rules.
    """

    reads: tuple[str, ...]
    build: Build
    time: str | None = None
    needs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    stats: Mapping[str, Stat] = field(default_factory=dict)
    lasting: bool = True
    averaged: str | None = None
    told: Callable[[Rules], Mapping[str, str]] = lambda rules: {}


def _sum_of(column: str) -> Stat:
    return lambda table, where, params: total(table, table[column], where)


def _both(left: ir.BooleanValue, right: Where) -> ir.BooleanValue:
    return left if right is None else left & right


def _customers_where(test: Callable[[ir.Table, Mapping[str, str]], ir.BooleanValue]) -> Stat:
    return lambda table, where, params: distinct(table.customer_id, _both(test(table, params), where))


def _rows_where(test: Callable[[ir.Table], ir.BooleanValue]) -> Stat:
    return lambda table, where, params: count(table, _both(test(table), where))


def _status(name: str) -> Stat:
    """Customers with a status at the end, or at the start with `at=start`."""

    def test(table: ir.Table, params: Mapping[str, str]) -> ir.BooleanValue:
        status: ir.Value = table.status_start if params.get("at") == "start" else table.status_end
        return status == name

    return _customers_where(test)


def _money(facts: Facts, spans: ir.Table, params: Mapping[str, str], rules: Rules) -> ir.Table:
    """Sales and costs in one table: each row carries its revenue, its cost of goods and its cost, or NULL."""
    money = "decimal(18, 4)"
    shared = ("customer_id", "product", "channel", "campaign_kind", "project")
    sales = revenue_postings(facts, rules.postings)
    costs = cost_postings(facts, rules.postings, "spent_on", "amount", *shared)
    sold = sales.select(
        posted_at=sales.posted_at.cast("timestamp"),
        is_sale=ibis.literal(value=True),
        store=sales.store,
        revenue=sales.amount,
        cogs=sales.cogs,
        cost=sales.cogs,
        **{name: sales[name] for name in shared},
    )
    counted = ~costs.on_sales
    spent = costs.select(
        posted_at=midnight(costs.spent_on, rules.zone).cast("timestamp"),
        is_sale=ibis.literal(value=False),
        store=ibis.null("string"),
        revenue=ibis.null(money),
        cogs=ibis.ifelse(counted & (costs.category == "cogs"), costs.amount, ibis.null(money)),
        cost=ibis.ifelse(counted, costs.amount, ibis.null(money)),
        **{name: costs[name] for name in shared},
    )
    return sold.union(spent)


def _revenue(table: ir.Table, where: Where, params: Mapping[str, str]) -> Aggregate:
    return total(table, table.revenue, _both(table.is_sale, where))


def _repeat(params: Mapping[str, str], rules: Rules) -> RepeatRule:
    return replace(rules.repeat, within=params["within"]) if "within" in params else rules.repeat


def _needed(model: str, name: str, params: Mapping[str, str], example: str) -> str:
    if name not in params:
        raise ParameterNeeded(model=model, name=name, example=example)
    return params[name]


REACHED = "n_stage_reached[from: lead; to: sql; within: 90d]"


def _stage_cohorts(facts: Facts, spans: ir.Table, params: Mapping[str, str], rules: Rules) -> ir.Table:
    start = _needed("stage_durations", "from", params, REACHED)
    return stage_cohorts(facts, start, params.get("to"), params.get("within"), rules.stages)


def _stage_arrivals(facts: Facts, spans: ir.Table, params: Mapping[str, str], rules: Rules) -> ir.Table:
    _needed("stage_durations", "to", params, REACHED)
    return _stage_cohorts(facts, spans, params, rules)


def _stage_passages(facts: Facts, spans: ir.Table, params: Mapping[str, str], rules: Rules) -> ir.Table:
    start, end = (_needed("stage_durations", name, params, REACHED) for name in ("from", "to"))
    return stage_passages(facts, start, end, params.get("unit", "days"), rules.stages)


def _cohort(params: Mapping[str, str], rules: Rules) -> CohortRule:
    rule = rules.cohorts
    start, at, within = (params.get("from", rule.start), params.get("at", rule.at), params.get("within", rule.within))
    return replace(rule, start=start, at=at, within=within)


def _followed(column: str, parameter: str, example: str) -> Stat:
    """Customers of a cohort of whom a column is true, which only a parameter makes."""

    def test(table: ir.Table, params: Mapping[str, str]) -> ir.BooleanValue:
        _needed("cohort", parameter, params, example)
        return table.window_ended & table[column]

    return _customers_where(test)


def _attribution(facts: Facts, spans: ir.Table, params: Mapping[str, str], rules: Rules) -> ir.Table:
    rule = rules.attribution
    rule = replace(rule, model=params.get("model", rule.model), lookback=params.get("lookback", rule.lookback))
    sold = conversions(facts, rules.postings)
    sold = sold.semi_join(spans, [sold.converted_at >= spans.start_at, sold.converted_at < spans.end_at])
    return credited(facts, sold, rule)


def _outcomes(facts: Facts, spans: ir.Table, params: Mapping[str, str], rules: Rules) -> ir.Table:
    rule = rules.experiments
    rule = replace(rule, goal=params.get("goal", rule.goal), within=params.get("within", rule.within))
    return outcomes(facts, window(rule.within), rule)


def _counted_deals(table: ir.Table, where: Where, params: Mapping[str, str]) -> Aggregate:
    return total(table, table.amount, _both(table.counts, where))


def _activity(params: Mapping[str, str], rules: Rules) -> ActivityRule:
    least = params.get("min")
    return replace(
        rules.activity,
        window=params.get("window"),
        within=params.get("within"),
        least_contents=None if least is None else int(least),
    )


def _people_per_window(table: ir.Table, where: Where, params: Mapping[str, str]) -> Aggregate:
    """People summed over the windows of the period, by the number of windows: a window without anybody counts too."""
    return Aggregate("mean", (table.act_in.nunique(where=where), table.windows.max()))


SEAT_BITS = 20
"""Seats of one contract that can be told apart: fewer than 2 to this power."""


def _seats_once(table: ir.Table, where: Where, params: Mapping[str, str]) -> Aggregate:
    """The seats of different licences: each binary digit of the seats is counted over licences, then weighed."""
    digits = [
        table.licence.nunique(where=_both((table.seats // 2**bit).cast("int64") % 2 == 1, where)) * 2**bit
        for bit in range(SEAT_BITS)
    ]
    return Aggregate("count", (sum(digits[1:], digits[0]),))


def _length_of_stay(months: int) -> Stat:
    """1 / the mean of the monthly shares lost, in units of so many months; unknown where nobody was lost."""

    def stat(table: ir.Table, where: Where, params: Mapping[str, str]) -> Aggregate:
        asked = [_both(table.month == n, where) for n in range(int(params["months"]))]
        # A customer stands in a month once, so that counting rows tells customers at a fraction of the work.
        there = [rows_where(each) for each in asked]
        lost = [rows_where(each & table.lost) for each in asked]
        known = sum((ibis.ifelse(n > 0, 1, 0) for n in there), ibis.literal(0))
        shares = (n.cast("float64") / ibis.ifelse(of > 0, of, 1) for n, of in zip(lost, there, strict=True))
        return Aggregate("mean", (known, sum(shares, ibis.literal(0.0)) * months))

    return stat


def _months_of_churn(rules: Rules) -> Mapping[str, str]:
    return {"months": str(rules.lifetime.months)}


LATEST_PAYBACK = 60
"""Months of life in which a cohort may have earned back its cost; later is not told."""


def _payback(table: ir.Table, where: Where, params: Mapping[str, str]) -> Aggregate:
    """The first age by which the cohort has left nothing or more in sum; unknown while it has not."""
    by_age = [(only(table.amount, _both(table.age <= age, where)).sum() >= 0, age) for age in range(LATEST_PAYBACK + 1)]
    return Aggregate("last", (ibis.cases(*by_age),))


def _revenue_of(judged: str) -> Stat:
    return lambda table, where, params: total(table, table.amount, _both(table.customer_class == judged, where))


def _moved_to(table: ir.Table, params: Mapping[str, str]) -> ir.BooleanValue:
    """Customers that were in another segment at the start and are in `to` at the end."""
    to = _needed("rfm", "to", params, "n_new_dormant[to: dormant]")
    return (table.side == "start") & (table.rfm_segment != to) & (table.other_segment == to)


def _target(params: Mapping[str, str]) -> tuple[str, str]:
    return _needed("cohort", "target", params, "target: deal/won"), params.get("within", "6m")


MODELS: Mapping[str, Model] = {
    "sessions": Model(
        reads=("events",),
        build=lambda facts, spans, params, rules: sessions(facts, rules.sessions),
        time="started_at",
    ),
    "revenue_quality": Model(
        reads=("orders", "invoices", "stages", "costs", "media", "order_lines"),
        build=_money,
        time="posted_at",
        stats={"revenue": _revenue, "cogs": _sum_of("cogs"), "total_cost": _sum_of("cost")},
    ),
    "acquisition": Model(
        reads=("costs", "media"),
        build=lambda facts, spans, params, rules: spend_by_fit(facts, rules.classes.profit),
        time="spent_on",
        stats={"spent": _sum_of("amount"), "on_others": _sum_of("on_others")},
        lasting=False,
    ),
    "repeat": Model(
        reads=("orders", "stages", "invoices"),
        build=lambda facts, spans, params, rules: first_purchases(facts, _repeat(params, rules)),
        time="first_at",
        parameters=("within",),
        stats={
            "base": _customers_where(lambda table, params: table.window_ended),
            "repeaters": _customers_where(lambda table, params: table.window_ended & table.repeated),
        },
    ),
    "purchases": Model(
        reads=("orders", "stages", "invoices"),
        build=lambda facts, spans, params, rules: purchases(facts, rules.repeat),
        time="ordered_at",
        stats={"interval": lambda table, where, params: mean(table.days_since_previous, where)},
    ),
    "first_buyer_acts": Model(
        reads=("orders", "stages", "invoices"),
        needs=("events",),
        build=lambda facts, spans, params, rules: acts_of_first_buyers(facts, _repeat(params, rules)),
        time="first_at",
        parameters=("within",),
        stats={"acted": lambda table, where, params: distinct(table.customer_id, where)},
    ),
    "subscription_movements": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: movements(facts, spans, rules.movements),
        stats={
            **{
                name: _sum_of(name)
                for name in ("new", "reactivation", "upsell", "cross_sell", "contraction", "churned")
            },
            "churned_accounts": _customers_where(lambda table, params: table.churned > 0),
            "upsold_accounts": _customers_where(lambda table, params: table.upsell > 0),
            "cross_sold_accounts": _customers_where(lambda table, params: table.cross_sell > 0),
        },
    ),
    "expansions": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: expansions(facts, spans, rules.movements),
        stats={"expansion_revenue": _sum_of("expansion")},
    ),
    "renewals": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: renewals(facts, spans, rules.movements),
        stats={
            "renewals_due": _rows_where(lambda table: table.renewal_on.notnull()),
            "renewals_won": _rows_where(lambda table: table.renewed),
        },
    ),
    "trials": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: trials(facts, params.get("within", "60d"), zone=rules.zone),
        time="valid_from",
        parameters=("within",),
        stats={
            "trials": _rows_where(lambda table: table.window_ended),
            "trials_converted": _rows_where(lambda table: table.window_ended & table.converted),
        },
    ),
    "retention": Model(
        reads=("customers", "orders", "subscriptions"),
        build=lambda facts, spans, params, rules: status_changes(facts, spans, rules.retention),
        stats={
            "active": _status("active"),
            "dormant": _status("dormant"),
            "lost": _customers_where(
                lambda table, params: (table.status_start == "active") & table.status_end.isin(("churned", "dormant"))
            ),
            "reactivated": _customers_where(lambda table, params: (table.status_start == "dormant") & table.purchased),
        },
    ),
    "cohort": Model(
        reads=("customers", "orders", "subscriptions", "stages", "events"),
        build=lambda facts, spans, params, rules: followed(facts, _cohort(params, rules), spans),
        time="counted_on",
        parameters=("from", "at", "within"),
        stats={
            "size": _customers_where(lambda table, params: table.window_ended),
            "active": _followed("active", "at", "n_cohort_active[at: 12m]"),
            "lost": _followed("lost", "within", "n_cohort_churned[within: 12m]"),
        },
    ),
    "attendee_deals": Model(
        reads=("events",),
        needs=("stages",),
        build=lambda facts, spans, params, rules: attendee_deals(facts, *_target(params)),
        time="occurred_at",
        parameters=("target", "within"),
        stats={
            "reached": lambda table, where, params: distinct(table.person_id, _both(table.deal.notnull(), where)),
            "amount": _counted_deals,
        },
    ),
    "first_entries": Model(
        reads=("stages",),
        build=lambda facts, spans, params, rules: first_entries(facts),
        time="entered_at",
        stats={"first": _customers_where(lambda table, params: table.is_first)},
    ),
    "stage_durations": Model(
        reads=("stages",),
        build=lambda facts, spans, params, rules: stages_held(facts, spans, rules.stages),
        stats={
            "in_stage": lambda table, where, params: count(
                table, _both(table.at_start if params.get("at") == "start" else table.at_end, where)
            ),
            "advanced": _rows_where(lambda table: table.advanced),
        },
    ),
    "stage_scores": Model(
        reads=("stages",),
        build=lambda facts, spans, params, rules: stage_scores(facts, spans),
        stats={
            "scored": lambda table, where, params: distinct(table.subject_id, where),
            "score_up": lambda table, where, params: distinct(
                table.subject_id, _both(table.score > table.score_before, where)
            ),
        },
    ),
    "stage_cohorts": Model(
        reads=("stages",),
        build=_stage_cohorts,
        time="entered_at",
        parameters=("from", "within"),
        stats={"base": lambda table, where, params: distinct(table.subject_id, _both(table.window_ended, where))},
    ),
    "stage_arrivals": Model(
        reads=("stages",),
        build=_stage_arrivals,
        time="entered_at",
        parameters=("from", "to", "within"),
        stats={
            "reached": lambda table, where, params: distinct(
                table.subject_id, _both(table.window_ended & table.reached, where)
            )
        },
    ),
    "stage_passages": Model(
        reads=("stages",),
        build=_stage_passages,
        time="entered_at",
        parameters=("from", "to", "unit"),
        stats={"avg": lambda table, where, params: mean(table.length, where)},
        averaged="length",
    ),
    "activity": Model(
        reads=("events",),
        build=lambda facts, spans, params, rules: acts(facts, spans, _activity(params, rules)),
        parameters=("window", "within", "min"),
        stats={"people": _people_per_window},
        lasting=False,
    ),
    "licences": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: licences(facts, spans, rules.activity),
        stats={"seats": _sum_of("seats")},
    ),
    "entitlements": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: entitlements(facts, spans, rules.activity),
        stats={"entitled": _seats_once},
    ),
    "customer_classes": Model(
        reads=("customers", "orders", "invoices", "stages", "subscriptions"),
        build=lambda facts, spans, params, rules: customer_classes(facts, rules.classes),
        time="acquired_on",
        stats={
            "good": _customers_where(lambda table, params: table.customer_class == GOOD),
            "bad": _customers_where(lambda table, params: table.customer_class == BAD),
        },
    ),
    "classed_postings": Model(
        reads=("orders", "invoices", "stages"),
        build=lambda facts, spans, params, rules: classed_postings(facts, rules.classes),
        time="posted_at",
        stats={"good_revenue": _revenue_of(GOOD), "bad_revenue": _revenue_of(BAD)},
    ),
    "contract_months": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: contract_months(facts, spans, rules.lifetime),
        stats={"contract_months": _length_of_stay(months=1)},
        told=_months_of_churn,
    ),
    "lifetimes": Model(
        reads=("customers", "orders", "subscriptions", "stages"),
        build=lambda facts, spans, params, rules: lifetimes(facts, spans, rules.lifetime),
        stats={"lifetime_years": _length_of_stay(months=12)},
        told=_months_of_churn,
    ),
    "lifetime_value": Model(
        reads=("customers", "orders", "invoices", "subscriptions", "stages"),
        build=lambda facts, spans, params, rules: customer_profits(facts, params.get("at"), rules.lifetime),
        time="acquired_on",
        parameters=("at",),
        stats={"cumulative_profit": _sum_of("amount"), "payback": _payback},
    ),
    "health": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: health(facts, spans, rules.health),
        stats={
            "avg": lambda table, where, params: mean(table.score, where),
            "red": _customers_where(lambda table, params: table.health_band == RED),
        },
    ),
    "rfm": Model(
        reads=("orders", "stages", "invoices"),
        build=lambda facts, spans, params, rules: rfm(facts, spans, rules.rfm),
        stats={
            "members": _customers_where(lambda table, params: table.side == params.get("at", "end")),
            "moved": _customers_where(_moved_to),
            "recency": lambda table, where, params: mean(table.recency_days, _both(table.side == "end", where)),
        },
    ),
    "attribution": Model(
        reads=("orders", "stages"),
        needs=("events",),
        build=_attribution,
        time="converted_at",
        parameters=("model", "lookback"),
        stats={"revenue": _sum_of("revenue"), "profit": _sum_of("profit")},
    ),
    "experiment": Model(
        reads=("exposures",),
        build=_outcomes,
        time="exposed_at",
        parameters=("goal", "within"),
        stats={
            "units": lambda table, where, params: distinct(table.unit_id, _both(table.window_ended, where)),
            "successes": lambda table, where, params: distinct(
                table.unit_id, _both(table.window_ended & table.succeeded, where)
            ),
        },
    ),
}
"""By the name a measure gives. A `stat` that its model keeps in another table is found through `SPLIT`."""

SPLIT: Mapping[tuple[str, str], str] = {
    ("revenue_quality", "good"): "customer_classes",
    ("revenue_quality", "bad"): "customer_classes",
    ("revenue_quality", "good_revenue"): "classed_postings",
    ("revenue_quality", "bad_revenue"): "classed_postings",
    ("activity", "seats"): "licences",
    ("activity", "entitled"): "entitlements",
    ("lifetime_value", "contract_months"): "contract_months",
    ("lifetime_value", "lifetime_years"): "lifetimes",
    ("repeat", "interval"): "purchases",
    ("repeat", "acted"): "first_buyer_acts",
    ("cohort", "reached"): "attendee_deals",
    ("cohort", "amount"): "attendee_deals",
    ("cohort", "first"): "first_entries",
    ("stage_durations", "scored"): "stage_scores",
    ("stage_durations", "score_up"): "stage_scores",
    ("stage_durations", "base"): "stage_cohorts",
    ("stage_durations", "reached"): "stage_arrivals",
    ("stage_durations", "avg"): "stage_passages",
    ("subscription_movements", "expansion_revenue"): "expansions",
    ("subscription_movements", "renewals_due"): "renewals",
    ("subscription_movements", "renewals_won"): "renewals",
    ("subscription_movements", "trials"): "trials",
    ("subscription_movements", "trials_converted"): "trials",
}


def table_of(model: str, stat: str | None) -> str:
    """The name in MODELS of the table that a measure of the model reads."""
    return SPLIT.get((model, stat or ""), model)


def reads_of(model: str, stat: str | None) -> tuple[str, ...]:
    """The facts that a measure of the model reads; none for a model nobody has built."""
    name = table_of(model, stat)
    return MODELS[name].reads if name in MODELS else ()
