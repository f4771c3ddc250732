"""Shopify: the export of orders. It repeats an order for each line and writes the order's own fields only once."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr import types as ir

from keiki.facts.casts import money
from keiki.facts.mapping import Mapping, Rule
from keiki.sources.exports.export import PLAIN, Export, column, cut_lines, torn_kept
from keiki.sources.part import Part

STATUSES = {
    "refunded": "returned",
    "voided": "cancelled",
    "paid": "completed",
    "partially_refunded": "completed",
    "partially_paid": "completed",
    "authorized": "completed",
    "pending": "completed",
}
FIELDS = {
    "email": ("Email",),
    "at": ("Created at",),
    "financial": ("Financial Status",),
    "subtotal": ("Subtotal",),
    "total": ("Total",),
    "taxes": ("Taxes",),
    "discount": ("Discount Amount",),
    "refunded": ("Refunded Amount",),
    "shipping": ("Shipping",),
    "channel": ("Source",),
    "perk": ("Discount Code",),
    "payment_method": ("Payment Method",),
    "cancelled": ("Cancelled at",),
    "region": ("Shipping Province", "Billing Province"),
}


def parts(table: ir.Table) -> tuple[Part, ...]:
    """Orders and their lines.

    `Subtotal` is net of the discount in files of today and was gross of it in older ones: each order's own `Total`
    says which, and whether prices include tax. The e-mail enters only as its hash.
    """
    lines = cut_lines(table)
    return (
        Part("orders", torn_kept(_orders(lines), table), ORDERS),
        Part("order_lines", _lines(lines), LINES),
    )


def _orders(lines: ir.Table) -> ir.Table:
    fields = {name: column(lines, *headings) for name, headings in FIELDS.items()}
    rows = lines.select("_row", order_id=column(lines, "Name"), quantity=column(lines, "Lineitem quantity"), **fields)
    once = {name: rows[name].max() for name in FIELDS}
    pieces = money(rows["quantity"], PLAIN).sum()
    orders = rows.group_by("order_id").agg(_row=rows["_row"].min(), quantity=pieces, **once)
    return orders.mutate(amount=_amount(orders), email=orders.email.lower())


def _amount(orders: ir.Table) -> Any:
    read = {name: money(orders[name], PLAIN).cast("decimal(38, 4)") for name in
            ("subtotal", "total", "taxes", "discount", "refunded", "shipping")}  # fmt: skip
    none = ibis.literal(0).cast("decimal(38, 4)")
    subtotal = read.pop("subtotal")
    total, taxes, discount, refunded, shipping = (ibis.coalesce(read[n], none) for n in read)
    gross_of_discount = (
        read["total"].isnull()
        | (total == subtotal - discount + shipping + taxes)
        | (total == subtotal - discount + shipping)
    ) & (discount > 0)
    goods = ibis.cases((gross_of_discount, subtotal - discount), else_=subtotal)
    taxed = (total == goods + shipping) & (taxes > 0)
    share = goods.cast("float64") / (goods + shipping).cast("float64").nullif(0)
    included = (taxes.cast("float64") * share).round(4).cast("decimal(38, 4)")
    return ibis.cases((taxed, goods - ibis.coalesce(included, none)), else_=goods) - refunded


def _lines(lines: ir.Table) -> ir.Table:
    product = ibis.coalesce(column(lines, "Lineitem sku"), column(lines, "Lineitem name"))
    rows = lines.select(
        "_row",
        order_id=column(lines, "Name"),
        product_id=product,
        product_name=column(lines, "Lineitem name"),
        quantity=column(lines, "Lineitem quantity"),
        price=column(lines, "Lineitem price"),
    )
    return rows.filter(rows["product_id"].notnull())


ORDERS = Mapping(
    "orders",
    {
        "order_id": Rule(("order_id",)),
        "customer_id": Rule(("email",), "hash"),
        "is_guest": Rule(("email",), "is_empty"),
        "ordered_at": Rule(("at",)),
        "amount": Rule(("amount",)),
        "discount": Rule(("discount",)),
        "shipping": Rule(("shipping",)),
        "quantity": Rule(("quantity",)),
        "channel": Rule(("channel",), values={"web": "direct", "pos": "offline", "shopify_draft_order": "other"}),
        "status": Rule(("financial",), values=STATUSES),
        "returned_on": Rule(("cancelled",)),
        "perk": Rule(("perk",)),
        "payment_method": Rule(("payment_method",)),
    },
    ignored=("subtotal", "total", "taxes", "refunded"),
)
LINES = Mapping(
    "order_lines",
    {
        "order_id": Rule(("order_id",)),
        "product_id": Rule(("product_id",)),
        "quantity": Rule(("quantity",)),
        "amount": Rule(("quantity", "price"), "product"),
    },
)
SHOPIFY = Export(
    "shopify",
    "Shopify 注文",
    "Shopify orders",
    header=frozenset({"Name", "Email", "Financial Status", "Created at", "Subtotal", "Lineitem quantity"}),
    often=frozenset({"Lineitem sku", "Lineitem price", "Refunded Amount", "Discount Amount", "Taxes", "Total"}),
    make=parts,
)
