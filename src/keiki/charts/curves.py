"""Amounts that add up with age, one line per group, named at its end: where a line crosses zero its cost is back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from keiki.charts.bars import BOTTOM, HEIGHT, LEFT, WIDTH, Scale, grid, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, MISSING, Style, exact

MOST_LINES = 4
DASHES = ("", "7 3", "2 3", "9 3 2 3")
LETTER = {False: 7.0, True: 12.5}
GAP = 15


@dataclass(frozen=True)
class Line:
    """A name and its values at 0, 1, 2 …; the line ends where it has no more."""

    name: str
    values: tuple[float, ...]


def curves(
    title: str,
    sentence: str,
    lines: Sequence[Line],
    unit: str,
    ages: str,
    style: Style = JAPANESE,
    width: int = WIDTH,
) -> Chart:
    """At most `MOST_LINES` lines over whole ages; `ages` names the axis (such as months). The table holds them all."""
    shown = lines[:MOST_LINES]
    longest = max((len(line.values) for line in shown), default=1)
    letter = LETTER[style.japanese]
    right = int(max((len(line.name) * letter for line in shown), default=0)) + 16
    right = min(right, width // 3)
    scale = Scale.over([value for line in shown for value in line.values])
    step = (width - LEFT - right) / max(longest - 1, 1)
    body = "".join(grid(tick, scale, unit, style, width, right) for tick in scale.ticks)
    every = max(1, math.ceil(longest * 30 / (width - LEFT - right)))
    every = next(each for each in (1, 2, 3, 6, 12, 24, every) if each >= every)
    for age in range(0, longest, every):
        body += text("tick", LEFT + age * step, HEIGHT - 8, "middle", str(age))
    for place, line in enumerate(shown):
        body += _line(line, place, step, scale)
    body += _names(shown, step, scale, right, letter)
    svg = drawing(width, HEIGHT, title, sentence, body, "curves")
    return Chart(svg, title, sentence, _table(lines, unit, ages, style))


def _line(line: Line, place: int, step: float, scale: Scale) -> str:
    if not line.values:
        return ""
    points = " ".join(f"{short(LEFT + age * step)},{short(scale.y(value))}" for age, value in enumerate(line.values))
    dash = f' stroke-dasharray="{DASHES[place]}"' if DASHES[place] else ""
    end = f'<circle class="line-{place}" cx="{short(LEFT + (len(line.values) - 1) * step)}" '
    end += f'cy="{short(scale.y(line.values[-1]))}" r="2.5"/>'
    return f'<polyline class="line line-{place}" points="{points}" fill="none"{dash}/>{end}'


def _names(lines: Sequence[Line], step: float, scale: Scale, right: int, letter: float) -> str:
    """The names beside the ends, moved apart where they would lie on each other, cut where there is no room."""
    ends = sorted((scale.y(line.values[-1]), place) for place, line in enumerate(lines) if line.values)
    drawn, last = "", -math.inf
    room = max(int((right - 10) / letter), 3)
    for y, place in ends:
        at = min(max(y, last + GAP), HEIGHT - BOTTOM)
        last = at
        x = LEFT + (len(lines[place].values) - 1) * step + 6
        name = lines[place].name if len(lines[place].name) <= room else lines[place].name[: room - 1] + "…"
        drawn += text(f"line-name name-{place}", x, at + 4, "start", name)
    return drawn


def _table(lines: Sequence[Line], unit: str, ages: str, style: Style) -> Table:
    longest = max((len(line.values) for line in lines), default=0)
    rows = tuple(
        (
            str(age),
            *(exact(line.values[age], unit, style) if age < len(line.values) else MISSING for line in lines),
        )
        for age in range(longest)
    )
    return Table((ages, *(line.name for line in lines)), rows)
