"""EC-CUBE: the CSV of orders (受注CSV), one row per line of an order with the order's fields on every row."""

from __future__ import annotations

import ibis
from ibis.expr import types as ir

from keiki.facts.mapping import Mapping, Rule
from keiki.sources.exports.export import Export, amount_of, column, cut_lines, torn_kept, total
from keiki.sources.part import Part

STATUSES = {
    "新規受付": "completed",
    "入金待ち": "completed",
    "入金済み": "completed",
    "対応中": "completed",
    "取り寄せ中": "completed",
    "発送済み": "completed",
    "注文取消し": "cancelled",
    "キャンセル": "cancelled",
    "返品": "returned",
    # Baskets that never became an order.
    "決済処理中": "cancelled",
    "購入処理中": "cancelled",
}
FIELDS = {
    "member": ("会員ID",),
    "email": ("メールアドレス",),
    "at": ("注文日時", "受注日時", "受注日", "注文日"),
    "status": ("対応状況(名称)", "対応状況"),
    "payment_method": ("支払方法(名称)", "支払方法"),
    "region": ("都道府県(名称)", "都道府県"),
}
AMOUNTS = {
    "total": ("合計", "お支払い合計", "支払合計"),
    "shipping": ("送料",),
    "fee": ("手数料",),
    "tax": ("税金", "税", "消費税"),
    "discount": ("値引き", "割引"),
}


def parts(table: ir.Table) -> tuple[Part, ...]:
    """Orders and their lines: the total less shipping, fee and tax is the amount; a guest is the hash of the e-mail.

    Lines that are shipping, fees, discounts or points (明細区分) are no products and stay out of the lines.
    """
    lines = cut_lines(table)
    return (
        Part("orders", torn_kept(_orders(lines), table), ORDERS),
        Part("order_lines", _lines(lines), LINES),
    )


def _orders(lines: ir.Table) -> ir.Table:
    fields = {name: column(lines, *headings) for name, headings in FIELDS.items()}
    amounts = {name: amount_of(lines, *headings) for name, headings in AMOUNTS.items()}
    pieces = ibis.cases((_is_product(lines), amount_of(lines, "個数", "数量")))
    rows = lines.select("_row", order_id=column(lines, "注文ID", "注文番号"), quantity=pieces, **fields, **amounts)
    once = {name: rows[name].max() for name in (*FIELDS, *AMOUNTS)}
    orders = rows.group_by("order_id").agg(_row=rows["_row"].min(), quantity=rows["quantity"].sum(), **once)
    net = total(orders["total"], orders["shipping"], orders["fee"], orders["tax"])
    guest = ibis.coalesce(orders["member"].nullif("0"), ibis.null("string"))
    return orders.mutate(amount=net, member=guest).drop("total", "fee", "tax")


def _is_product(lines: ir.Table) -> ir.BooleanValue:
    kind = ibis.coalesce(column(lines, "明細区分(名称)", "明細区分"), "商品")
    return kind.isin(["商品", "1"])


def _lines(lines: ir.Table) -> ir.Table:
    code = ibis.coalesce(column(lines, "商品コード"), column(lines, "商品ID"), column(lines, "商品名"))
    rows = lines.select(
        "_row",
        order_id=column(lines, "注文ID", "注文番号"),
        product_id=code,
        product_name=column(lines, "商品名"),
        quantity=column(lines, "個数", "数量"),
        price=column(lines, "価格", "単価"),
        _product=_is_product(lines),
    )
    return rows.filter(rows["_product"] & rows["product_id"].notnull()).drop("_product")


ORDERS = Mapping(
    "orders",
    {
        "order_id": Rule(("order_id",)),
        "customer_id": Rule(("member", "email"), "id_or_hash"),
        "is_guest": Rule(("member",), "is_empty"),
        "ordered_at": Rule(("at",)),
        "amount": Rule(("amount",)),
        "discount": Rule(("discount",)),
        "shipping": Rule(("shipping",)),
        "quantity": Rule(("quantity",)),
        "status": Rule(("status",), values=STATUSES),
        "payment_method": Rule(("payment_method",)),
    },
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
EC_CUBE = Export(
    "ec_cube",
    "EC-CUBE 受注",
    "EC-CUBE orders",
    header=frozenset({"注文ID", "会員ID", "メールアドレス", "合計", "送料", "商品名"}),
    often=frozenset({"手数料", "税金", "対応状況(名称)", "支払方法(名称)", "商品コード", "価格", "個数"}),
    make=parts,
)
