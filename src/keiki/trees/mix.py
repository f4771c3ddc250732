"""Why a ratio changed, by segment: better or worse inside the segments (rate), or more of some segments (mix)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keiki.errors import NotARatio
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.formula.show import show

Value = float | None
Segment = tuple[str | None, ...]
ONE = Number(1.0)


@dataclass(frozen=True)
class Cell:
    """What a segment puts above and below the line of a ratio in one period; nothing there counts as 0."""

    top: float
    bottom: float

    @property
    def rate(self) -> Value:
        """The segment's own ratio, None when nothing is below the line."""
        return self.top / self.bottom if self.bottom else None


@dataclass(frozen=True)
class SegmentPart:
    """One segment's part of the change, in the KPI's unit.

    `before` and `after` are its own values, `share_before` and `share_after` its part of what is below the line
    (of a plain amount: of the amount itself). `rate` is what its own change did, `mix` what its weight did; both
    are None for an amount and for a segment with nothing below the line. `part` = rate + mix, and what stands above
    the line in a period in which the segment has nothing below it.
    """

    segment: Segment
    before: Value
    after: Value
    share_before: Value
    share_after: Value
    rate: Value
    mix: Value
    part: float


@dataclass(frozen=True)
class Split:
    """The change of a KPI between two periods, shared out over the segments of some dimensions.

    The parts + `rest` = `change`; of a ratio, `rate` and `mix` are those of all parts together. `rest` is what the
    segments do not tell: things counted in two segments. Parts are ordered by size, the largest first.
    """

    before: Value
    after: Value
    change: Value
    rate: Value
    mix: Value
    rest: Value
    parts: tuple[SegmentPart, ...]

    @property
    def turned_by_mix(self) -> bool:
        """Simpson's case: the segments themselves moved one way and the whole went the other."""
        if not self.change or not self.rate:
            return False
        moved = [p.after - p.before for p in self.parts if p.before is not None and p.after is not None]
        return (self.rate > 0) != (self.change > 0) and all((step > 0) == (self.rate > 0) for step in moved)


def split_ratio(
    before: Mapping[Segment, Cell], after: Mapping[Segment, Cell], whole_before: Value, whole_after: Value
) -> Split:
    """A ratio's change as rate and mix effects of its segments.

    Each effect is weighed by the mean of both periods, so nothing is left between them: rate = mean share × change of
    the segment's ratio, mix = change of share × how far the segment's mean ratio lies from the whole's.
    """
    change = None if whole_before is None or whole_after is None else whole_after - whole_before
    segments = list(dict.fromkeys([*before, *after]))
    cells = {s: (before.get(s, Cell(0.0, 0.0)), after.get(s, Cell(0.0, 0.0))) for s in segments}
    bottoms = [sum(pair[place].bottom for pair in cells.values()) for place in (0, 1)]
    if change is None or not all(bottoms):
        return Split(whole_before, whole_after, change, None, None, None, ())
    tops = [sum(pair[place].top for pair in cells.values() if pair[place].bottom) for place in (0, 1)]
    middle = (tops[0] / bottoms[0] + tops[1] / bottoms[1]) / 2
    parts = [_part(segment, *pair, bottoms, middle) for segment, pair in cells.items()]
    rate = sum(part.rate or 0.0 for part in parts)
    mix = sum(part.mix or 0.0 for part in parts)
    ordered = tuple(sorted(parts, key=lambda p: (-abs(p.part), str(p.segment))))
    return Split(whole_before, whole_after, change, rate, mix, change - sum(p.part for p in parts), ordered)


def _part(segment: Segment, first: Cell, second: Cell, bottoms: list[float], middle: float) -> SegmentPart:
    shares = first.bottom / bottoms[0], second.bottom / bottoms[1]
    bare = [0.0 if cell.bottom else cell.top / bottom for cell, bottom in zip((first, second), bottoms, strict=True)]
    if first.rate is None and second.rate is None:
        return SegmentPart(segment, None, None, *shares, None, None, bare[1] - bare[0])
    # A segment that comes or goes has no change of its own: all it does is mix.
    start = first.rate if first.rate is not None else second.rate
    end = second.rate if second.rate is not None else first.rate
    assert start is not None
    assert end is not None
    rate = (shares[0] + shares[1]) / 2 * (end - start)
    mix = (shares[1] - shares[0]) * ((start + end) / 2 - middle)
    return SegmentPart(segment, first.rate, second.rate, *shares, rate, mix, rate + mix + bare[1] - bare[0])


