"""Columns made of parts, one column per period: what a whole is made of, and how that changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from keiki.charts.bars import HEIGHT, LEFT, RIGHT, WIDTH, Scale, grid, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, Style, exact

HEAD = 20
"""Room for the names of the parts above the columns."""
LETTER = {False: 7.0, True: 12.5}


@dataclass(frozen=True)
class Column:
    """One period: its name on the axis, its full name, the amount of each part from below, and whether it is over."""

    tick: str
    label: str
    parts: tuple[float, ...]
    complete: bool = True


def stacked(
    title: str,
    sentence: str,
    columns: Sequence[Column],
    parts: Sequence[tuple[str, str]],
    unit: str,
    style: Style = JAPANESE,
    width: int = WIDTH,
) -> Chart:
    """Stacked columns; `parts` are (name, tone) from below, tones `good`, `watch`, `act`, `none`.

    Negative parts (more returned than sold) leave their place empty in the picture and stand in the table.
    """
    totals = [sum(max(part, 0.0) for part in column.parts) for column in columns]
    scale = Scale.over(totals)
    body = "".join(grid(tick, scale, unit, style, width) for tick in scale.ticks)
    slot = (width - LEFT - RIGHT) / max(len(columns), 1)
    every = max(1, math.ceil(len(columns) * 38 / (width - LEFT - RIGHT)))
    for place, column in enumerate(columns):
        body += _column(column, LEFT + place * slot, slot, scale, [tone for _, tone in parts])
        if (len(columns) - 1 - place) % every == 0:
            body += text("tick", LEFT + (place + 0.5) * slot, HEIGHT - 8, "middle", column.tick)
    body += _legend(parts, style)
    svg = drawing(width, HEIGHT, title, sentence, body, "stacked")
    part = "（途中）" if style.japanese else " (so far)"
    rows = tuple(
        (c.label + ("" if c.complete else part), *(exact(amount, unit, style) for amount in c.parts)) for c in columns
    )
    head = ("期間" if style.japanese else "Period", *(name for name, _ in parts))
    return Chart(svg, title, sentence, Table(head, rows))


def _column(column: Column, left: float, slot: float, scale: Scale, tones: Sequence[str]) -> str:
    width = min(slot * 0.68, 44)
    drawn, below = "", 0.0
    for amount, tone in zip(column.parts, tones, strict=True):
        if amount <= 0:
            continue
        top, foot = scale.y(below + amount), scale.y(below)
        dash = "" if column.complete else ' stroke-dasharray="4 3" fill-opacity=".55"'
        drawn += (
            f'<rect class="part-{tone}" x="{short(left + (slot - width) / 2)}" y="{short(top)}" '
            f'width="{short(width)}" height="{short(foot - top)}"{dash}/>'
        )
        below += amount
    return drawn


def _legend(parts: Sequence[tuple[str, str]], style: Style) -> str:
    drawn, x = "", float(LEFT)
    for name, tone in parts:
        drawn += f'<rect class="part-{tone}" x="{short(x)}" y="4" width="10" height="10" rx="2"/>'
        drawn += text("tick", x + 14, 13, "start", name)
        x += 30 + len(name) * LETTER[style.japanese]
    return drawn
