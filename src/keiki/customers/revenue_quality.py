"""Sales and costs as postings: every sale once, every cost once, whatever it was loaded from."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from keiki.customers.calendar import month_number
from keiki.customers.postings import Facts, PostingRule, completed_orders, won_deals
from keiki.journeys.local_time import midnight

SOLD = ("customer_id", "amount", "gross_profit", "product", "channel", "project")
OF_INVOICE = ("invoice_id", "issued_on", "kind", *SOLD)
OF_DEAL = ("campaign_kind", *SOLD)
OF_ORDER = ("order_id", "ordered_at", "cost", "campaign_kind", "store", *SOLD)


def revenue_postings(facts: Facts, rule: PostingRule | None = None) -> ir.Table:
    """One row per sale: completed orders, invoices, and won deals where a business has neither.

    Columns: source (`orders`, `invoices`, `deals`), posting_id (the row's own id), posted_at (UTC instant; a date is
    its local midnight), customer_id, amount (net of tax and returns), cogs (cost of goods; NULL when nobody loaded
    it), gross_profit (NULL likewise), product, channel, campaign_kind, store, project.
    """
    rule = rule or PostingRule()
    tables = [_of_invoices(facts, rule), _of_deals(facts, rule)]
    if rule.orders:
        tables.insert(0, _of_orders(facts))
    table = ibis.union(*tables)
    return table.mutate(gross_profit=table.amount - table.cogs)


def earned(sales: ir.Table) -> ir.DecimalValue:
    """The gross profit of `revenue_postings`: what names no cost of goods counts in full, so it is the most it can be
    (`keiki.gross_margin` says how much that is).
    """
    return ibis.coalesce(sales.gross_profit, sales.amount)


def _of_orders(facts: Facts) -> ir.Table:
    orders = completed_orders(facts, *OF_ORDER)
    return orders.select(
        source=ibis.literal("orders"),
        posting_id=orders.order_id,
        posted_at=orders.ordered_at.cast("timestamp"),
        customer_id=orders.customer_id,
        amount=_money(orders.amount),
        cogs=_money(ibis.coalesce(orders.cost, orders.amount - orders.gross_profit)),
        product=orders["product"],
        channel=orders.channel,
        campaign_kind=orders.campaign_kind,
        store=orders.store,
        project=orders.project,
    )


def _of_invoices(facts: Facts, rule: PostingRule) -> ir.Table:
    invoices = facts["invoices"].select(*OF_INVOICE)
    invoices = invoices.filter(invoices.kind.isnull() | invoices.kind.isin(rule.invoice_kinds))
    return invoices.select(
        source=ibis.literal("invoices"),
        posting_id=invoices.invoice_id,
        posted_at=midnight(invoices.issued_on, rule.zone),
        customer_id=invoices.customer_id,
        amount=_money(invoices.amount),
        cogs=_money(invoices.amount - invoices.gross_profit),
        product=invoices["product"],
        channel=invoices.channel,
        campaign_kind=ibis.null("string"),
        store=ibis.null("string"),
        project=invoices.project,
    )


def _of_deals(facts: Facts, rule: PostingRule) -> ir.Table:
    deals = won_deals(facts, rule, *OF_DEAL)
    return deals.select(
        source=ibis.literal("deals"),
        posting_id=deals.subject_id,
        posted_at=deals.entered_at.cast("timestamp"),
        customer_id=deals.customer_id,
        amount=_money(deals.amount),
        cogs=_money(deals.amount - deals.gross_profit),
        product=deals["product"],
        channel=deals.channel,
        campaign_kind=deals.campaign_kind,
        store=ibis.null("string"),
        project=deals.project,
    )


def cost_postings(facts: Facts, rule: PostingRule | None = None, *columns: str) -> ir.Table:
    """One row per cost: the booked costs, and what the ad networks report for months and platforms not booked.

    Columns: source (`costs`, `media`), every column of the fact `costs` (or category, product and those named), and
    on_sales: a cost of goods whose product already carries its cost on orders or invoices, which a sum of all costs
    must leave out.
    """
    rule = rule or PostingRule()
    costs = facts["costs"]
    wanted = dict.fromkeys(("category", "product", *columns) if columns else costs.columns)
    booked = costs.select(source=ibis.literal("costs"), **{name: costs[name] for name in wanted})
    table = booked.union(_of_media(facts, rule, booked.schema()))
    costed = _costed_products(facts)
    marked = table.left_join(costed, table["product"] == costed.costed_product)
    on_sales = (marked.category == "cogs") & marked.costed_product.notnull()
    return marked.select(*table.columns, on_sales=ibis.coalesce(on_sales, ibis.literal(value=False)))


OF_MEDIA = ("date", "kind", "cost", "campaign", "campaign_kind", "platform", "property_type")


def _of_media(facts: Facts, rule: PostingRule, shape: ibis.Schema) -> ir.Table:
    media, costs = facts["media"], facts["costs"]
    spent = media.select(*OF_MEDIA).filter(media.kind.isin(rule.ad_kinds) & media.cost.notnull())
    ads = costs.filter(costs.category == "ad_spend")
    booked = ads.select(month=month_number(ads.spent_on, rule.closing_day), of=ads.platform).distinct()
    covers = spent.platform == booked.of
    if rule.untagged_ad_spend_covers_all:
        covers = covers | booked.of.isnull()
    spent = spent.anti_join(booked, [month_number(spent.date, rule.closing_day) == booked.month, covers])
    posted = {
        "source": ibis.literal("media"),
        "spent_on": spent.date,
        "amount": spent.cost,
        "category": ibis.literal("ad_spend"),
        "department": ibis.literal("marketing"),
        "channel": ibis.ifelse(spent.kind == "portal", "portal", "paid"),
        "purpose": ibis.literal("acquisition"),
        "campaign": spent.campaign,
        "campaign_kind": spent.campaign_kind,
        "platform": spent.platform,
        "property_type": spent.property_type,
    }
    return spent.select(**{n: posted.get(n, ibis.null("string")).cast(kind) for n, kind in shape.items()})


def _costed_products(facts: Facts) -> ir.Table:
    """Products whose cost stands on a sale."""
    orders = completed_orders(facts, *OF_ORDER)
    lines, invoices = facts["order_lines"], facts["invoices"]
    known = [
        orders.filter(orders.cost.notnull() | orders.gross_profit.notnull()).select(costed_product="product"),
        lines.filter(lines.cost.notnull()).select(costed_product="product_id"),
        invoices.filter(invoices.gross_profit.notnull()).select(costed_product="product"),
    ]
    every = ibis.union(*known).distinct()
    return every.filter(every.costed_product.notnull())


def _money(value: ir.Value) -> ir.Value:
    return value.cast("decimal(18, 4)")
