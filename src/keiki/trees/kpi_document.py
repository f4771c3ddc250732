"""A KPI as a kpi-tree document writes it: the declaration of the catalogue, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from keiki.catalogue.kpi import Direction, Horizon, JourneyStage, Kpi, Layer, LeadLag, ValueChain
from keiki.catalogue.kpi import Kind as KpiKind
from keiki.catalogue.load import CADENCES, kpi_of
from keiki.facts import vocabulary
from keiki.measures.document import Entry
from keiki.measures.units import UNITS
from keiki.trees.fields import Field, Kind, Table, entry_of, write, wrong


@dataclass(frozen=True)
class BenchmarkDocument:
    """A usual range of a KPI and whose it is."""

    ja: str
    en: str
    source_ja: str
    source_en: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class EarlierDocument:
    """What a KPI meant before: held from `since` (None: from the start) until the next version."""

    version: int
    formula: str
    since: date | None = None
    unit: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class KpiDocument:
    """One KPI of a bundle; the fields are those of the files in `kpis/`."""

    id: str
    ja: str
    en: str
    definition_ja: str
    definition_en: str
    formula: str
    unit: str
    direction: str
    kind: str = KpiKind.QUALITY.value
    layer: str = Layer.RESULT.value
    horizon: str = Horizon.MID.value
    lead_lag: str = LeadLag.LAG.value
    cadence: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    journey_stage: str | None = None
    value_chain: str | None = None
    department: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    base: str | None = None
    pairs_with: tuple[str, ...] = ()
    benchmarks: tuple[BenchmarkDocument, ...] = ()
    aliases: tuple[str, ...] = ()
    version: int = 1
    since: date | None = None
    reason: str | None = None
    earlier: tuple[EarlierDocument, ...] = ()
    data_source: str | None = None
    procedure: str | None = None
    retired: date | None = None


def kpi_document(kpi: Kpi) -> KpiDocument:
    """The document of a KPI of the catalogue."""
    return KpiDocument(
        id=kpi.id,
        ja=kpi.ja,
        en=kpi.en,
        definition_ja=kpi.definition_ja,
        definition_en=kpi.definition_en,
        formula=kpi.source,
        unit=kpi.unit,
        direction=kpi.direction.value,
        kind=kpi.kind.value,
        layer=kpi.layer.value,
        horizon=kpi.horizon.value,
        lead_lag=kpi.lead_lag.value,
        cadence=kpi.cadence,
        domain=kpi.domain,
        journey_stage=kpi.journey_stage.value or None,
        value_chain=kpi.value_chain.value or None,
        department=kpi.department,
        params=kpi.params,
        base=kpi.base,
        pairs_with=kpi.pairs_with,
        benchmarks=tuple(
            BenchmarkDocument(b.ja, b.en, b.source_ja, b.source_en, b.low, b.high) for b in kpi.benchmarks
        ),
        aliases=kpi.aliases,
        version=kpi.version,
        since=kpi.since,
        reason=kpi.reason or None,
        earlier=tuple(
            EarlierDocument(v.number, v.source, v.since, v.unit or None, v.params, v.reason or None)
            for v in kpi.earlier
        ),
        data_source=kpi.data_source or None,
        procedure=kpi.procedure or None,
        retired=kpi.retired,
    )


def declared(document: KpiDocument) -> Kpi:
    """The KPI that a document declares; raises what the formula language raises."""
    return kpi_of(entry_of(write(KPI_TABLE, document)))


def _benchmark(entry: Entry, values: dict[str, Any]) -> BenchmarkDocument:
    return BenchmarkDocument(**values)


def _earlier(entry: Entry, values: dict[str, Any]) -> EarlierDocument:
    return EarlierDocument(**values)


def _kpi(entry: Entry, values: dict[str, Any]) -> KpiDocument:
    document = KpiDocument(**values)
    departments = vocabulary("department")
    for word in document.department:
        if word not in departments:
            raise wrong(entry, "department", word, ", ".join(departments))
    for word in document.cadence:
        if word not in CADENCES:
            raise wrong(entry, "cadence", word, ", ".join(CADENCES))
    declared(document)
    return document


def _options(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(option.value for option in kind if option.value)


BENCHMARK_TABLE = Table(
    "benchmark",
    "よくある水準と出典。",
    "A usual range and whose it is.",
    (
        Field("ja", Kind.TEXT, "どんな場合か（日本語）。", "Of which setting, in Japanese.", needed=True),
        Field("en", Kind.TEXT, "どんな場合か（英語）。", "Of which setting, in English.", needed=True),
        Field("low", Kind.NUMBER, "下の端。", "Lower end."),
        Field("high", Kind.NUMBER, "上の端。", "Upper end."),
        Field("source_ja", Kind.TEXT, "出典（日本語）。", "Whose, in Japanese.", needed=True),
        Field("source_en", Kind.TEXT, "出典（英語）。", "Whose, in English.", needed=True),
    ),
    _benchmark,
)

EARLIER_TABLE = Table(
    "earlier",
    "以前の定義。",
    "What a KPI meant before.",
    (
        Field("version", Kind.WHOLE, "版の番号。", "Number of the version.", needed=True, low=1),
        Field("since", Kind.DATE, "この日から有効だった。", "From when it held."),
        Field("formula", Kind.TEXT, "そのときの式。", "Its formula then.", needed=True),
        Field("unit", Kind.TEXT, "そのときの単位。", "Its unit then.", options=tuple(UNITS)),
        Field("params", Kind.PAIRS, "式のパラメーター。", "Parameters of the formula.", default=()),
        Field("reason", Kind.TEXT, "変えた理由。", "Why it was changed."),
    ),
    _earlier,
)

KPI_TABLE = Table(
    "kpi",
    "一つのKPIの定義。kpis/ フォルダーの書き方と同じ。",
    "The definition of one KPI, as in the folder `kpis/`.",
    (
        Field("id", Kind.TEXT, "英小文字・数字・_ の名前。", "Its id: a-z 0-9 _.", needed=True),
        Field("ja", Kind.TEXT, "日本語の名前。", "Japanese name.", needed=True),
        Field("en", Kind.TEXT, "英語の名前。", "English name.", needed=True),
        Field("definition_ja", Kind.TEXT, "日本語の定義。", "Japanese definition.", needed=True),
        Field("definition_en", Kind.TEXT, "英語の定義。", "English definition.", needed=True),
        Field("formula", Kind.TEXT, "メジャーとKPIから計算する式。", "Formula over measures and KPIs.", needed=True),
        Field("unit", Kind.TEXT, "単位。", "Unit.", needed=True, options=tuple(UNITS)),
        Field(
            "direction", Kind.TEXT, "望ましい向き。", "Which way is better.", needed=True, options=_options(Direction)
        ),
        Field("kind", Kind.TEXT, "量か質か。", "Quantity or quality.", needed=True, options=_options(KpiKind)),
        Field(
            "layer",
            Kind.TEXT,
            "行動・中間・成果。",
            "Action, intermediate or result.",
            needed=True,
            options=_options(Layer),
        ),
        Field(
            "horizon", Kind.TEXT, "短期・中期・長期。", "Short, mid or long.", needed=True, options=_options(Horizon)
        ),
        Field("lead_lag", Kind.TEXT, "先行か遅行か。", "Leading or lagging.", needed=True, options=_options(LeadLag)),
        Field("cadence", Kind.WORDS, "見る頻度。", "How often it is looked at.", default=()),
        Field("domain", Kind.WORDS, "領域。", "Fields of work.", default=()),
        Field(
            "journey_stage",
            Kind.TEXT,
            "顧客の旅の段階。",
            "Stage of the customer journey.",
            options=_options(JourneyStage),
        ),
        Field(
            "value_chain",
            Kind.TEXT,
            "価値をつくる流れの段階。",
            "Stage of the value chain.",
            options=_options(ValueChain),
        ),
        Field("department", Kind.WORDS, "部署。", "Departments.", default=()),
        Field("params", Kind.PAIRS, "式のパラメーター。", "Parameters of the formula.", default=()),
        Field("base", Kind.TEXT, "もとになるKPI。", "The KPI that this one narrows or renames."),
        Field("pairs_with", Kind.WORDS, "一緒に見る質のKPI。", "Qualities to read beside it.", default=()),
        Field("benchmarks", Kind.RECORDS, "よくある水準。", "Usual ranges.", table=lambda: BENCHMARK_TABLE, default=()),
        Field("aliases", Kind.WORDS, "別の呼び名。", "Other names.", default=()),
        Field("version", Kind.WHOLE, "版の番号。", "Number of the version.", low=1, default=1),
        Field("since", Kind.DATE, "この版が有効になった日。", "From when this version holds."),
        Field("reason", Kind.TEXT, "変えた理由。", "Why it was changed."),
        Field("earlier", Kind.RECORDS, "以前の版。", "Earlier versions.", table=lambda: EARLIER_TABLE, default=()),
        Field("data_source", Kind.TEXT, "数字の出どころ。", "Where the numbers come from."),
        Field("procedure", Kind.TEXT, "測る手順：誰が、いつ、どのように。", "How it is measured: who, when, how."),
        Field("retired", Kind.DATE, "この日から新しく使わない。", "From when nobody should start to use it."),
    ),
    _kpi,
)
