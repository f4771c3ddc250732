"""Things as points by two numbers: cost and return of campaigns, how well predictions were met."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keiki.charts.axes import Plot, Scale, canvas, cut, finite, left_room, plain, room, value_axis, words_at
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, Style, exact, number
from keiki.charts.palette import AXIS, INK, SOFT, STRONG

HEIGHT, TOP, BOTTOM, RIGHT = 280, 26, 44, 20
NAMED: Final = 12
"""From how many points on only the outermost are named."""
DRAWN: Final = 2_000
"""Points in one picture, evenly chosen; the table holds them all."""


@dataclass(frozen=True)
class Axis:
    """One of the two numbers: its name and unit."""

    label: str
    unit: str


@dataclass(frozen=True)
class Dot:
    """One thing: its name and its two numbers; without one of them it stands only in the table."""

    label: str
    x: float | None
    y: float | None


def scatter(title: str, sentence: str, dots: Sequence[Dot], across: Axis, up: Axis, style: Style = JAPANESE) -> Chart:
    """Points; up to `NAMED` of them carry their names, of more only those farthest out."""
    return _points("scatter", title, sentence, dots, (across, up), style, diagonal=False)


def calibration(title: str, sentence: str, dots: Sequence[Dot], style: Style = JAPANESE, unit: str = "ratio") -> Chart:
    """Predicted (x) against what happened (y) for groups; on the diagonal the prediction was right."""
    words = ("予測", "実際") if style.japanese else ("Predicted", "Actual")
    axes = (Axis(words[0], unit), Axis(words[1], unit))
    return _points("calibration", title, sentence, dots, axes, style, diagonal=True)


def _points(
    kind: str,
    title: str,
    sentence: str,
    dots: Sequence[Dot],
    axes: tuple[Axis, Axis],
    style: Style,
    diagonal: bool,
) -> Chart:
    across, up = axes
    head = ("名前" if style.japanese else "Name", across.label, up.label)
    rows = tuple((dot.label, exact(dot.x, across.unit, style), exact(dot.y, up.unit, style)) for dot in dots)

    def draw(width: int) -> Picture:
        return _picture(dots, axes, style, diagonal, width)

    return chart(kind, title, sentence, draw, Table(head, rows), up.unit, style)


def _picture(dots: Sequence[Dot], axes: tuple[Axis, Axis], style: Style, diagonal: bool, width: int) -> Picture:
    known = [(place, dot) for place, dot in enumerate(dots) if finite(dot.x) is not None and finite(dot.y) is not None]
    known = known[:: max(1, math.ceil(len(known) / DRAWN))]
    xs, ys = [dot.x for _place, dot in known], [dot.y for _place, dot in known]
    if diagonal:
        xs = ys = [*xs, *ys]
    scales = (Scale.over(xs, steps=3 if width < 500 else 5), Scale.over(ys))
    right = max(RIGHT, math.ceil(room(number(scales[0].high, axes[0].unit, style)) / 2) + 4)
    plot = Plot(width, HEIGHT, left_room(scales[1], axes[1].unit, style), right, TOP, BOTTOM)
    below = value_axis(scales[0], axes[0].unit, style, lines=False)
    below |= {"axisLine": {"show": True, "lineStyle": {"color": AXIS}}}
    points: Option = {
        "type": "scatter",
        "symbolSize": 9 if len(known) <= 200 else 4,
        "emphasis": {"disabled": True},
        "itemStyle": {"color": STRONG, "opacity": 0.75 if len(known) <= 200 else 0.35},
        "data": [[dot.x, dot.y] for _place, dot in known],
    }
    option = canvas(
        plot,
        xAxis=below,
        yAxis=value_axis(scales[1], axes[1].unit, style),
        series=[points, *(_diagonal(scales) if diagonal else ())],
        graphic=[
            words_at(2, 10, cut(axes[1].label, width - 8), SOFT),
            words_at(width - RIGHT, HEIGHT - 10, cut(axes[0].label, width - 40), SOFT, align="right"),
            *_names([dot for _place, dot in known], scales, plot),
        ],
        tooltip={"trigger": "item", "rows": [[place for place, _dot in known]]},
    )
    return Picture(option, width, HEIGHT)


def _diagonal(scales: tuple[Scale, Scale]) -> Iterator[Option]:
    low, high = max(scale.low for scale in scales), min(scale.high for scale in scales)
    line = {"color": AXIS, "width": 1.5, "type": [5, 3]}
    yield {"type": "line", "symbol": "none", "silent": True, "lineStyle": line, "data": [[low, low], [high, high]]}


def _names(dots: Sequence[Dot], scales: tuple[Scale, Scale], plot: Plot) -> Iterator[Option]:
    """Names beside their points where they cover neither another name nor the edge."""
    taken: list[tuple[float, float, float]] = []
    chosen = dots
    if len(dots) > NAMED:
        ends = {max(dots, key=lambda dot: dot.x or 0.0), max(dots, key=lambda dot: dot.y or 0.0)}
        chosen = [dot for dot in dots if dot in ends | {min(dots, key=lambda dot: dot.y or 0.0)}]
    for dot in chosen:
        words = plain(cut(dot.label, 150))
        wide = room(words)
        x, y = plot.x(dot.x or 0.0, scales[0]) + 8, plot.y(dot.y or 0.0, scales[1])
        x = x if x + wide <= plot.width - 4 else x - 16 - wide
        if x < plot.left or any(abs(y - at) < 14 and x < end and left < x + wide for left, end, at in taken):
            continue
        taken.append((x, x + wide, y))
        yield words_at(x, y, words, INK)
