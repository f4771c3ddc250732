"""The fields of a target and of a stage on the way, as a document writes them."""

from __future__ import annotations

from typing import Any

from keiki.measures.document import Entry
from keiki.periods import Grain
from keiki.trees.fields import Field, Kind, Table, missing, wrong
from keiki.trees.targets import BETWEEN, COMPARISONS, LEVEL, MANUAL, SHAPES, Step, Target


def _step(entry: Entry, values: dict[str, Any]) -> Step:
    if (values["by"] is None) == (values["within"] is None):
        raise missing(entry, "by") if values["by"] is None else wrong(entry, "within", values["within"], "by | within")
    return Step(**values)


def _target(entry: Entry, values: dict[str, Any]) -> Target:
    target = Target(**{**values, "period": Grain(values["period"]) if values["period"] else None})
    if target.compare == BETWEEN:
        for edge in ("low", "high"):
            if values[edge] is None:
                raise missing(entry, edge)
        if values["low"] > values["high"]:
            raise wrong(entry, "low", target.low, f"≤ {target.high:g}")
    elif target.value is None and not target.steps and not target.months:
        raise missing(entry, "value")
    if target.by is not None and target.within is not None:
        raise wrong(entry, "within", target.within, "by | within")
    if target.since is not None and target.by is not None and target.by < target.since:
        raise wrong(entry, "by", target.by, f"≥ {target.since}")
    if target.shape == MANUAL and not target.months:
        raise missing(entry, "months")
    return target


STEP = Table(
    "step",
    "目標までの途中の段階。",
    "A stage on the way to a target.",
    (
        Field("by", Kind.DATE, "この日までに届く。within とどちらか一方。", "To be reached by this day; or `within`."),
        Field(
            "within",
            Kind.SPAN,
            "始まりからこの長さのうちに届く（3m は3か月）。",
            "To be reached within this time after the start (3m is three months).",
        ),
        Field("value", Kind.NUMBER, "その段階の値。", "The value of the stage.", needed=True),
    ),
    _step,
)

TARGET = Table(
    "target",
    "KPIが届くべき水準と期限。",
    "The level a KPI is to reach, and by when.",
    (
        Field(
            "value",
            Kind.NUMBER,
            "届くべき値。KPIの単位で書く（3%は0.03）。",
            "The value, in the KPI's unit (3 % is 0.03).",
        ),
        Field(
            "compare",
            Kind.TEXT,
            "at_least（以上）、at_most（以下）、between（low から high の間）。省くとKPIの望ましい向きに従う。",
            "`at_least`, `at_most` or `between` (`low` to `high`); by the KPI's direction when left out.",
            options=COMPARISONS,
        ),
        Field("low", Kind.NUMBER, "between の下の端。", "Lower end of `between`."),
        Field("high", Kind.NUMBER, "between の上の端。", "Upper end of `between`."),
        Field(
            "period",
            Kind.TEXT,
            "値が何の期間のものか。年の値は、足し合わせられるKPIなら月へ配分する。",
            "What the value is for; a yearly value of a KPI that adds up is shared out over its months.",
            options=tuple(grain.value for grain in Grain),
        ),
        Field("start", Kind.NUMBER, "出発点の値（基準値）。", "The value it starts from (baseline)."),
        Field("since", Kind.DATE, "この日から有効。", "From when it holds."),
        Field("by", Kind.DATE, "期限の日。", "The deadline."),
        Field(
            "within",
            Kind.SPAN,
            "期限を始まりからの長さで書く（6m は6か月）。ひな形で使う。",
            "The deadline as a time after the start (6m is six months); for templates.",
        ),
        Field("steps", Kind.RECORDS, "途中の段階。", "Stages on the way.", table=lambda: STEP, default=()),
        Field(
            "shape",
            Kind.TEXT,
            "level（一定）、even（均等）、seasonal（months の重みで配分）、manual（months の値そのもの）。",
            "`level`, `even`, `seasonal` (by the weights in `months`) or `manual` (the values in `months`).",
            options=SHAPES,
            default=LEVEL,
        ),
        Field(
            "months",
            Kind.SERIES,
            "月ごとの値または重み。キーは 2026-04 のように書く。",
            "A value or weight per month, with keys such as 2026-04.",
            default=(),
        ),
        Field("note_ja", Kind.TEXT, "目標の根拠（日本語）。", "What it rests on, in Japanese."),
        Field("note_en", Kind.TEXT, "目標の根拠（英語）。", "What it rests on, in English."),
    ),
    _target,
)
