"""What a KPI is: a declared number with its names, unit, direction, formula and tags."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keiki.formula.nodes import Formula


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Kpi:
    """A KPI as declared. `formula` refers to measures and to other KPIs; `source` is its text."""

    id: str
    ja: str
    en: str
    definition_ja: str
    definition_en: str
    source: str
    formula: Formula
    unit: str
    direction: Direction
    kind: str = "quality"
    layer: str = "result"
    horizon: str = "mid"
    lead_lag: str = "lag"
    cadence: tuple[str, ...] = ("monthly",)
    domain: tuple[str, ...] = ()
    journey_stage: str = ""
    value_chain: str = ""
    department: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    base: str | None = None
    pairs_with: tuple[str, ...] = ()
    benchmark: str = ""
