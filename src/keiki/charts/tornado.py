"""Which driver moves the goal most: a bar for each, from its effect downward to its effect upward."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keiki.charts.axes import Plot, Scale, block, blocks, canvas, cut, finite, room, words_at
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, Style, difference
from keiki.charts.palette import AXIS, CALM, INK, SOFT, STRONG

ROW, BLOCK, EDGE = 44, 14, 4
NAME, MIDDLE = 8, 27
"""How far below the top of its row the middles of a name and of its bar lie."""


@dataclass(frozen=True)
class Swing:
    """A driver's name and what the goal does, in its unit, when the driver is a step lower and a step higher."""

    label: str
    down: float
    up: float


def tornado(
    title: str, sentence: str, swings: Sequence[Swing], unit: str, steps: tuple[str, str], style: Style = JAPANESE
) -> Chart:
    """Bars around zero in the order given; `steps` are the words of the step down and up, such as −1 % and +1 %.

    Each driver takes two lines: its name above, its bar below, with both amounts at the ends.
    """
    head = ("動かすもの", *steps) if style.japanese else ("Driver", *steps)
    rows = tuple((s.label, _signed(s.down, unit, style), _signed(s.up, unit, style)) for s in swings)
    return chart("tornado", title, sentence, lambda w: _picture(swings, unit, style, w), Table(head, rows), unit, style)


def _picture(swings: Sequence[Swing], unit: str, style: Style, width: int) -> Picture:
    ends = [finite(end) or 0.0 for swing in swings for end in (swing.down, swing.up)]
    farthest = max(map(abs, ends), default=0.0) or 1.0
    margin = math.ceil(max((room(_signed(end, unit, style)) for end in ends), default=0.0)) + 10
    height = 2 * EDGE + ROW * len(swings)
    plot = Plot(width, height, min(margin, width // 3), min(margin, width // 3), EDGE, EDGE)
    scale = Scale((-farthest, farthest))
    option = canvas(
        plot,
        xAxis={"type": "value", "min": -farthest, "max": farthest, "show": False},
        yAxis={"type": "value", "min": 0, "max": max(plot.down, 1), "inverse": True, "show": False},
        series=[
            blocks([_bar(swing.down, row, CALM, scale, plot) for row, swing in enumerate(swings)]),
            blocks([_bar(swing.up, row, STRONG, scale, plot) for row, swing in enumerate(swings)]),
        ],
        graphic=list(_words(swings, unit, style, scale, plot)),
        tooltip={"trigger": "item"},
    )
    return Picture(option, width, height)


def _bar(amount: float, row: int, ink: str, scale: Scale, plot: Plot) -> Option:
    end = finite(amount) or 0.0
    wide = abs(plot.x(end, scale) - plot.x(0.0, scale))
    return block(end / 2, row * ROW + MIDDLE, wide, BLOCK, ink)


def _words(swings: Sequence[Swing], unit: str, style: Style, scale: Scale, plot: Plot) -> Iterator[Option]:
    middle = round(plot.x(0.0, scale), 1)
    axis = {"x1": middle, "x2": middle, "y1": EDGE, "y2": plot.height - EDGE}
    yield {"type": "line", "silent": True, "shape": axis, "style": {"stroke": AXIS, "lineWidth": 1}}
    for row, swing in enumerate(swings):
        top = EDGE + row * ROW
        yield words_at(0, top + NAME, cut(swing.label, plot.width - 8), INK)
        for amount in dict.fromkeys((swing.down, swing.up)):  # twice the same is written once
            end = finite(amount) or 0.0
            x = plot.x(end, scale) + (-6 if end < 0 else 6)
            words = _signed(amount, unit, style)
            yield words_at(x, top + MIDDLE, words, SOFT, align="right" if end < 0 else "left")


def _signed(amount: float, unit: str, style: Style) -> str:
    return difference(amount, 0.0, unit, style)
