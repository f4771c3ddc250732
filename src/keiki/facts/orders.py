"""The fact `orders`: one row per order."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, derived, extra, required

ORDERS = Fact(
    name="orders",
    ja="注文",
    en="Orders",
    grain_ja="注文1件につき1行",
    grain_en="one row per order",
    key=("order_id",),
    time="ordered_at",
    columns=(
        required("order_id", Kind.TEXT, "注文ID", "Order ID"),
        required("customer_id", Kind.TEXT, "顧客ID", "Customer ID", unless="is_guest"),
        required("ordered_at", Kind.TIMESTAMP, "注文日時", "Ordered at"),
        required("amount", Kind.MONEY, "金額（税抜）", "Amount, net of tax"),
        core("gross_profit", Kind.MONEY, "粗利", "Gross profit"),
        core("cost", Kind.MONEY, "原価", "Cost of goods"),
        core("discount", Kind.MONEY, "値引き", "Discount"),
        core("shipping", Kind.MONEY, "送料", "Shipping"),
        core("quantity", Kind.NUMBER, "点数", "Quantity"),
        core("channel", Kind.TEXT, "チャネル", "Channel", "channel"),
        core("campaign", Kind.TEXT, "キャンペーン", "Campaign"),
        core("store", Kind.TEXT, "店舗・サイト", "Store or site"),
        core("status", Kind.TEXT, "注文の状態", "Order status", "order_status"),
        core("line_source", Kind.TEXT, "購入のきっかけ", "Line source", "line_source"),
        extra("returned_on", Kind.DATE, "返品・取消日", "Returned on"),
        extra("return_reason", Kind.TEXT, "返品理由", "Return reason"),
        extra("device", Kind.TEXT, "デバイス", "Device", "device"),
        extra("campaign_kind", Kind.TEXT, "施策の種類", "Campaign kind", "campaign_kind"),
        extra("platform", Kind.TEXT, "媒体", "Platform", "platform"),
        extra("is_guest", Kind.BOOLEAN, "ゲスト購入", "Guest order"),
        extra("payment_method", Kind.TEXT, "支払方法", "Payment method"),
        extra("perk", Kind.TEXT, "特典・クーポン", "Perk or coupon"),
        extra("is_free_shipping", Kind.BOOLEAN, "送料無料", "Free shipping"),
        extra("rank", Kind.TEXT, "注文時の会員ランク", "Member rank at order"),
        extra("product", Kind.TEXT, "商品", "Product"),
        extra("project", Kind.TEXT, "プロジェクト", "Project"),
        derived("order_no", Kind.INTEGER, "何回目の注文か", "Order number of the customer"),
        derived("customer_type", Kind.TEXT, "新規・リピート", "New or repeat", "customer_type"),
        derived("order_band", Kind.TEXT, "送料無料ラインとの差", "Free-shipping band", "order_band"),
    ),
)
