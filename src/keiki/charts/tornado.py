"""Which driver moves the goal most: a bar for each, from its effect downward to its effect upward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keiki.charts.bars import WIDTH, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, Style, difference

ROW, BAR, HEAD, FOOT = 44, 14, 4, 4
MARGIN = 84
"""Room at both ends for the amounts beside the bars."""


@dataclass(frozen=True)
class Swing:
    """A driver's name and what the goal does, in its unit, when the driver is a step lower and a step higher."""

    label: str
    down: float
    up: float


def tornado(
    title: str,
    sentence: str,
    swings: Sequence[Swing],
    unit: str,
    steps: tuple[str, str],
    style: Style = JAPANESE,
    width: int = WIDTH,
) -> Chart:
    """Bars around zero in the order given; `steps` are the words of the step down and up, such as −1 % and +1 %.

    Each driver takes two lines: its name above, its bar below, with both amounts at the ends.
    """
    farthest = max((abs(end) for swing in swings for end in (swing.down, swing.up)), default=0.0) or 1.0
    scale = (width / 2 - MARGIN) / farthest
    height = HEAD + ROW * len(swings) + FOOT
    body = f'<line class="axis" x1="{short(width / 2)}" x2="{short(width / 2)}" y1="{HEAD}" y2="{height - FOOT}"/>'
    for row, swing in enumerate(swings):
        body += _row(swing, HEAD + row * ROW, scale, unit, style, width)
    svg = drawing(width, height, title, sentence, body, "tornado")
    head = ("動かすもの", *steps) if style.japanese else ("Driver", *steps)
    rows = tuple((s.label, _signed(s.down, unit, style), _signed(s.up, unit, style)) for s in swings)
    return Chart(svg, title, sentence, Table(head, rows))


def _row(swing: Swing, top: float, scale: float, unit: str, style: Style, width: int) -> str:
    middle, bar_top = width / 2, top + 20
    drawn = text("name", 0, top + 13, "start", swing.label)
    for kind, amount in (("swing-down", swing.down), ("swing-up", swing.up)):
        left, long = min(middle, middle + amount * scale), abs(amount) * scale
        drawn += (
            f'<rect class="{kind}" x="{short(left)}" y="{short(bar_top)}" width="{short(max(long, 0.5))}" '
            f'height="{BAR}" rx="2"/>'
        )
        outside = middle + amount * scale + (-6 if amount < 0 else 6)
        drawn += text("tick", outside, bar_top + 11, "end" if amount < 0 else "start", _signed(amount, unit, style))
    return drawn


def _signed(amount: float, unit: str, style: Style) -> str:
    return difference(amount, 0.0, unit, style)
