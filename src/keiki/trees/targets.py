"""Targets: the level a KPI is to reach, by when and on which way, and how a number stands to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from keiki.periods import Grain

AT_LEAST, AT_MOST, BETWEEN = "at_least", "at_most", "between"
COMPARISONS = (AT_LEAST, AT_MOST, BETWEEN)
LEVEL, EVEN, SEASONAL, MANUAL = "level", "even", "seasonal", "manual"
SHAPES = (LEVEL, EVEN, SEASONAL, MANUAL)


@dataclass(frozen=True)
class Step:
    """A stage on the way: the value to have reached `by` a day, or `within` a time after the start."""

    value: float
    by: date | None = None
    within: str | None = None


@dataclass(frozen=True)
class Target:
    """What a KPI is to reach, in the KPI's own unit.

    `compare`: `at_least`, `at_most`, or `between` (`low` to `high` instead of `value`); None follows the KPI's
    direction. `period` is what the value is for: a yearly value of what adds up is shared out over its months.
    `start` is where it comes from, `since` from when it holds, `by` (or `within`, counted from `since`) its
    deadline, `steps` the stages before. `shape`: `level` holds one value, `even` goes in equal steps, `seasonal`
    follows the weights in `months`, `manual` takes the values in `months`. The notes say what it rests on.
    """

    value: float | None = None
    compare: str | None = None
    low: float | None = None
    high: float | None = None
    period: Grain | None = None
    start: float | None = None
    since: date | None = None
    by: date | None = None
    within: str | None = None
    steps: tuple[Step, ...] = ()
    shape: str = LEVEL
    months: tuple[tuple[date, float], ...] = ()
    note_ja: str | None = None
    note_en: str | None = None