def split_gap(cells: Mapping[Segment, Cell], whole: Value, wanted: float) -> Split:
    """How far a ratio is from a wanted level, by segment: each segment's share × its own distance from that level.

    `before` of the split and of every segment is the wanted level. The parts + `rest` sum to the gap, the largest
    first.
    """
    bottom = sum(cell.bottom for cell in cells.values())
    if whole is None or not bottom:
        return Split(wanted, whole, None if whole is None else whole - wanted, None, None, None, ())
    parts = []
    for segment, cell in cells.items():
        share = cell.bottom / bottom
        part = share * (cell.rate - wanted) if cell.rate is not None else 0.0
        parts.append(SegmentPart(segment, wanted, cell.rate, share, share, part, 0.0, part))
    gap = whole - wanted
    ordered = tuple(sorted(parts, key=lambda p: (-abs(p.part), str(p.segment))))
    return Split(wanted, whole, gap, sum(p.part for p in parts), 0.0, gap - sum(p.part for p in parts), ordered)


def split_amount(
    before: Mapping[Segment, float], after: Mapping[Segment, float], whole_before: Value, whole_after: Value
) -> Split:
    """An amount's change by segment: each segment's own change, the largest first."""
    change = None if whole_before is None or whole_after is None else whole_after - whole_before
    if change is None or whole_before is None or whole_after is None:
        return Split(whole_before, whole_after, None, None, None, None, ())
    parts = []
    for segment in dict.fromkeys([*before, *after]):
        start, end = before.get(segment, 0.0), after.get(segment, 0.0)
        shares = [part / whole if whole else None for part, whole in ((start, whole_before), (end, whole_after))]
        parts.append(SegmentPart(segment, start, end, shares[0], shares[1], None, None, end - start))
    ordered = tuple(sorted(parts, key=lambda p: (-abs(p.part), str(p.segment))))
    return Split(whole_before, whole_after, change, None, None, change - sum(p.part for p in parts), ordered)


def above_and_below(kpi: str, formula: Formula) -> tuple[Formula, Formula]:
    """What stands above and below the line of a KPI's formula over measures, both sums; below is 1 for an amount.

    Raises `NotARatio` when it is neither a ratio of two sums nor a sum, so that segments cannot add up to it.

    >>> from keiki.formula.parse import parse
    >>> [show(part) for part in above_and_below("kept", parse("1 - lost / start"))]
    ['start - lost', 'start']
    """
    found = _quotient(formula)
    if found is None or not all(is_sum(part) for part in found):
        raise NotARatio(kpi=kpi, formula=show(formula))
    return found


def is_sum(formula: Formula) -> bool:
    """Whether the formula only adds and scales, so that the values of segments add up to the value of the whole."""
    match formula:
        case Number() | Reference():
            return True
        case Negate(operand=operand):
            return is_sum(operand)
        case Binary(op="+" | "-", left=left, right=right):
            return is_sum(left) and is_sum(right)
        case Binary(op="*", left=left, right=right):
            return (isinstance(left, Number) and is_sum(right)) or (isinstance(right, Number) and is_sum(left))
        case Binary(op="/", left=left, right=Number()):
            return is_sum(left)
        case Call(name="sum", arguments=arguments):
            return all(is_sum(argument) for argument in arguments)
        case _:
            return False


def _quotient(formula: Formula) -> tuple[Formula, Formula] | None:
    if is_sum(formula):
        return formula, ONE
    match formula:
        case Negate(operand=operand):
            inner = _quotient(operand)
            return inner and (Negate(inner[0]), inner[1])
        case Binary(op="/", left=left, right=right):
            top, bottom = _quotient(left), _quotient(right)
            if top is None or bottom is None:
                return None
            return _times(top[0], bottom[1]), _times(top[1], bottom[0])
        case Binary(op="*", left=left, right=right):
            first, second = _quotient(left), _quotient(right)
            if first is None or second is None:
                return None
            return _times(first[0], second[0]), _times(first[1], second[1])
        case Binary(op="+" | "-" as op, left=left, right=right):
            return _joined(op, _quotient(left), _quotient(right))
        case _:
            return None


def _joined(
    op: str, left: tuple[Formula, Formula] | None, right: tuple[Formula, Formula] | None
) -> tuple[Formula, Formula] | None:
    """Two quotients added when they share what is below the line, or one of them is a plain number."""
    if left is None or right is None:
        return None
    if left[1] == right[1]:
        return Binary(op, left[0], right[0]), left[1]
    if left[1] == ONE:
        return Binary(op, _times(left[0], right[1]), right[0]), right[1]
    if right[1] == ONE:
        return Binary(op, left[0], _times(right[0], left[1])), left[1]
    return None


def _times(left: Formula, right: Formula) -> Formula:
    if left == ONE:
        return right
    return left if right == ONE else Binary("*", left, right)
