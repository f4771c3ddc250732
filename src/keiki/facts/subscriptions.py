"""The fact `subscriptions`: one row per span of constant monthly revenue of one contract."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

SUBSCRIPTIONS = Fact(
    name="subscriptions",
    ja="契約・保有",
    en="Subscriptions",
    grain_ja="契約の月額が変わらない期間ごとに1行（無料の会員・保有は月額0）",
    grain_en="one row per span of constant MRR of one contract; a free holding has MRR 0",
    key=("subscription_id", "valid_from"),
    time="valid_from",
    until="valid_to",
    columns=(
        required("subscription_id", Kind.TEXT, "契約ID", "Subscription ID"),
        required("customer_id", Kind.TEXT, "顧客ID", "Customer ID"),
        core("plan", Kind.TEXT, "プラン", "Plan"),
        core("product", Kind.TEXT, "商品・サービス", "Product"),
        required("mrr", Kind.MONEY, "月額（MRR）", "Monthly recurring revenue", least=0),
        required("valid_from", Kind.DATE, "開始日", "Valid from"),
        core("valid_to", Kind.DATE, "終了日（当日を含まない）", "Valid to, exclusive"),
        core("reason", Kind.TEXT, "開始の理由", "Reason", "subscription_reason"),
        core("seats", Kind.INTEGER, "席数", "Seats"),
        core("term_months", Kind.INTEGER, "契約月数", "Term in months"),
        core("renewal_on", Kind.DATE, "更新日", "Renewal on"),
        extra("audience", Kind.TEXT, "対象者", "Audience", "audience"),
        extra("initiated_by", Kind.TEXT, "変更を生んだ部門", "Initiated by", "department"),
        extra("billing_period", Kind.TEXT, "請求周期", "Billing period"),
    ),
)
