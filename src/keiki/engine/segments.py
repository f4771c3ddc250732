"""A KPI's change between two periods by the segments of a dimension, from one set of readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keiki.catalogue.expand import asked_of
from keiki.engine.measure import Readings, Segment
from keiki.errors import KeikiError, NotARatio
from keiki.formula import Formula, Reference, evaluate, references
from keiki.formula.show import show
from keiki.measures.measure import Aggregation, Asked, Measure
from keiki.trees.mix import ONE, Cell, Split, above_and_below, split_amount, split_ratio


@dataclass(frozen=True)
class AgainstComparison:
    """Readings of one period as two: its comparison period first, then the period itself.

    While the period runs, the comparison covers the same number of days.
    """

    readings: Readings
    place: int = -1

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self.readings.segments

    @property
    def reasons(self) -> Mapping[Asked, str | KeikiError]:
        return self.readings.reasons

    def value(self, asked: Asked, period_index: int, segment: Segment = (), back: int = 0) -> float | int | None:
        """The value in the comparison period (0) or the period (1)."""
        place = range(len(self.readings.periods))[self.place]
        return self.readings.value(asked, place, segment, back + 1 - period_index)


def split_by_segment(
    kpi: str, formula: Formula, measures: Mapping[str, Measure], readings: Readings | AgainstComparison
) -> Split:
    """The change from the first to the second period of readings that were made by a dimension.

    Raises `NotARatio` when segments cannot add up to the KPI, and why a measure knows no such segments.
    """
    top, bottom = told_by_segment(kpi, formula, measures, readings)
    segments = [segment for segment in readings.segments if segment]
    before, after = (_value(formula, readings, place, ()) for place in (0, 1))
    if bottom == ONE:
        first, second = ({s: _value(top, readings, place, s) or 0.0 for s in segments} for place in (0, 1))
        return split_amount(first, second, before, after)
    start, end = ({s: _cell(top, bottom, readings, place, s) for s in segments} for place in (0, 1))
    return split_ratio(start, end, before, after)


def told_by_segment(
    kpi: str, formula: Formula, measures: Mapping[str, Measure], readings: Readings | AgainstComparison
) -> tuple[Formula, Formula]:
    """What stands above and below the line of a KPI whose segments add up to it.

    Raises `NotARatio` when they cannot, and why a measure knows no such segments.
    """
    top, bottom = above_and_below(kpi, formula)
    asked = {asked_of(reference) for reference in references(formula)}
    if any(measures[one.measure].aggregation is Aggregation.AVG for one in asked):
        raise NotARatio(kpi=kpi, formula=show(formula))
    for one in asked:
        refused = readings.reasons.get(one)
        if isinstance(refused, KeikiError):
            raise refused
    return top, bottom


def _cell(top: Formula, bottom: Formula, readings: Readings | AgainstComparison, place: int, segment: Segment) -> Cell:
    return Cell(_value(top, readings, place, segment) or 0.0, _value(bottom, readings, place, segment) or 0.0)


def _value(formula: Formula, readings: Readings | AgainstComparison, place: int, segment: Segment) -> float | None:
    def resolve(reference: Reference, back: int) -> float | None:
        return readings.value(asked_of(reference), place, segment, back)

    return evaluate(formula, resolve)
