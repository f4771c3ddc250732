"""The fact `surveys`: one row per answer."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

SURVEYS = Fact(
    name="surveys",
    ja="アンケート回答",
    en="Survey answers",
    grain_ja="回答1件につき1行",
    grain_en="one row per answer",
    key=("response_id",),
    time="answered_at",
    columns=(
        required("response_id", Kind.TEXT, "回答ID", "Response ID"),
        required("kind", Kind.TEXT, "アンケートの種類", "Survey kind", "survey_kind"),
        required("answered_at", Kind.TIMESTAMP, "回答日時", "Answered at"),
        required("score", Kind.NUMBER, "点数", "Score"),
        core("scale_max", Kind.NUMBER, "満点", "Top of the scale"),
        core("customer_id", Kind.TEXT, "顧客ID", "Customer ID"),
        core("subject", Kind.TEXT, "きっかけ", "Trigger"),
        core("comment", Kind.TEXT, "コメント", "Comment"),
        extra("campaign_kind", Kind.TEXT, "施策の種類", "Campaign kind", "campaign_kind"),
        extra("phase", Kind.TEXT, "調査の時期", "Survey phase", "survey_phase"),
        extra("partner", Kind.TEXT, "パートナー", "Partner"),
        extra("segment", Kind.TEXT, "セグメント", "Segment"),
    ),
)
