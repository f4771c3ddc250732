"""The fact `order_lines`: one row per order and product."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

ORDER_LINES = Fact(
    name="order_lines",
    ja="注文明細",
    en="Order lines",
    grain_ja="注文と商品の組み合わせごとに1行",
    grain_en="one row per order and product",
    key=("order_id", "product_id", "line_source"),
    time="order.ordered_at",
    columns=(
        required("order_id", Kind.TEXT, "注文ID", "Order ID"),
        required("product_id", Kind.TEXT, "商品ID", "Product ID"),
        core("quantity", Kind.NUMBER, "数量", "Quantity"),
        core("amount", Kind.MONEY, "明細金額（税抜）", "Line amount, net of tax"),
        core("category", Kind.TEXT, "商品カテゴリ", "Category"),
        core("tier", Kind.TEXT, "商品の位置づけ", "Tier", "tier"),
        core("line_source", Kind.TEXT, "購入のきっかけ", "Line source", "line_source"),
        extra("cost", Kind.MONEY, "原価", "Cost of goods"),
        extra("season", Kind.TEXT, "季節", "Season"),
    ),
)
