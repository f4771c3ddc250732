"""A KPI in the segments of a dimension: counts above and below the line, values, and the gap to a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from keiki.catalogue.expand import asked_of
from keiki.engine.measure import Readings
from keiki.engine.segments import told_by_segment
from keiki.formula import Formula, Reference, evaluate, references
from keiki.measures.measure import Measure
from keiki.trees.mix import ONE, Cell, Split, split_gap


@dataclass(frozen=True)
class SegmentValue:
    """One segment: what it counts above and below the line (below is None of an amount), its own value, its share.

    `share` is its part of what is below the line, of an amount its part of the amount.
    """

    segment: str | None
    top: float
    bottom: float | None
    value: float | None
    share: float | None


@dataclass(frozen=True)
class Comparison:
    """A KPI by the segments of one dimension in one period, the largest first.

    `top` and `bottom` are those of the whole, `rest_top` and `rest_bottom` what the segments leave of them: 0 unless
    things are counted in two segments. `counted` says that both lines count things, so that a value is a share of a
    sample. `gap` shares out the distance to a level, when one was given.
    """

    dimension: str
    above: Formula
    below: Formula
    value: float | None
    top: float
    bottom: float | None
    segments: tuple[SegmentValue, ...]
    rest_top: float
    rest_bottom: float | None
    counted: bool
    gap: Split | None = None


def compared(
    name: str, formula: Formula, measures: Mapping[str, Measure], readings: Readings, level: float | None = None
) -> Comparison:
    """The last period of readings that were made by one dimension.

    Raises `NotARatio`, naming it `name`, when segments cannot add up to the KPI.
    """
    above, below = told_by_segment(name, formula, measures, readings)
    amount = below == ONE
    cells = {s[0]: _cell(above, below, readings, s) for s in readings.segments if s}
    whole = _cell(above, below, readings, ())
    value = _value(formula, readings, ())
    weight = fsum(abs(cell.top if amount else cell.bottom) for cell in cells.values())
    segments = tuple(
        SegmentValue(
            segment,
            cell.top,
            None if amount else cell.bottom,
            cell.top if amount else cell.rate,
            (cell.top if amount else cell.bottom) / weight if weight else None,
        )
        for segment, cell in sorted(cells.items(), key=lambda each: (-_size(each[1], amount), str(each[0])))
    )
    asked = {asked_of(reference) for reference in references(formula)}
    return Comparison(
        dimension=readings.lens.by[0],
        above=above,
        below=below,
        value=value,
        top=whole.top,
        bottom=None if amount else whole.bottom,
        segments=segments,
        rest_top=whole.top - fsum(cell.top for cell in cells.values()),
        rest_bottom=None if amount else whole.bottom - fsum(cell.bottom for cell in cells.values()),
        counted=not amount and all(measures[one.measure].unit == "count" for one in asked),
        gap=None if level is None or amount else split_gap({(s,): c for s, c in cells.items()}, value, level),
    )


def _size(cell: Cell, amount: bool) -> float:
    return abs(cell.top) if amount else cell.bottom


def _cell(above: Formula, below: Formula, readings: Readings, segment: tuple[str | None, ...]) -> Cell:
    return Cell(_value(above, readings, segment) or 0.0, _value(below, readings, segment) or 0.0)


def _value(formula: Formula, readings: Readings, segment: tuple[str | None, ...]) -> float | None:
    def resolve(reference: Reference, back: int) -> float | None:
        return readings.value(asked_of(reference), len(readings.periods) - 1, segment, back)

    return evaluate(formula, resolve)
