"""The history of one number as columns beside its target: a stepped dashed line, a band, the pace of today, what is
expected, and what happened.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keiki.charts.aim import Aim, bounds
from keiki.charts.axes import (
    Plot,
    Scale,
    apart,
    canvas,
    category_axis,
    finite,
    left_room,
    room,
    slots_axis,
    value_axis,
    words_at,
)
from keiki.charts.certainty import period_name
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, MISSING, Style, change, exact, number
from keiki.charts.happened import MARKS, Happened, head, marks, notes, within
from keiki.charts.palette import CALM, INK, PACE, PALE, SOFT, STRONG

HEIGHT: Final = 220
TOP, BOTTOM = 22, 26
CROWDED: Final = 4.0
"""Below this many pixels for a column the history becomes a line."""


@dataclass(frozen=True)
class Bar:
    """One period: its name on the axis, its full name, its value, and whether it is over."""

    tick: str
    label: str
    value: float | None
    complete: bool = True


@dataclass(frozen=True)
class Expected:
    """What a period is expected to come to, with the range it will fall into."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class _History:
    """All that is drawn over the same periods."""

    bars: Sequence[Bar]
    aims: Sequence[Aim | None]
    expected: Sequence[Expected | None]
    happened: Sequence[Happened]
    unit: str
    style: Style

    @property
    def last(self) -> int:
        """The newest period with a value; -1 while there is none."""
        return max((index for index, bar in enumerate(self.bars) if finite(bar.value) is not None), default=-1)

    @property
    def values(self) -> list[float | None]:
        return [finite(bar.value) for bar in self.bars]


def trend(
    title: str,
    sentence: str,
    bars: Sequence[Bar],
    unit: str,
    style: Style = JAPANESE,
    aims: Sequence[Aim | None] = (),
    expected: Sequence[Expected | None] = (),
    happened: Sequence[Happened] = (),
) -> Chart:
    """Columns from zero, the last one strong and named; periods that still run are dashed, a period without a value
    leaves its place empty.

    `aims` (one per period) are drawn as a step, a band or, for running periods, a short mark where the number should
    stand by now; a period without a target leaves a gap. `expected` (one per period) continues the history as a
    dashed line with its range. `happened` puts numbered marks above the columns, told in the table. Values are in
    `unit`, ratios 0-1.
    """
    blank: list[None] = [None] * len(bars)
    told = _History(bars, list(aims) or blank, list(expected) or blank, within(happened, len(bars)), unit, style)
    table = Table(_head(title, told), tuple(_rows(told)))
    return chart("trend", title, sentence, lambda width: _picture(told, width), table, unit, style)


def _picture(told: _History, width: int) -> Picture:
    shown = [*told.values, *_bounds(told.aims), *_ranges(told.expected)]
    scale = Scale.over(shown, whole=told.unit == "count" and all(value is None or value % 1 == 0 for value in shown))
    names = _names(told)
    right = math.ceil(max((room(words, 12) for _value, _ink, words in names), default=0.0)) + 14
    top = TOP + (MARKS if told.happened else 0)
    plot = Plot(width, HEIGHT, left_room(scale, told.unit, told.style), right, top, BOTTOM)
    slot = plot.across / max(len(told.bars), 1)
    series = [_columns(told, plot), *_aims(told), *_expectation(told)]
    option = canvas(
        plot,
        xAxis=[category_axis([bar.tick for bar in told.bars], plot.across), slots_axis(len(told.bars))],
        yAxis=value_axis(scale, told.unit, told.style),
        series=series,
        graphic=[
            *_named(names, scale, plot),
            *marks(told.happened, lambda place: plot.left + (place + 0.5) * slot, plot.height - BOTTOM),
        ],
        tooltip={"trigger": "axis"},
    )
    return Picture(option, width, HEIGHT)


def _bounds(aims: Sequence[Aim | None]) -> Iterator[float | None]:
    for aim in aims:
        if aim is not None:
            yield from (aim.full.low, aim.full.high)


def _ranges(expected: Sequence[Expected | None]) -> Iterator[float]:
    for each in expected:
        if each is not None:
            yield from (each.low, each.value, each.high)


def _columns(told: _History, plot: Plot) -> Option:
    name = "実績" if told.style.japanese else "Actual"
    if plot.across / max(len(told.bars), 1) < CROWDED:
        line = {"type": "line", "symbol": "none", "sampling": "lttb", "lineStyle": {"color": STRONG, "width": 1.5}}
        return line | {
            "name": name,
            "data": told.values,
            "emphasis": {"disabled": True},
            "itemStyle": {"color": STRONG},
        }
    return {
        "type": "bar",
        "name": name,
        "barWidth": round(min(plot.across / max(len(told.bars), 1) * 0.68, 36), 1),
        "emphasis": {"disabled": True},
        "itemStyle": {"color": STRONG},
        "data": [
            None if value is None else {"value": value, "itemStyle": _column(told.bars[place], place == told.last)}
            for place, value in enumerate(told.values)
        ],
    }


def _column(bar: Bar, strong: bool) -> Option:
    corners = [2, 2, 0, 0] if (bar.value or 0) >= 0 else [0, 0, 2, 2]
    if not bar.complete:
        dashed = {"borderColor": STRONG, "borderWidth": 1, "borderType": [4, 3]}
        return {"color": PALE, "borderRadius": corners, **dashed}
    return {"color": STRONG if strong else CALM, "borderRadius": corners}


