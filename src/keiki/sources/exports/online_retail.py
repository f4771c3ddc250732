"""Lists of invoice lines such as the UCI “Online Retail” file: no row is an order, each is one line of one."""

from __future__ import annotations

import ibis
from ibis.expr import types as ir

from keiki.facts.casts import LAKE_TYPES, as_text, money
from keiki.facts.contract import Kind
from keiki.facts.mapping import Mapping, Rule
from keiki.sources.exports.export import PLAIN, Export, all_or_nothing, column, cut_lines, torn_kept
from keiki.sources.part import Part


def parts(table: ir.Table) -> tuple[Part, ...]:
    """Orders (lines of one InvoiceNo together) and order lines (lines of one InvoiceNo and StockCode together).

    - `ordered_at` is the earliest line, `amount` the sum of Quantity × UnitPrice, exact to 4 decimals.
    - C… is a cancellation: status `returned`, its amount stays negative; A… is a bookkeeping entry: `cancelled`.
    - Without a CustomerID an order is a guest's: revenue counts it, customer measures leave it out.
    """
    lines = _read(cut_lines(table))
    return (
        Part("orders", torn_kept(_orders(lines), table), ORDERS),
        Part("order_lines", _lines(lines), LINES),
    )


def _read(table: ir.Table) -> ir.Table:
    there = {name.lower(): name for name in table.columns}
    written, quantity = as_text(table[there["quantity"]]), money(table[there["quantity"]], PLAIN)
    price = money(table[there["unitprice"]], PLAIN)
    return table.select(
        "_row",
        order_id=column(table, "InvoiceNo"),
        product_id=column(table, "StockCode"),
        description=column(table, "Description"),
        customer_id=column(table, "CustomerID"),
        country=column(table, "Country"),
        at=table[there["invoicedate"]],
        quantity=quantity,
        amount=(quantity * price).try_cast(LAKE_TYPES[Kind.MONEY]),
        stated=ibis.coalesce(written, as_text(table[there["unitprice"]])),
    )


def _orders(lines: ir.Table) -> ir.Table:
    orders = lines.group_by("order_id").agg(
        _row=lines["_row"].min(),
        customer_id=lines["customer_id"].max(),
        country=lines["country"].max(),
        at=lines["at"].min(),
        quantity=all_or_nothing(lines["quantity"], lines["stated"]),
        amount=all_or_nothing(lines["amount"], lines["stated"]).cast("decimal(38, 4)"),
    )
    number = orders["order_id"].upper()
    returned = number.startswith("C")
    status = ibis.cases((returned, "returned"), (number.startswith("A"), "cancelled"), else_="completed")
    return orders.mutate(status=status, returned_on=ibis.cases((returned, orders["at"])))


def _lines(lines: ir.Table) -> ir.Table:
    return lines.group_by("order_id", "product_id").agg(
        _row=lines["_row"].min(),
        product_name=lines["description"].max(),
        quantity=all_or_nothing(lines["quantity"], lines["stated"]),
        amount=all_or_nothing(lines["amount"], lines["stated"]).cast("decimal(38, 4)"),
    )


ORDERS = Mapping(
    "orders",
    {
        "order_id": Rule(("order_id",)),
        "customer_id": Rule(("customer_id",)),
        "is_guest": Rule(("customer_id",), "is_empty"),
        "ordered_at": Rule(("at",)),
        "amount": Rule(("amount",)),
        "quantity": Rule(("quantity",)),
        "status": Rule(("status",)),
        "returned_on": Rule(("returned_on",)),
    },
)
LINES = Mapping(
    "order_lines",
    {
        "order_id": Rule(("order_id",)),
        "product_id": Rule(("product_id",)),
        "quantity": Rule(("quantity",)),
        "amount": Rule(("amount",)),
    },
)
ONLINE_RETAIL = Export(
    "online_retail",
    "請求明細の一覧（Online Retail 形式）",
    "Invoice lines (Online Retail)",
    header=frozenset({"InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"}),
    often=frozenset({"Description", "Country"}),
    make=parts,
)
