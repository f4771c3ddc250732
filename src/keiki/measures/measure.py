"""What a measure is: one aggregate of one fact or of one model, declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from keiki.formula.nodes import Condition, Formula
from keiki.periods import Period

TRAILING: Final = re.compile(r"to_date|(?P<count>[1-9]\d{0,2})(?P<unit>[dwmy])")
"""Trailing windows: so many days, weeks, months or years that end with the period, or all of the past."""
OWN_WINDOWS: Final = frozenset({"day", "week", "month"})
"""Windows that a model looks through inside each period."""


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
    (`stat`, `at`, `within`, `weight` …) and may be replaced by a reference's own; `accepts` names
    further parameters a reference may give. For `custom`, `model` names the table that the aggregate reads
    and `fact` may join several facts by `+`. A row whose `time` is empty is dated by `time_fallback`.
    `fallback` is measured instead where the fact of this measure has no row.
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
    accepts: tuple[str, ...] = ()
    time_fallback: str | None = None
    fallback: Measure | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts it reads."""
        return tuple(self.fact.split("+"))

    def takes(self, parameter: str) -> bool:
        """Whether a reference may set this parameter; every flow takes a trailing `window`."""
        named = parameter in self.accepts or any(name == parameter for name, _ in self.params)
        return named or (parameter == "window" and self.timing is Timing.FLOW)

    def reads(self, parameter: str, value: str) -> bool:
        """Whether a parameter it takes can have this value: of `window` a trailing one, or one of its own."""
        return parameter != "window" or TRAILING.fullmatch(value) is not None or value in OWN_WINDOWS

    def param(self, name: str) -> str | None:
        """A declared parameter's value, None when it has none."""
        return dict(self.params).get(name)


@dataclass(frozen=True)
class Asked:
    """A measure as a formula asks for it: narrowed by a condition, with parameters replaced. The unit of measuring."""

    measure: str
    where: Condition | None = None
    params: tuple[tuple[str, str], ...] = ()


class Readings(Protocol):
    """Measured values, ready to be put into formulas; the engine gives them.

    A segment is a tuple of dimension values in the order of the lens, `()` the whole.
    """

    @property
    def periods(self) -> Sequence[Period]:
        """The periods measured, oldest first."""
        ...

    @property
    def segments(self) -> Sequence[tuple[str | None, ...]]:
        """Every segment measured; the whole, `()`, is the first."""
        ...

    def value(
        self, asked: Asked, period_index: int, segment: tuple[str | None, ...] = (), back: int = 0
    ) -> float | None:
        """What was asked, in one period and segment; `back` comparison periods earlier. None when undefined."""
        ...
