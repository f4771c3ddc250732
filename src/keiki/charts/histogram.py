"""How often the goal comes out where: columns of draws, with the middle, the ends and the value wished marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keiki.charts.axes import Plot, Scale, block, blocks, canvas, finite, room, words_at
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, Style, exact, number
from keiki.charts.palette import AXIS, BAD, CALM, INK, SOFT, STRONG

HEIGHT, SIDE, TOP, BOTTOM = 200, 14, 44, 24
INKS = {"middle": STRONG, "end": SOFT, "goal": BAD}


@dataclass(frozen=True)
class Mark:
    """A value with its name, drawn as a line across; `kind` is middle, end or goal."""

    label: str
    value: float
    kind: str = "end"


def histogram(
    title: str,
    sentence: str,
    edges: Sequence[float],
    counts: Sequence[int],
    marks: Sequence[Mark],
    unit: str,
    style: Style = JAPANESE,
) -> Chart:
    """Columns between `edges` (one more than `counts`); the table tells the marks and the share of each column."""
    known = [mark for mark in marks if finite(mark.value) is not None]
    table = _table(edges, counts, known, unit, style)

    def draw(width: int) -> Picture:
        return _picture(edges, counts, known, unit, style, width)

    return chart("histogram", title, sentence, draw, table, unit, style)


def _picture(
    edges: Sequence[float], counts: Sequence[int], marks: Sequence[Mark], unit: str, style: Style, width: int
) -> Picture:
    values = [*edges, *(mark.value for mark in marks if mark.kind == "goal")] or [0.0]
    low, high = min(values), max(values)
    scale = Scale((low, high) if high > low else (low - 1.0, low + 1.0))
    plot = Plot(width, HEIGHT, SIDE, SIDE, TOP, BOTTOM)
    tallest = max(counts, default=0) or 1
    columns = [
        _column(left, right, count / tallest, scale, plot)
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
    ]
    option = canvas(
        plot,
        xAxis={
            "type": "value",
            "min": scale.low,
            "max": scale.high,
            "axisLine": {"lineStyle": {"color": AXIS}},
            "axisTick": {"show": False},
            "axisLabel": {"show": False},
            "splitLine": {"show": False},
        },
        yAxis={"type": "value", "min": 0, "max": 1, "show": False},
        series=[blocks(columns)],
        graphic=[*_marks(marks, unit, style, scale, plot), *_ends(values, unit, style, plot)],
        tooltip={"trigger": "item", "after": len(marks)},
    )
    return Picture(option, width, HEIGHT)


def _column(left: float, right: float, share: float, scale: Scale, plot: Plot) -> Option | None:
    if not share:
        return None
    wide = plot.x(right, scale) - plot.x(left, scale)
    return block((left + right) / 2, share / 2, wide - 1, share * plot.down, CALM)


def _marks(marks: Sequence[Mark], unit: str, style: Style, scale: Scale, plot: Plot) -> Iterator[Option]:
    """Lines with their words above: goals on the lower line of words, the rest on the upper."""
    for goals in (True, False):
        row = sorted((mark for mark in marks if (mark.kind == "goal") is goals), key=lambda mark: mark.value)
        yield from _row(row, 30 if goals else 12, unit, style, scale, plot)


def _row(marks: Sequence[Mark], y: int, unit: str, style: Style, scale: Scale, plot: Plot) -> Iterator[Option]:
    told = [f"{mark.label} {number(mark.value, unit, style)}" for mark in marks]
    lines = [round(plot.x(mark.value, scale), 1) for mark in marks]
    places = _apart(lines, [room(words) / 2 + 2 for words in told], plot.width)
    for mark, words, x, at in zip(marks, told, lines, places, strict=True):
        ink = INKS.get(mark.kind, SOFT)
        shape = {"x1": x, "x2": x, "y1": y + 8, "y2": HEIGHT - BOTTOM}
        dash = "solid" if mark.kind == "middle" else [5, 3]
        stroke = {"stroke": ink, "lineWidth": 1.5, "lineDash": dash}
        yield {"type": "line", "silent": True, "z": 5, "shape": shape, "style": stroke}
        yield words_at(at, y, words, INK if mark.kind == "end" else ink, mark.kind != "end", align="center")


def _apart(middles: Sequence[float], halves: Sequence[float], width: float) -> list[float]:
    """Words as near to their middles as they can stand beside each other, from left to right."""
    places, edge = [], 0.0
    for middle, half in zip(middles, halves, strict=True):
        places.append(max(middle, edge + half))
        edge = places[-1] + half
    edge = width
    for place in reversed(range(len(places))):
        places[place] = min(places[place], edge - halves[place])
        edge = places[place] - halves[place]
    return places


def _ends(values: Sequence[float], unit: str, style: Style, plot: Plot) -> Iterator[Option]:
    if max(values) > min(values):
        yield words_at(SIDE, HEIGHT - 10, number(min(values), unit, style), SOFT)
        yield words_at(plot.width - SIDE, HEIGHT - 10, number(max(values), unit, style), SOFT, align="right")


def _table(edges: Sequence[float], counts: Sequence[int], marks: Sequence[Mark], unit: str, style: Style) -> Table:
    total = sum(counts) or 1
    head = ("値", "割合") if style.japanese else ("Value", "Share")
    told = [(f"{mark.label}: {exact(mark.value, unit, style)}", "") for mark in marks]
    between = "〜" if style.japanese else " to "
    columns = [
        (f"{number(left, unit, style)}{between}{number(right, unit, style)}", number(count / total, "ratio", style))
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
    ]
    return Table(head, (*told, *columns))
