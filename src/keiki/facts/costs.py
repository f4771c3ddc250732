"""The fact `costs`: one row per cost entry."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

COSTS = Fact(
    name="costs",
    ja="費用",
    en="Costs",
    grain_ja="費用の記帳1件につき1行",
    grain_en="one row per cost entry",
    key=(),
    time="spent_on",
    columns=(
        required("spent_on", Kind.DATE, "計上日", "Spent on"),
        required("amount", Kind.MONEY, "金額（税抜）", "Amount, net of tax"),
        core("category", Kind.TEXT, "費目", "Category", "cost_category"),
        core("department", Kind.TEXT, "部門", "Department", "department"),
        core("channel", Kind.TEXT, "チャネル", "Channel", "channel"),
        core("campaign", Kind.TEXT, "キャンペーン", "Campaign"),
        core("customer_id", Kind.TEXT, "負担する顧客ID", "Customer charged"),
        core("product", Kind.TEXT, "商品・サービス", "Product"),
        core("purpose", Kind.TEXT, "目的", "Purpose", "cost_purpose"),
        extra("campaign_kind", Kind.TEXT, "施策の種類", "Campaign kind", "campaign_kind"),
        extra("platform", Kind.TEXT, "媒体", "Platform", "platform"),
        extra("audience", Kind.TEXT, "対象者", "Audience", "audience"),
        extra("segment", Kind.TEXT, "セグメント", "Segment"),
        extra("project", Kind.TEXT, "プロジェクト", "Project"),
        extra("property_type", Kind.TEXT, "物件の種類", "Property type"),
    ),
)
