"""Several numbers over the same periods or ages, one line each, named at its end: cumulative profit, plans, cohorts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keiki.charts.axes import (
    Plot,
    Scale,
    apart,
    canvas,
    category_axis,
    cut,
    finite,
    left_room,
    room,
    value_axis,
    words_at,
)
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, MISSING, Style, exact
from keiki.charts.happened import MARKS, Happened, head, marks, notes, within
from keiki.charts.palette import DASHES, SERIES

MOST: Final = 4
"""Lines in one picture; the table holds them all."""
HEIGHT, TOP, BOTTOM = 220, 12, 26
NAMES: Final = 0.3
"""The most room for the names, as a share of the width."""


@dataclass(frozen=True)
class Line:
    """A name and its values, one per period or age; None leaves a gap, and the line may end before the others."""

    name: str
    values: Sequence[float | None]


def lines(
    title: str,
    sentence: str,
    series: Sequence[Line],
    labels: Sequence[str],
    unit: str,
    style: Style = JAPANESE,
    over: str = "",
    zero: bool = True,
    happened: Sequence[Happened] = (),
) -> Chart:
    """The first `MOST` series over `labels` (periods, or ages such as months), each with a dash of its own.

    `over` heads the first column of the table; `zero` says whether the axis must begin at zero. `happened` puts
    numbered marks above the lines, told in the table. Values are in `unit`.
    """
    shown, marked = series[:MOST], within(happened, len(labels))
    columns = (over or ("期間" if style.japanese else "Period"), *(each.name for each in series), *head(marked, style))
    rows = tuple(
        (label, *(_cell(each, place, unit, style) for each in series), *notes(marked, place))
        for place, label in enumerate(labels)
    )

    def draw(width: int) -> Picture:
        return _picture(shown, labels, unit, style, zero, marked, width)

    return chart("lines", title, sentence, draw, Table(columns, rows), unit, style)


def _cell(line: Line, place: int, unit: str, style: Style) -> str:
    return exact(line.values[place], unit, style) if place < len(line.values) else MISSING


def _picture(
    series: Sequence[Line],
    labels: Sequence[str],
    unit: str,
    style: Style,
    zero: bool,
    happened: Sequence[Happened],
    width: int,
) -> Picture:
    scale = Scale.over([value for each in series for value in each.values], zero=zero)
    names = [cut(each.name, width * NAMES) for each in series]
    right = math.ceil(max(map(room, names), default=0.0)) + 16
    plot = Plot(width, HEIGHT, left_room(scale, unit, style), right, TOP + (MARKS if happened else 0), BOTTOM)
    step = plot.across / max(len(labels) - 1, 1)
    option = canvas(
        plot,
        xAxis=[category_axis(labels, plot.across) | {"boundaryGap": False}],
        yAxis=value_axis(scale, unit, style),
        series=[_line(place, each) for place, each in enumerate(series)],
        graphic=[
            *_names(series, names, scale, plot, len(labels)),
            *marks(happened, lambda place: plot.left + place * step, plot.height - BOTTOM),
        ],
        tooltip={"trigger": "axis"},
    )
    return Picture(option, width, HEIGHT)


def _line(place: int, line: Line) -> Option:
    return {
        "type": "line",
        "name": line.name,
        "symbol": "none",
        "sampling": "lttb",
        "clip": False,
        "emphasis": {"disabled": True},
        "itemStyle": {"color": SERIES[place]},
        "lineStyle": {"color": SERIES[place], "width": 2, "type": DASHES[place]},
        "data": [finite(value) for value in line.values],
    }


def _names(series: Sequence[Line], names: Sequence[str], scale: Scale, plot: Plot, count: int) -> Iterator[Option]:
    """A dot at the end of each line, and the names at the right in the colours of the lines, kept apart."""
    ends = [(place, *end) for place, end in enumerate(map(_end, series)) if end is not None]
    heights = apart([plot.y(value, scale) for _place, _at, value in ends], 15, 8, plot.height - BOTTOM)
    for (place, at, value), height in zip(ends, heights, strict=True):
        x = plot.left + plot.across * at / max(count - 1, 1)
        shape = {"cx": round(x, 1), "cy": round(plot.y(value, scale), 1), "r": 2.5}
        yield {"type": "circle", "silent": True, "shape": shape, "style": {"fill": SERIES[place]}}
        yield words_at(plot.width - plot.right + 8, height, names[place], SERIES[place], strong=True)


def _end(line: Line) -> tuple[int, float] | None:
    """Place and value of the last point of a line."""
    known = [(place, value) for place, value in enumerate(map(finite, line.values)) if value is not None]
    return known[-1] if known else None
