"""The question: which periods, which segment, which comparison, in which currency."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.formula.nodes import Condition
from keiki.periods import Calendar, Period


@dataclass(frozen=True)
class Lens:
    """Periods in order, narrowed by `where` and split by the dimensions of `by`.

    `comparison` is what `prev()` means: `previous` or `last_year`.
    """

    periods: tuple[Period, ...]
    calendar: Calendar = Calendar()
    where: Condition | None = None
    by: tuple[str, ...] = ()
    comparison: str = "previous"
    currency: str = "JPY"
