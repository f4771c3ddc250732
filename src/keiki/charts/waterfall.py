"""From a start to an end by what was added and taken, as columns: recurring revenue and its movements."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from keiki.charts.axes import Plot, Scale, block, blocks, canvas, cut, finite, left_room, room, value_axis, words_at
from keiki.charts.bridge import End, Step, bridge_table
from keiki.charts.chart import Chart, Option, Picture, chart
from keiki.charts.format import JAPANESE, Style, difference, number
from keiki.charts.palette import AXIS, BAD, FLAT, GOOD, INK, SOFT, STRONG

HEIGHT, TOP, BOTTOM, RIGHT = 240, 30, 40, 8
LINE = 14


def waterfall(
    title: str,
    sentence: str,
    ends: tuple[End, End],
    steps: Sequence[Step],
    unit: str,
    style: Style = JAPANESE,
    wished: int = 1,
) -> Chart:
    """Columns between the two ends, each beginning where the last one ended; for at most eight steps with short names.

    Where all levels lie far from zero the axis begins near them, and says so.

    `ends` are name and value at the start and the end. More steps or longer names: `bridge.bridge`.
    """
    table = bridge_table(ends, steps, unit, style)

    def draw(width: int) -> Picture:
        return _picture(ends, steps, unit, style, wished, width)

    return chart("waterfall", title, sentence, draw, table, unit, style)


def _picture(ends: tuple[End, End], steps: Sequence[Step], unit: str, style: Style, wished: int, width: int) -> Picture:
    spans = list(_spans(ends, steps))
    levels = [end for _start, end in spans]
    from_zero = min(levels) < 0.6 * max(levels)
    scale = Scale.over(levels if not from_zero else [0.0, *levels], zero=from_zero)
    if not from_zero and scale.low == min(levels):
        scale = Scale((scale.low - (scale.ticks[1] - scale.low), *scale.ticks))
    spans = [(max(start, scale.low), end) for start, end in spans]
    plot = Plot(width, HEIGHT, left_room(scale, unit, style), RIGHT, TOP, BOTTOM)
    told = list(_amounts(ends, steps, spans, scale, plot, unit, style))
    lift = max(0.0, (LINE if from_zero else 2 * LINE) - min(each["y"] for each in told))
    if lift:  # words on several lines need a higher picture
        plot = Plot(width, HEIGHT + math.ceil(lift), plot.left, RIGHT, TOP + math.ceil(lift), BOTTOM)
        told = list(_amounts(ends, steps, spans, scale, plot, unit, style))
    names = [ends[0][0], *(step.label for step in steps), ends[1][0]]
    slot = plot.across / len(names)
    inks = [STRONG, *(_ink(step, wished) for step in steps), STRONG]
    columns = [
        block(place + 0.5, (start + end) / 2, min(slot * 0.68, 48), abs(plot.y(start, scale) - plot.y(end, scale)), ink)
        for place, ((start, end), ink) in enumerate(zip(spans, inks, strict=True))
    ]
    option = canvas(
        plot,
        xAxis={"type": "value", "min": 0, "max": len(names), "show": False},
        yAxis=value_axis(scale, unit, style),
        series=[blocks(columns)],
        graphic=[
            *told,
            *_names(names, plot),
            *_joints(spans, scale, plot),
            *([] if from_zero else [words_at(width - 2, 8, _cut_words(style), SOFT, align="right")]),
        ],
        tooltip={"trigger": "item"},
    )
    return Picture(option, width, plot.height)


def _spans(ends: tuple[End, End], steps: Sequence[Step]) -> Iterator[tuple[float, float]]:
    level = finite(ends[0][1]) or 0.0
    yield 0.0, level
    for step in steps:
        amount = finite(step.amount) or 0.0
        yield level, level + amount
        level += amount
    yield 0.0, finite(ends[1][1]) or 0.0


def _ink(step: Step, wished: int) -> str:
    return FLAT if not wished or not step.amount else GOOD if step.amount * wished > 0 else BAD


def _amounts(
    ends: tuple[End, End],
    steps: Sequence[Step],
    spans: Sequence[tuple[float, float]],
    scale: Scale,
    plot: Plot,
    unit: str,
    style: Style,
) -> Iterator[Option]:
    """What each column says above itself; words that would lie on their neighbour's stand a line higher."""
    first, last = (number(value, unit, style) for _name, value in ends)
    told = [first, *(difference(step.amount, 0.0, unit, style) for step in steps), last]
    slot = plot.across / len(told)
    taken: list[tuple[float, float, float]] = []
    for place, (words, span) in enumerate(zip(told, spans, strict=True)):
        strong, half = place in {0, len(told) - 1}, room(words) / 2
        beside = spans[max(place - 1, 0) : place + 2] if 2 * half > slot else [span]
        x = min(plot.left + (place + 0.5) * slot, plot.width - half)
        y = plot.y(max(map(max, beside)), scale) - 9
        while any(x - half < right and left < x + half and abs(y - other) < LINE for left, right, other in taken):
            y -= LINE
        taken.append((x - half, x + half, y))
        yield words_at(x, y, words, INK if strong else SOFT, strong, "center")


def _cut_words(style: Style) -> str:
    return "縦軸は0から始まりません" if style.japanese else "The axis does not begin at 0"


def _names(names: Sequence[str], plot: Plot) -> Iterator[Option]:
    """Names below the columns, on two lines by turns where the slots are narrow."""
    slot = plot.across / len(names)
    twice = any(room(name) > slot - 4 for name in names)
    for place, name in enumerate(names):
        most = 2 * slot - 6 if twice else slot
        y = plot.height - BOTTOM + 12 + (16 if twice and place % 2 else 0)
        x = plot.left + (place + 0.5) * slot
        shown = cut(name, most)
        x = min(max(x, room(shown) / 2 + 2), plot.width - room(shown) / 2 - 2)
        yield words_at(x, y, shown, SOFT, align="center")


def _joints(spans: Sequence[tuple[float, float]], scale: Scale, plot: Plot) -> Iterator[Option]:
    """A fine line from the end of each column to the beginning of the next."""
    slot = plot.across / len(spans)
    for place, (_start, end) in enumerate(spans[:-1]):
        y = round(plot.y(end, scale), 1)
        shape = {"x1": plot.left + (place + 0.5) * slot, "x2": plot.left + (place + 1.5) * slot, "y1": y, "y2": y}
        yield {"type": "line", "silent": True, "z": -1, "shape": shape, "style": {"stroke": AXIS, "lineWidth": 1}}
