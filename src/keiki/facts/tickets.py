"""The fact `tickets`: one row per ticket."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

TICKETS = Fact(
    name="tickets",
    ja="問い合わせ",
    en="Tickets",
    grain_ja="問い合わせ1件につき1行",
    grain_en="one row per ticket",
    key=("ticket_id",),
    time="opened_at",
    columns=(
        required("ticket_id", Kind.TEXT, "問い合わせID", "Ticket ID"),
        required("opened_at", Kind.TIMESTAMP, "受付日時", "Opened at"),
        core("customer_id", Kind.TEXT, "顧客ID", "Customer ID"),
        core("first_response_at", Kind.TIMESTAMP, "初回返信日時", "First response at"),
        core("resolved_at", Kind.TIMESTAMP, "解決日時", "Resolved at"),
        core("category", Kind.TEXT, "問い合わせの種類", "Category", "ticket_category"),
        core("severity", Kind.TEXT, "重要度", "Severity", "severity"),
        core("escalated", Kind.BOOLEAN, "エスカレーション", "Escalated"),
        core("reopened", Kind.BOOLEAN, "再オープン", "Reopened"),
        core("channel", Kind.TEXT, "チャネル", "Channel", "channel"),
        extra("topic", Kind.TEXT, "話題", "Topic"),
        extra("root_cause", Kind.TEXT, "根本原因", "Root cause"),
        extra("is_faq", Kind.BOOLEAN, "よくある質問", "Frequent question"),
        extra("specificity", Kind.INTEGER, "具体度（1〜3）", "Specificity, 1 to 3"),
        extra("handle_minutes", Kind.NUMBER, "対応時間（分）", "Handling time in minutes"),
    ),
)
