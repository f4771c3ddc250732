"""Which rows are a sale: the setting, and the won deals that count where nothing is invoiced or ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

Facts = Mapping[str, ir.Table]


@dataclass(frozen=True)
class PostingRule:
    """Where sales come from (setting `posting_sources`): one posting per sale, never two.

    `invoice_kinds` are posted beside orders; a credit note is a negative sale and an invoice without a kind is one.
    `deals`: `otherwise` posts won deals only when the business loads neither orders nor invoices, else `always` or
    `never`. `zone` turns the day of an invoice into an instant, `closing_day` ends the months in which costs are
    shared (as in `Calendar`). `ad_kinds` of media are posted as cost.
    `untagged_ad_spend_covers_all`: booked advertising without a platform stands for every platform of its month,
    so that a ledger and the ad networks' own exports never count the same yen twice.
    """

    orders: bool = True
    invoice_kinds: tuple[str, ...] = ("recurring", "one_off", "credit_note")
    deals: str = "otherwise"
    zone: str = "Asia/Tokyo"
    closing_day: int | None = None
    ad_kinds: tuple[str, ...] = ("ad", "portal")
    untagged_ad_spend_covers_all: bool = True


def known_profit(orders: ir.Table) -> ir.NumericValue:
    """The gross profit of orders as it was loaded, else by their cost of goods; NULL where neither is known."""
    return ibis.coalesce(orders.gross_profit, orders.amount - orders.cost)


def full_profit(orders: ir.Table) -> ir.NumericValue:
    """The gross profit of orders; what names no cost of goods counts in full, so it is the most it can be
    (`keiki.gross_margin` says how many sales that are).
    """
    return ibis.coalesce(known_profit(orders), orders.amount)


def completed_orders(facts: Facts, *columns: str) -> ir.Table:
    """Orders that count: completed, or without a status; with only some columns, which are sooner composed."""
    orders = facts["orders"]
    orders = orders.select(*dict.fromkeys((*columns, "status"))) if columns else orders
    return orders.filter(ibis.coalesce(orders.status, "completed") == "completed")


OF_WIN = ("pipeline", "stage", "subject_id", "entered_at")


def won_deals(facts: Facts, rule: PostingRule, *columns: str) -> ir.Table:
    """The first win of every deal, no rows where deals are not how the business books its sales; with only some
    columns beside those that tell a win.
    """
    stages = facts["stages"]
    stages = stages.select(*dict.fromkeys((*OF_WIN, *columns))) if columns else stages
    won = stages.filter((stages.pipeline == "deal") & (stages.stage == "won"))
    order = ibis.window(group_by=won.subject_id, order_by=won.entered_at)
    won = won.filter(ibis.row_number().over(order) == 0)
    if rule.deals == "always":
        return won
    if rule.deals == "never":
        return won.filter(ibis.literal(value=False))
    loaded = [facts[name].limit(1).count().as_scalar() for name in ("orders", "invoices")]
    return won.filter(loaded[0] == 0, loaded[1] == 0)


def conversions(facts: Facts, rule: PostingRule) -> ir.Table:
    """What marketing worked for: completed orders; won deals where a business has no orders (or posts deals always).

    Columns: conversion_id, customer_id, converted_at, amount, gross_profit (NULL when nobody loaded it). Deals count
    beside invoices, which bill the same sale later.
    """
    orders = completed_orders(facts, "order_id", "customer_id", "ordered_at", "amount", "gross_profit", "cost")
    sold = orders.select(
        conversion_id="order_id",
        customer_id="customer_id",
        converted_at=orders.ordered_at.cast("timestamp"),
        amount=orders.amount.cast("decimal(18, 4)"),
        gross_profit=known_profit(orders).cast("decimal(18, 4)"),
    )
    deals = won_deals(facts, replace(rule, deals="always"), "customer_id", "amount", "gross_profit")
    if rule.deals == "otherwise":
        deals = deals.filter(facts["orders"].limit(1).count().as_scalar() == 0)
    won = deals.select(
        conversion_id="subject_id",
        customer_id="customer_id",
        converted_at=deals.entered_at.cast("timestamp"),
        amount=deals.amount.cast("decimal(18, 4)"),
        gross_profit=deals.gross_profit.cast("decimal(18, 4)"),
    )
    return sold if rule.deals == "never" else sold.union(won)
