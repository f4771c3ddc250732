"""The models that measures read: what each is built from, and what a measure's `stat` means over its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from keiki.customers.movements import MovementRule, movements, renewals, trials
from keiki.customers.postings import PostingRule
from keiki.customers.repeat import RepeatRule, first_purchases, purchases
from keiki.customers.retention import RetentionRule, status_changes
from keiki.customers.revenue_quality import cost_postings, revenue_postings
from keiki.journeys.local_time import midnight
from keiki.journeys.sessions import SessionRule, sessions
from keiki.measures.aggregates import Aggregate, Where, count, distinct, mean, total

Facts = Mapping[str, ir.Table]
Params = tuple[tuple[str, str], ...]
Stat = Callable[[ir.Table, Where, Mapping[str, str]], Aggregate]


@dataclass(frozen=True)
class Rules:
    """The settings of a business that models follow; each is printed beside the numbers it affects."""

    zone: str = "Asia/Tokyo"
    free_shipping_line: Decimal | None = None
    free_shipping_band: Decimal = Decimal("0.2")
    sessions: SessionRule = field(default_factory=SessionRule)
    postings: PostingRule = field(default_factory=PostingRule)
    movements: MovementRule = field(default_factory=MovementRule)
    retention: RetentionRule = field(default_factory=RetentionRule)
    repeat: RepeatRule = field(default_factory=RepeatRule)

    @classmethod
    def of_zone(cls, zone: str) -> Rules:
        """The default rules of a business in a time zone."""
        postings = PostingRule(zone=zone)
        return cls(
            zone,
            sessions=SessionRule(zone=zone),
            postings=postings,
            retention=RetentionRule(postings=postings),
            repeat=RepeatRule(postings=postings),
        )


Build = Callable[[Facts, ir.Table, Mapping[str, str], Rules], ir.Table]


@dataclass(frozen=True)
class Model:
    """A table that no single aggregate gives.

    `time` dates its rows; a model without one has a row per period in the column `period`. `parameters` are those
    that change the table. `stats` are its own aggregates; any other `stat` is a plain one of the measure's column.
    """

    reads: tuple[str, ...]
    build: Build
    time: str | None = None
    parameters: tuple[str, ...] = ()
    stats: Mapping[str, Stat] = field(default_factory=dict)


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
    sales, costs = revenue_postings(facts, rules.postings), cost_postings(facts, rules.postings)
    money = "decimal(18, 4)"
    shared = ("customer_id", "product", "channel", "campaign_kind", "project")
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
    "subscription_movements": Model(
        reads=("subscriptions",),
        build=lambda facts, spans, params, rules: movements(facts, spans, rules.movements),
        stats={
            **{
                name: _sum_of(name)
                for name in ("new", "reactivation", "upsell", "cross_sell", "contraction", "churned")
            },
            "expansion_revenue": lambda table, where, params: total(table, table.upsell + table.cross_sell, where),
            "churned_accounts": _customers_where(lambda table, params: table.churned > 0),
            "upsold_accounts": _customers_where(lambda table, params: table.upsell > 0),
            "cross_sold_accounts": _customers_where(lambda table, params: table.cross_sell > 0),
        },
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
}
"""By the name a measure gives. A `stat` that its model keeps in another table is found through `SPLIT`."""

SPLIT: Mapping[tuple[str, str], str] = {
    ("repeat", "interval"): "purchases",
    ("subscription_movements", "renewals_due"): "renewals",
    ("subscription_movements", "renewals_won"): "renewals",
    ("subscription_movements", "trials"): "trials",
    ("subscription_movements", "trials_converted"): "trials",
}


def table_of(model: str, stat: str | None) -> str:
    """The name in MODELS of the table that a measure of the model reads."""
    return SPLIT.get((model, stat or ""), model)
