"""What the product records about its own use, described like facts so that measures can read it."""

from __future__ import annotations

from keiki.facts.contract import Column, Fact, Kind


def _pseudo_fact(name: str, ja: str, en: str, time: str, *columns: Column) -> Fact:
    days = (Column(time, Kind.DATE, "日付", "Date", required=True),)
    value = (Column("value", Kind.NUMBER, "値", "Value"),)
    return Fact(
        name=f"workspace.{name}",
        ja=ja,
        en=en,
        grain_ja="記録1件につき1行",
        grain_en="one row per record",
        key=(),
        time=time,
        columns=days + columns + value,
    )


def _text(name: str, ja: str, en: str, vocabulary: str | None = None) -> Column:
    return Column(name, Kind.TEXT, ja, en, vocabulary=vocabulary)


TEAM = _text("team", "チーム", "Team")
KPI = _text("kpi", "KPI", "KPI")

WORKSPACE: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        _pseudo_fact("cards", "見える化カード", "Visualisation cards", "date", TEAM),
        _pseudo_fact(
            "cycles",
            "学習サイクル",
            "Learning cycles",
            "ended_on",
            TEAM,
            _text("status", "状態", "Status", "cycle_status"),
            _text("action_type", "次の打ち手", "Next step", "cycle_action"),
            Column("improved_on", Kind.DATE, "改善した日", "Improved on"),
        ),
        _pseudo_fact(
            "evidence",
            "現場の証拠",
            "Evidence from the field",
            "noted_at",
            TEAM,
            _text("signal", "サイン", "Signal", "signal"),
            _text("evidence_kind", "証拠の種類", "Kind of evidence", "evidence_kind"),
        ),
        _pseudo_fact(
            "targets", "目標", "Targets", "period", KPI, _text("department", "部門", "Department", "department")
        ),
        _pseudo_fact("measurements", "実績", "Measurements", "period", KPI),
        _pseudo_fact("baselines", "ベースライン", "Baselines", "period", KPI),
        _pseudo_fact("boards", "ボード", "Boards", "date", _text("board", "ボード", "Board")),
        _pseudo_fact(
            "actions",
            "アクション",
            "Actions",
            "due_on",
            TEAM,
            _text("status", "状態", "Status", "action_status"),
            Column("done_on", Kind.DATE, "完了した日", "Done on"),
        ),
        _pseudo_fact(
            "analysis",
            "分析結果",
            "Analysis",
            "date",
            KPI,
            _text("kgi", "KGI", "KGI"),
            _text("lag", "遅れ", "Lag"),
            _text("method", "方法", "Method"),
        ),
    )
}