def _aims(told: _History) -> Iterator[Option]:
    """The target of each period as a step across its whole slot, a band between two bounds, and the pace."""
    for side in ("low", "high"):
        values = [None if aim is None else finite(getattr(aim.full, side)) for aim in told.aims]
        if any(value is not None for value in values):
            yield _over_slots(_steps(values), {"color": INK, "width": 1.5, "type": [5, 3]})
    spans = [
        [{"xAxis": place, "yAxis": finite(aim.full.low)}, {"xAxis": place + 1, "yAxis": finite(aim.full.high)}]
        for place, aim in enumerate(told.aims)
        if aim is not None and finite(aim.full.low) is not None and finite(aim.full.high) is not None
    ]
    if spans:
        area = {"silent": True, "itemStyle": {"color": STRONG, "opacity": 0.12}, "data": spans}
        yield _over_slots([], {"opacity": 0}) | {"markArea": area}
    yield from _pace(told.aims)


def _over_slots(points: Iterable[Sequence[float | None]], line: Option) -> Option:
    """A line whose places are slots: a period begins at its number and ends at the next."""
    return {
        "type": "line",
        "xAxisIndex": 1,
        "symbol": "none",
        "silent": True,
        "emphasis": {"disabled": True},
        "lineStyle": line,
        "data": [list(point) for point in points],
    }


def _steps(values: Sequence[float | None]) -> Iterator[tuple[float, float | None]]:
    for place, value in enumerate(values):
        yield (place, value)
        yield (place + 1, value)


def _pace(aims: Sequence[Aim | None]) -> Iterator[Option]:
    """Where running periods should stand by now."""
    for place, aim in enumerate(aims):
        bound = finite(aim.bound()) if aim is not None and aim.whole is not None else None
        if bound is not None:
            points = [(round(place + 0.06, 2), bound), (round(place + 0.94, 2), bound)]
            yield _over_slots(points, {"color": PACE, "width": 3})


def _expectation(told: _History) -> Iterator[Option]:
    """A dashed line that begins at the last value, inside its range."""
    if not any(told.expected):
        return
    lows: list[float | None] = [None if each is None else finite(each.low) for each in told.expected]
    highs: list[float | None] = [None if each is None else finite(each.high) for each in told.expected]
    middles: list[float | None] = [None if each is None else finite(each.value) for each in told.expected]
    last = told.last
    if last >= 0 and middles[last] is None and told.bars[last].complete:
        lows[last] = highs[last] = middles[last] = told.values[last]
    hidden = {"type": "line", "symbol": "none", "silent": True, "stack": "range", "lineStyle": {"opacity": 0}}
    spans = [None if low is None or high is None else high - low for low, high in zip(lows, highs, strict=True)]
    yield hidden | {"name": "", "data": lows, "stackStrategy": "all"}
    yield hidden | {"name": "", "data": spans, "stackStrategy": "all", "areaStyle": {"color": STRONG, "opacity": 0.14}}
    yield {
        "type": "line",
        "name": "見込み" if told.style.japanese else "Expected",
        "symbol": "none",
        "data": middles,
        "emphasis": {"disabled": True},
        "itemStyle": {"color": STRONG},
        "lineStyle": {"color": STRONG, "width": 2, "type": [2, 3]},
    }


_Named = tuple[float, str, str]


def _names(told: _History) -> list[_Named]:
    """Value, colour and words of what is named at the right: target, newest value, what is expected."""
    found: list[_Named] = []
    ja, last, unit, style = told.style.japanese, told.last, told.unit, told.style
    newest = next((aim for aim in reversed(told.aims) if aim is not None), None)
    value = told.values[last] if last >= 0 else None
    bound = None if newest is None else finite(newest.full.bound(value))
    if bound is not None:
        found.append((bound, INK, f"{'目標' if ja else 'Target'} {number(bound, unit, style)}"))
    if value is not None:
        found.append((value, STRONG, f"{'実績' if ja else 'Actual'} {number(value, unit, style)}"))
    ahead = next((each for each in reversed(told.expected) if each is not None), None)
    if ahead is not None and finite(ahead.value) is not None:
        found.append((ahead.value, SOFT, f"{'見込み' if ja else 'Expected'} {number(ahead.value, unit, style)}"))
    return found


def _named(names: Sequence[_Named], scale: Scale, plot: Plot) -> Iterator[Option]:
    """The names beside their values, kept apart."""
    heights = apart([plot.y(value, scale) for value, _ink, _words in names], 16, 10, plot.height - BOTTOM)
    for height, (_value, ink, words) in zip(heights, names, strict=True):
        yield words_at(plot.width - plot.right + 8, height, words, ink, strong=ink == STRONG)


def _head(title: str, told: _History) -> tuple[str, ...]:
    ja = told.style.japanese
    columns = ["期間", title] if ja else ["Period", title]
    if any(told.aims):
        columns += ["目標", "目標との差"] if ja else ["Target", "vs target"]
    if any(told.expected):
        columns += ["見込み（幅）" if ja else "Expected (range)"]
    return (*columns, *head(told.happened, told.style))


def _rows(told: _History) -> Iterator[tuple[str, ...]]:
    unit, style = told.unit, told.style
    for place, (bar, aim, ahead) in enumerate(zip(told.bars, told.aims, told.expected, strict=True)):
        row = [period_name(bar.label, bar.complete or bar.value is None, style), exact(bar.value, unit, style)]
        if any(told.aims):
            row.append(MISSING if aim is None else bounds(aim.full, unit, style, exactly=True))
            row.append(MISSING if aim is None else change(bar.value, aim.bound(bar.value), unit, style))
        if any(told.expected):
            row.append(_range(ahead, unit, style))
        yield (*row, *notes(told.happened, place))


def _range(ahead: Expected | None, unit: str, style: Style) -> str:
    if ahead is None:
        return MISSING
    low, value, high = (exact(each, unit, style) for each in (ahead.low, ahead.value, ahead.high))
    return f"{value}（{low}〜{high}）" if style.japanese else f"{value} ({low} to {high})"
