"""The fact `observations`: one row per metric, date, grain and dimension values."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

OBSERVATIONS = Fact(
    name="observations",
    ja="観測値",
    en="Observations",
    grain_ja="指標・日付・粒度と切り口の値ごとに1行",
    grain_en="one row per metric, date, grain and dimension values",
    key=("metric", "date", "grain", "segment", "channel", "platform", "project", "market", "product", "team"),
    time="date",
    columns=(
        required("metric", Kind.TEXT, "指標ID", "Metric ID"),
        required("date", Kind.DATE, "期間の初日", "First day of the period"),
        required("grain", Kind.TEXT, "期間の単位", "Grain", "grain"),
        required("value", Kind.NUMBER, "値", "Value"),
        core("note", Kind.TEXT, "メモ", "Note"),
        core("source", Kind.TEXT, "出どころ", "Source"),
        extra("segment", Kind.TEXT, "セグメント", "Segment"),
        extra("channel", Kind.TEXT, "チャネル", "Channel", "channel"),
        extra("platform", Kind.TEXT, "媒体", "Platform", "platform"),
        extra("project", Kind.TEXT, "プロジェクト", "Project"),
        extra("market", Kind.TEXT, "市場", "Market"),
        extra("product", Kind.TEXT, "商品・サービス", "Product"),
        extra("team", Kind.TEXT, "チーム", "Team"),
    ),
)
