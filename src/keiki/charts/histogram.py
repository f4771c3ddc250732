"""How often the goal comes out where: columns of draws, with the middle, the ends and the value wished marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from keiki.charts.bars import WIDTH, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, Style, exact, number

HEIGHT, SIDE, TOP, BOTTOM = 200, 14, 44, 24
LABEL = 34
"""Half the room a label needs so that it stays inside."""


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
    width: int = WIDTH,
) -> Chart:
    """Columns between `edges` (one more than `counts`); the table tells the marks and the share of each column."""
    values = [*edges, *(mark.value for mark in marks if mark.kind == "goal")]
    low, high = min(values), max(values)
    across = (width - 2 * SIDE) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return SIDE + (value - low) * across if high > low else width / 2

    tallest = max(counts, default=0) or 1
    floor = HEIGHT - BOTTOM
    body = f'<line class="axis" x1="{SIDE}" x2="{width - SIDE}" y1="{floor}" y2="{floor}"/>'
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        tall = (floor - TOP) * count / tallest
        body += (
            f'<rect class="col" x="{short(x(left) + 0.5)}" y="{short(floor - tall)}" '
            f'width="{short(max(x(right) - x(left) - 1, 0.5))}" height="{short(tall)}"/>'
        )
    body += "".join(_line(mark, x(mark.value), floor, unit, style, width) for mark in marks)
    for value, anchor in ((low, "start"), (high, "end")) if high > low else ():
        body += text("tick", x(value), HEIGHT - 6, anchor, number(value, unit, style))
    svg = drawing(width, HEIGHT, title, sentence, body, "histogram")
    return Chart(svg, title, sentence, _table(edges, counts, marks, unit, style))


def _line(mark: Mark, x: float, floor: float, unit: str, style: Style, width: int) -> str:
    at = min(max(x, SIDE + LABEL), width - SIDE - LABEL)
    y = 12 if mark.kind != "goal" else 30
    return (
        f'<line class="mark-{escape(mark.kind)}" x1="{short(x)}" x2="{short(x)}" y1="{y + 5}" y2="{short(floor)}"/>'
        + text(f"mark-{mark.kind}", at, y, "middle", f"{mark.label} {number(mark.value, unit, style)}")
    )


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
