"""A sparkline: the shape of a number's recent history, as wide as a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from keiki.charts.chart import Table, short
from keiki.charts.format import JAPANESE, MISSING, Style, exact, number

WIDTH, HEIGHT, MARGIN = 56, 18, 2


@dataclass(frozen=True)
class Spark:
    """A line as wide as a word: its SVG, what it says, and its rows."""

    svg: str
    title: str
    description: str
    table: Table


def sparkline(
    title: str,
    labels: Sequence[str],
    values: Sequence[float | None],
    unit: str,
    style: Style = JAPANESE,
    complete: Sequence[bool] | None = None,
) -> Spark:
    """The values as a line; gaps stay gaps, incomplete periods are dashed, the last value gets a dot."""
    known = [value for value in values if value is not None]
    table = Table((("期間", title) if style.japanese else ("Period", title)), _rows(labels, values, unit, style))
    description = _words(labels, values, unit, style)
    if not known:
        return Spark(_drawing(title, description, ""), title, description, table)
    points = _points(values, min(known), max(known))
    sure = complete or [True] * len(values)
    body = "".join(_line(run, dashed) for run, dashed in _runs(points, sure))
    last = next(point for point in reversed(points) if point is not None)
    body += f'<circle class="spark-last" cx="{short(last[0])}" cy="{short(last[1])}" r="1.75"/>'
    return Spark(_drawing(title, description, body), title, description, table)


def _drawing(title: str, description: str, body: str) -> str:
    return drawing("spark", WIDTH, HEIGHT, title, description, body)


def drawing(kind: str, width: int, height: int, title: str, description: str, body: str) -> str:
    """A hand-made SVG as small as a word, with its words for those who do not see it."""
    return (
        f'<svg class="chart-{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        f"{body}</svg>"
    )


Point = tuple[float, float]


def _points(values: Sequence[float | None], low: float, high: float) -> list[Point | None]:
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    span = high - low
    tall = HEIGHT - 2 * MARGIN

    def at(index: int, value: float) -> Point:
        share = 0.5 if span == 0 else (value - low) / span
        return MARGIN + index * step, MARGIN + (1 - share) * tall

    return [None if value is None else at(index, value) for index, value in enumerate(values)]


def _runs(points: Sequence[Point | None], complete: Sequence[bool]) -> list[tuple[list[Point], bool]]:
    """Unbroken pieces of the line; a piece that ends in an incomplete period is dashed."""
    runs: list[tuple[list[Point], bool]] = []
    for index in range(1, len(points)):
        start, end = points[index - 1], points[index]
        if start is None or end is None:
            continue
        dashed = not complete[index]
        if runs and runs[-1][0][-1] == start and runs[-1][1] == dashed:
            runs[-1][0].append(end)
        else:
            runs.append(([start, end], dashed))
    return runs


def _line(run: list[Point], dashed: bool) -> str:
    path = "M" + "L".join(f"{short(x)} {short(y)}" for x, y in run)
    extra = ' stroke-dasharray="2 2"' if dashed else ""
    return f'<path class="spark-line" d="{path}" fill="none"{extra}/>'


def _rows(
    labels: Sequence[str], values: Sequence[float | None], unit: str, style: Style
) -> tuple[tuple[str, ...], ...]:
    return tuple((label, exact(value, unit, style)) for label, value in zip(labels, values, strict=True))


def _words(labels: Sequence[str], values: Sequence[float | None], unit: str, style: Style) -> str:
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    if not known:
        return "値なし" if style.japanese else "No values"
    (first, start), (last, end) = known[0], known[-1]
    old, new = number(start, unit, style), number(end, unit, style)
    if MISSING in (old, new):
        return MISSING
    return f"{first} {old}、{last} {new}" if style.japanese else f"{first}: {old}, {last}: {new}"
