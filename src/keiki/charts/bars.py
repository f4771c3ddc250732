"""The history of one number as columns; periods that still run are dashed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, Style, exact, number

WIDTH, NARROW, HEIGHT = 560, 360, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 22, 26


@dataclass(frozen=True)
class Bar:
    """One period: its name on the axis, its full name, its value, and whether it is over."""

    tick: str
    label: str
    value: float | None
    complete: bool = True


def history(
    title: str, sentence: str, bars: Sequence[Bar], unit: str, style: Style = JAPANESE, width: int = WIDTH
) -> Chart:
    """Columns from zero, the last one strong, with a direct label; a period without a value leaves its place empty.

    `width` in pixels, `NARROW` for a phone or a panel: letters keep their size.
    """
    scale = Scale.over([bar.value for bar in bars if bar.value is not None])
    body = "".join(grid(tick, scale, unit, style, width) for tick in scale.ticks)
    slot = (width - LEFT - RIGHT) / max(len(bars), 1)
    every = max(1, math.ceil(len(bars) * 34 / (width - LEFT - RIGHT)))
    last = max((index for index, bar in enumerate(bars) if bar.value is not None), default=-1)
    for index, bar in enumerate(bars):
        body += column(bar, LEFT + index * slot, slot, scale, strong=index == last)
        if (len(bars) - 1 - index) % every == 0:
            body += text("tick", LEFT + (index + 0.5) * slot, HEIGHT - 8, "middle", bar.tick)
    if last >= 0:
        beside = max(bar.value or 0 for bar in bars[max(last - 1, 0) : last + 1])
        body += _direct_label(bars[last], LEFT + (last + 0.5) * slot, scale.y(max(beside, 0)) - 6, unit, style, width)
    svg = drawing(width, HEIGHT, title, sentence, body, "bars")
    return Chart(svg, title, sentence, _table(title, bars, unit, style))


@dataclass(frozen=True)
class Scale:
    """Round tick values and where they lie between top and bottom."""

    ticks: tuple[float, ...]

    @classmethod
    def over(cls, values: Sequence[float]) -> Scale:
        """A scale from zero that holds all values."""
        low, high = min([0.0, *values]), max([0.0, *values])
        if low == high:
            return cls((0.0, 1.0))
        step = _round_step((high - low) / 4)
        first, last = math.floor(low / step), math.ceil(high / step)
        return cls(tuple(round(index * step, 12) for index in range(first, last + 1)))

    def y(self, value: float) -> float:
        """How far down a value lies."""
        low, high = self.ticks[0], self.ticks[-1]
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _round_step(raw: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= raw * (1 - 1e-9))


def grid(tick: float, scale: Scale, unit: str, style: Style, width: int, right: int = RIGHT) -> str:
    """A line across the picture with its value at the left."""
    y = short(scale.y(tick))
    kind = "axis" if tick == 0 else "grid"
    line = f'<line class="{kind}" x1="{LEFT}" x2="{width - right}" y1="{y}" y2="{y}"/>'
    return line + text("tick", LEFT - 8, scale.y(tick) + 4, "end", number(tick, unit, style))


def column(bar: Bar, left: float, slot: float, scale: Scale, strong: bool) -> str:
    """The column of a period in its slot; nothing without a value."""
    if bar.value is None:
        return ""
    width = min(slot * 0.68, 36)
    top, foot = sorted((scale.y(bar.value), scale.y(0)))
    kind = "col-part" if not bar.complete else "col-now" if strong else "col"
    extra = ' stroke-dasharray="4 3"' if not bar.complete else ""
    return (
        f'<rect class="{kind}" x="{short(left + (slot - width) / 2)}" y="{short(top)}" width="{short(width)}" '
        f'height="{short(max(foot - top, 0.5))}" rx="2"{extra}/>'
    )


def _direct_label(bar: Bar, x: float, y: float, unit: str, style: Style, width: int) -> str:
    return text("direct", min(x, width - RIGHT - 28), y, "middle", number(bar.value, unit, style))


def text(kind: str, x: float, y: float, anchor: str, words: str) -> str:
    """Words in the picture; `kind` is their class."""
    return f'<text class="{kind}" x="{short(x)}" y="{short(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def _table(title: str, bars: Sequence[Bar], unit: str, style: Style) -> Table:
    part = "（途中）" if style.japanese else " (so far)"
    rows = tuple((bar.label + ("" if bar.complete else part), exact(bar.value, unit, style)) for bar in bars)
    return Table(("期間", title) if style.japanese else ("Period", title), rows)
