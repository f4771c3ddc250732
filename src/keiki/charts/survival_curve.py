"""Who is still there after how long, as steps: one line per segment, the band of the first one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keiki.charts.axes import Plot, Scale, apart, canvas, cut, left_room, room, value_axis, words_at
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, MISSING, Style, number
from keiki.charts.palette import AXIS, DASHES, SERIES, SOFT

MOST: Final = 4
"""Lines in one picture."""
HEIGHT, TOP, BOTTOM = 220, 12, 26
NAMES: Final = 110
"""The most room at the right for the names of the lines."""
SHARES: Final = Scale((0.0, 0.25, 0.5, 0.75, 1.0))


@dataclass(frozen=True)
class Point:
    """The share still there from a length on, with its band (None: not known), and how many had come so far."""

    length: int
    share: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True)
class Curve:
    """One line: its name and its points, from length 0 on."""

    name: str
    points: tuple[Point, ...]


def survival_curve(
    title: str, sentence: str, curves: Sequence[Curve], unit_words: str, style: Style = JAPANESE
) -> Chart:
    """Kaplan–Meier lines over length of stay; `unit_words` names the unit of the axis."""
    shown = [curve for curve in curves if curve.points][:MOST]
    table = _table(curves, unit_words, style)
    return chart("survival", title, sentence, lambda w: _picture(shown, unit_words, style, w), table, "ratio", style)


def _picture(curves: Sequence[Curve], unit_words: str, style: Style, width: int) -> Picture:
    names = [cut(curve.name, NAMES) for curve in curves]
    right = math.ceil(max([*map(room, names), room(unit_words) - 6])) + 14
    plot = Plot(width, HEIGHT, left_room(SHARES, "ratio", style), right, TOP, BOTTOM)
    longest = max((curve.points[-1].length for curve in curves), default=1) or 1
    every = max(1, math.ceil(longest / (6 if width < 500 else 9)))
    axis: Option = {
        "type": "value",
        "min": 0,
        "max": longest,
        "interval": every,
        "axisLine": {"lineStyle": {"color": AXIS}},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
        "axisLabel": {
            "color": SOFT,
            "fontSize": 12,
            "showMaxLabel": longest % every == 0,
            "words": [str(length) for length in range(0, longest + every, every)],
        },
    }
    series = [*(_band(curves[0]) if curves else ()), *map(_line, range(len(curves)), curves)]
    option = canvas(
        plot,
        xAxis=axis,
        yAxis=value_axis(SHARES, "ratio", style),
        series=series,
        graphic=[
            words_at(plot.width - right + 8, HEIGHT - BOTTOM + 14, unit_words, SOFT),
            *_names(curves, names, plot),
        ],
    )
    return Picture(option, width, HEIGHT)


def _line(place: int, curve: Curve) -> Option:
    return {
        "type": "line",
        "name": curve.name,
        "step": "end",
        "symbol": "none",
        "emphasis": {"disabled": True},
        "itemStyle": {"color": SERIES[place]},
        "lineStyle": {"color": SERIES[place], "width": 2, "type": DASHES[place]},
        "data": [[point.length, point.share] for point in curve.points],
    }


def _band(curve: Curve) -> Iterator[Option]:
    """The 95% band: from the lower edge up, as two steps stacked."""
    known: list[tuple[int, float, float]] = [
        (p.length, p.low, p.high) for p in curve.points if p.low is not None and p.high is not None
    ]
    if len(known) < 2:
        return
    hidden: dict[str, Any] = {
        "type": "line",
        "step": "end",
        "symbol": "none",
        "silent": True,
        "stack": "band",
        "lineStyle": {"opacity": 0},
    }
    yield hidden | {"data": [[length, low] for length, low, _high in known]}
    area = {"color": SERIES[0], "opacity": 0.13}
    yield hidden | {"data": [[length, high - low] for length, low, high in known], "areaStyle": area}


def _names(curves: Sequence[Curve], names: Sequence[str], plot: Plot) -> Iterator[Option]:
    """Names at the right in the colour of their lines, kept apart."""
    ends = apart([plot.y(curve.points[-1].share, SHARES) for curve in curves], 15, 8, HEIGHT - BOTTOM - 8)
    for place, (name, end) in enumerate(zip(names, ends, strict=True)):
        yield words_at(plot.width - plot.right + 8, end, name, SERIES[place], strong=True)


def _table(curves: Sequence[Curve], unit_words: str, style: Style) -> Table:
    lengths = sorted({point.length for curve in curves for point in curve.points})
    every = max(1, len(lengths) // 40)
    rows = tuple((str(n), *(_shown(curve, n, style) for curve in curves)) for n in lengths[::every])
    return Table((unit_words, *(curve.name for curve in curves)), rows)


def _shown(curve: Curve, length: int, style: Style) -> str:
    """The share with its band and how many had come so far; nothing beyond the longest life seen."""
    point = next((p for p in reversed(curve.points) if p.length <= length), None)
    if point is None or length > curve.points[-1].length:
        return MISSING
    share = number(point.share, "ratio", style)
    if point.low is None or point.high is None:
        return f"{share} (n={point.at_risk})"
    low, high = (number(value, "ratio", style) for value in (point.low, point.high))
    return f"{share} [{low}–{high}] (n={point.at_risk})"
