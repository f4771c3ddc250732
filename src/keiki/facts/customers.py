"""The fact `customers`: one row per customer or prospect."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, derived, extra, required

CUSTOMERS = Fact(
    name="customers",
    ja="顧客",
    en="Customers",
    grain_ja="顧客・見込み客1人（1社）につき1行",
    grain_en="one row per customer or prospect, person or company",
    key=("customer_id",),
    time="acquired_on",
    columns=(
        required("customer_id", Kind.TEXT, "顧客ID", "Customer ID"),
        core("acquired_on", Kind.DATE, "獲得日", "Acquired on"),
        core("kind", Kind.TEXT, "個人・法人", "Person or company", "customer_kind"),
        core("name", Kind.TEXT, "顧客名", "Name"),
        core("acquisition_channel", Kind.TEXT, "獲得チャネル", "Acquisition channel", "channel"),
        core("acquisition_campaign", Kind.TEXT, "獲得キャンペーン", "Acquisition campaign"),
        core("segment", Kind.TEXT, "セグメント", "Segment"),
        core("plan", Kind.TEXT, "現在のプラン", "Current plan"),
        core("region", Kind.TEXT, "地域", "Region"),
        core("industry", Kind.TEXT, "業種", "Industry"),
        core("size_band", Kind.TEXT, "規模", "Size band"),
        core("rank", Kind.TEXT, "会員ランク", "Member rank"),
        core("churned_on", Kind.DATE, "離反日", "Churned on"),
        core("churn_reason", Kind.TEXT, "離反理由", "Churn reason"),
        core("owner", Kind.TEXT, "担当者", "Owner"),
        extra("icp_fit", Kind.BOOLEAN, "理想顧客像に合う", "Fits the ideal profile"),
        extra("icp_score", Kind.NUMBER, "理想顧客スコア", "Ideal profile score"),
        extra("is_target", Kind.BOOLEAN, "営業ターゲット", "Sales target"),
        extra("nurture_excluded", Kind.BOOLEAN, "育成対象外", "Excluded from nurturing"),
        extra("audience", Kind.TEXT, "対象者", "Audience", "audience"),
        extra("age_band", Kind.TEXT, "年代", "Age band"),
        extra("campaign_kind", Kind.TEXT, "獲得施策の種類", "Acquiring campaign kind", "campaign_kind"),
        derived("status", Kind.TEXT, "顧客の状態", "Customer status", "customer_status"),
        derived("rfm_segment", Kind.TEXT, "RFMセグメント", "RFM segment", "rfm_segment"),
        derived("revenue_class", Kind.TEXT, "売上の質", "Revenue class", "revenue_class"),
        derived("health_band", Kind.TEXT, "ヘルス", "Health band", "health_band"),
        derived("cohort_month", Kind.TEXT, "獲得月", "Cohort month"),
    ),
)
