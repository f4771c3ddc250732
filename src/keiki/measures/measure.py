"""What a measure is: one aggregate of one fact or of one model, declared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keiki.formula.nodes import Condition, Formula


class Aggregation(StrEnum):
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    AVG = "avg"
    LAST = "last"
    CUSTOM = "custom"


class Timing(StrEnum):
    """A flow counts rows inside the period; a stock is the state at its end or start."""

    FLOW = "flow"
    STOCK = "stock"


@dataclass(frozen=True)
class Measure:
    """A declared aggregate.

    `column` and `where` are parsed (None when absent). `params` are the declared parameters
    (`stat`, `at`, `within`, `weight` …) and may be replaced by a reference's own.
    For `custom`, `model` names the table that the aggregate reads.
    """

    id: str
    ja: str
    en: str
    fact: str
    aggregation: Aggregation
    column: Formula | None
    where: Condition | None
    time: str
    timing: Timing
    unit: str
    dimensions: tuple[str, ...] = ()
    model: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    def param(self, name: str) -> str | None:
        """A declared parameter's value, None when it has none."""
        return dict(self.params).get(name)


@dataclass(frozen=True)
class Asked:
    """A measure as a formula asks for it: narrowed by a condition, with parameters replaced. The unit of measuring."""

    measure: str
    where: Condition | None = None
    params: tuple[tuple[str, str], ...] = ()
