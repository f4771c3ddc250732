"""What a KPI is: a declared number with its names, unit, direction, formula and tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from keiki.formula.nodes import Formula, Reference

OBSERVED = "observed_value"
"""The measure that gives a KPI the value observed for it."""


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEUTRAL = "neutral"


class Kind(StrEnum):
    """A quantity counts how much, a quality says how good; one without the other misleads."""

    QUANTITY = "quantity"
    QUALITY = "quality"


class Layer(StrEnum):
    ACTION = "action"
    INTERMEDIATE = "intermediate"
    RESULT = "result"


class Horizon(StrEnum):
    SHORT = "short"
    MID = "mid"
    LONG = "long"


class LeadLag(StrEnum):
    LEAD = "lead"
    LAG = "lag"


class JourneyStage(StrEnum):
    NONE = ""
    AWARENESS = "awareness"
    INTEREST = "interest"
    CONSIDERATION = "consideration"
    PURCHASE = "purchase"
    ONBOARDING = "onboarding"
    ADOPTION = "adoption"
    RETENTION = "retention"
    EXPANSION = "expansion"
    ADVOCACY = "advocacy"


class ValueChain(StrEnum):
    NONE = ""
    CREATION = "creation"
    OPERATION = "operation"
    COMMUNICATION = "communication"


@dataclass(frozen=True)
class Benchmark:
    """A usual range of a KPI in one setting, in the KPI's own unit; an open end is None. `source` says whose."""

    ja: str
    en: str
    low: float | None
    high: float | None
    source_ja: str
    source_en: str


@dataclass(frozen=True)
class Version:
    """What a KPI meant before it changed: it held from `since` (None: from the start) until the next version's day."""

    number: int
    since: date | None
    source: str
    formula: Formula
    unit: str = ""
    params: tuple[tuple[str, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Kpi:
    """A KPI as declared. `formula` refers to measures and to other KPIs; `source` is its text.

    `params` replace those inside the formula and can be replaced by a reference's own.
    `base` is the KPI that this one narrows or renames. `pairs_with` are the qualities to read beside a quantity.
    `version` holds since `since` (None: from the start) because of `reason`; `earlier` are those before it, oldest
    first. `data_source` names where the numbers come from, for people, `procedure` who measures
    them, when and how. `retired`: nobody should start to use it then.
    """

    id: str
    ja: str
    en: str
    definition_ja: str
    definition_en: str
    source: str
    formula: Formula
    unit: str
    direction: Direction
    kind: Kind = Kind.QUALITY
    layer: Layer = Layer.RESULT
    horizon: Horizon = Horizon.MID
    lead_lag: LeadLag = LeadLag.LAG
    cadence: tuple[str, ...] = ("monthly",)
    domain: tuple[str, ...] = ()
    journey_stage: JourneyStage = JourneyStage.NONE
    value_chain: ValueChain = ValueChain.NONE
    department: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    base: str | None = None
    pairs_with: tuple[str, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    aliases: tuple[str, ...] = ()
    version: int = 1
    since: date | None = None
    reason: str = ""
    earlier: tuple[Version, ...] = ()
    data_source: str = ""
    procedure: str = ""
    retired: date | None = None

    @property
    def observed(self) -> bool:
        """Whether nothing is computed: the value is entered by hand or imported as it is."""
        return isinstance(self.formula, Reference) and self.formula.id == OBSERVED
