"""From one value to another, step by step: where it started, what each part added or took, where it ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Final

from keiki.charts.axes import Plot, Scale, block, blocks, canvas, cut, finite, room, words_at
from keiki.charts.chart import Chart, Link, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, Style, difference, exact, number
from keiki.charts.palette import BAD, FLAT, GOOD, GRID, INK, SOFT, STRONG, SURFACE

ROW, BLOCK, TOP, BOTTOM, SIDE = 40, 16, 4, 6, 8
NAME: Final = 10
"""How far below the top of its row the middle of a name lies; its block stands `MIDDLE` below."""
MIDDLE: Final = 28


@dataclass(frozen=True)
class Step:
    """One part of the way: its name, what it adds (in the unit of the ends), and where its name leads."""

    label: str
    amount: float
    url: str = ""


End = tuple[str, float]


@dataclass(frozen=True)
class _Row:
    """One line of the picture: its name, where its block begins and ends, its colour and its amount in words."""

    label: str
    start: float
    end: float
    ink: str
    words: str
    url: str = ""


def bridge(
    title: str,
    sentence: str,
    ends: tuple[End, End],
    steps: Sequence[Step],
    unit: str,
    style: Style = JAPANESE,
    wished: int = 1,
) -> Chart:
    """A waterfall lying on its side, so that names of any length have room: each step begins where the last ended.

    `ends` are name and value at the start and the end; the steps should lead from one to the other. `wished` is +1
    where more is better, -1 where less is, 0 where neither: steps to the good side and to the other are told apart by
    colour and by their sign. Rows with a `url` are links.
    """
    rows = tuple(_rows(ends, steps, unit, style, wished))
    return chart(
        "bridge", title, sentence, lambda w: _picture(rows, w), bridge_table(ends, steps, unit, style), unit, style
    )


def _rows(ends: tuple[End, End], steps: Sequence[Step], unit: str, style: Style, wished: int) -> Iterator[_Row]:
    level = finite(ends[0][1]) or 0.0
    yield _Row(ends[0][0], 0.0, level, STRONG, number(ends[0][1], unit, style))
    for step in steps:
        amount = finite(step.amount) or 0.0
        ink = FLAT if not wished or not amount else GOOD if amount * wished > 0 else BAD
        words = difference(step.amount, 0.0, unit, style)
        yield _Row(step.label, level, level + amount, ink, words, step.url)
        level += amount
    yield _Row(ends[1][0], 0.0, finite(ends[1][1]) or 0.0, STRONG, number(ends[1][1], unit, style))


def _picture(rows: Sequence[_Row], width: int) -> Picture:
    levels = [place for row in rows for place in (row.start, row.end)]
    low, high = min(levels), max(levels)
    near = min([row.end for row in rows])
    if near > 0 and near > 0.7 * high:  # a long way from zero: begin near the values, or steps are hairs
        low = near - ((high - near) or high) * 0.6
    scale = Scale((low, high if high > low else low + 1.0))
    height = TOP + ROW * len(rows) + BOTTOM
    amounts = math.ceil(max(room(row.words) for row in rows)) + 10
    plot = Plot(width, height, SIDE, min(amounts, width // 2), TOP, BOTTOM)
    option = canvas(
        plot,
        xAxis={"type": "value", "min": scale.low, "max": scale.high, "show": False},
        yAxis={"type": "value", "min": 0, "max": plot.down, "inverse": True, "show": False},
        series=[blocks([_block(row, place, scale, plot) for place, row in enumerate(rows)])],
        graphic=list(_words(rows, scale, plot)),
        tooltip={"trigger": "item"},
    )
    links = tuple(
        Link(0, TOP + place * ROW, width, ROW, row.url, f"{row.label} {row.words}")
        for place, row in enumerate(rows)
        if row.url
    )
    return Picture(option, width, height, links)


def _span(row: _Row, scale: Scale) -> tuple[float, float]:
    """Where a block begins and ends on the scale, never before its edge."""
    left, right = sorted((row.start, row.end))
    return max(left, scale.low), max(right, scale.low)


def _block(row: _Row, place: int, scale: Scale, plot: Plot) -> Option:
    left, right = _span(row, scale)
    wide = plot.x(right, scale) - plot.x(left, scale)
    return block((left + right) / 2, place * ROW + MIDDLE, wide, BLOCK, row.ink, borderRadius=2)


def _words(rows: Sequence[_Row], scale: Scale, plot: Plot) -> Iterator[Option]:
    """Names above their blocks, amounts beside them, a line from each block to the next."""
    for place, row in enumerate(rows):
        top = TOP + place * ROW
        right = plot.x(_span(row, scale)[1], scale)
        yield words_at(SIDE, top + NAME, cut(row.label, plot.width - 2 * SIDE), INK)
        yield words_at(right + 6, top + MIDDLE, row.words, INK if row.ink == STRONG else SOFT, row.ink == STRONG)
        if place + 1 < len(rows):
            x, y = round(plot.x(max(row.end, scale.low), scale), 1), top + MIDDLE + BLOCK / 2
            yield _line(x, y, x, y + ROW - BLOCK, GRID, 1)
        if row.start == 0 < scale.low:  # the block does not begin at nothing: say so
            for x in (SIDE + 12, SIDE + 17):
                yield _line(x + 3, top + MIDDLE - 10, x - 3, top + MIDDLE + 10, SURFACE, 2)


def _line(x1: float, y1: float, x2: float, y2: float, ink: str, width: float) -> Option:
    shape = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return {"type": "line", "silent": True, "z": 5, "shape": shape, "style": {"stroke": ink, "lineWidth": width}}


def bridge_table(ends: tuple[End, End], steps: Sequence[Step], unit: str, style: Style) -> Table:
    """The rows of a bridge or a waterfall: both ends as values, the steps as signed changes."""
    head = ("項目", "値・増減") if style.japanese else ("Part", "Value or change")
    rows = [
        (ends[0][0], exact(ends[0][1], unit, style)),
        *((step.label, difference(step.amount, 0.0, unit, style)) for step in steps),
        (ends[1][0], exact(ends[1][1], unit, style)),
    ]
    return Table(head, tuple(rows))


def gathered(steps: Sequence[Step], most: int, rest: str) -> tuple[Step, ...]:
    """The largest steps, and the others as one named `rest`; steps of nothing are left out."""
    moved = sorted((step for step in steps if step.amount), key=lambda step: -abs(step.amount))
    if len(moved) <= most:
        return tuple(moved)
    others = sum(step.amount for step in moved[most - 1 :])
    kept = moved[: most - 1]
    return (*kept, Step(rest, others)) if not isclose(others, 0.0, abs_tol=1e-12) else tuple(kept)
