"""The same number of many things as small lines side by side, all on one scale, so that shapes can be compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from keiki.charts.axes import Scale, cut, finite, words_at
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, MISSING, Style, exact, number
from keiki.charts.lines import Line
from keiki.charts.palette import AXIS, CALM, INK, SOFT, STRONG

MOST: Final = 12
"""Small pictures in one; the table holds every series."""
TALL, HEAD, GAP, TOP, FOOT = 54, 34, 20, 2, 20


def multiples(
    title: str, sentence: str, series: Sequence[Line], labels: Sequence[str], unit: str, style: Style = JAPANESE
) -> Chart:
    """A small line for each series over `labels`, with its name and newest value above it."""
    head = ("期間" if style.japanese else "Period", *(each.name for each in series))
    rows = tuple(
        (label, *(exact(each.values[place], unit, style) if place < len(each.values) else MISSING for each in series))
        for place, label in enumerate(labels)
    )

    def draw(width: int) -> Picture:
        return _picture(series[:MOST], labels, unit, style, width)

    return chart("multiples", title, sentence, draw, Table(head, rows), unit, style)


def _picture(series: Sequence[Line], labels: Sequence[str], unit: str, style: Style, width: int) -> Picture:
    columns = 2 if width < 500 else 4
    wide = (width - GAP * (columns - 1)) / columns
    scale = Scale.over([value for each in series for value in each.values])
    grids: list[Option] = []
    axes: list[tuple[Option, Option]] = []
    drawn: list[Option] = []
    words: list[Option] = []
    for place, line in enumerate(series):
        left, top = (place % columns) * (wide + GAP), TOP + (place // columns) * (TALL + HEAD + GAP)
        grids.append({"left": left, "top": top + HEAD, "width": wide, "height": TALL, "outerBoundsMode": "none"})
        axes.append(_axes(place, labels, scale))
        drawn.append(_line(place, line))
        newest = next((value for value in map(finite, reversed(line.values)) if value is not None), None)
        words.append(words_at(left, top + 8, cut(line.name, wide), SOFT))
        words.append(words_at(left, top + 24, number(newest, unit, style), INK, strong=True))
    height = TOP + math.ceil(max(len(series), 1) / columns) * (TALL + HEAD + GAP) - GAP + FOOT
    option: dict[str, Any] = {
        "animation": False,
        "grid": grids,
        "xAxis": [below for below, _up in axes],
        "yAxis": [up for _below, up in axes],
        "series": drawn,
        "graphic": [*words, *_ends(labels, width, height)],
        "tooltip": {"trigger": "axis"},
    }
    return Picture(option, width, height)


def _axes(place: int, labels: Sequence[str], scale: Scale) -> tuple[Option, Option]:
    line = {"show": True, "onZero": True, "lineStyle": {"color": AXIS}}
    hidden = {"gridIndex": place, "axisTick": {"show": False}, "axisLabel": {"show": False}}
    below = hidden | {"type": "category", "data": list(labels), "boundaryGap": False, "axisLine": line}
    up = {"gridIndex": place, "type": "value", "min": scale.low, "max": scale.high, "show": False}
    return below, up


def _line(place: int, line: Line) -> Option:
    values = [finite(value) for value in line.values]
    return {
        "type": "line",
        "name": line.name,
        "xAxisIndex": place,
        "yAxisIndex": place,
        "symbol": "none",
        "sampling": "lttb",
        "clip": False,
        "emphasis": {"disabled": True},
        "lineStyle": {"color": STRONG, "width": 1.5},
        "itemStyle": {"color": STRONG},
        "areaStyle": {"color": CALM, "opacity": 0.35},
        "data": values,
    }


def _ends(labels: Sequence[str], width: int, height: int) -> Iterator[Option]:
    """From when to when, once, below the last row."""
    if labels:
        yield words_at(0, height - 8, cut(" – ".join(dict.fromkeys((labels[0], labels[-1]))), width), SOFT)
