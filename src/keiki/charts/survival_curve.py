"""Who is still there after how long, as steps: one line per segment, the band of the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from keiki.charts.bars import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, MISSING, Style, number

MOST = 4
"""Lines in one picture."""
NAMES = 96
"""Room at the right for the names of the lines."""
_Place = Callable[[float], float]


@dataclass(frozen=True)
class Point:
    """The share still there from a length on, with its band (None: not known), and how many had come so far."""

    length: int
    share: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True)
class Curve:
    """One line: its name and its points, from length 0 on."""

    name: str
    points: tuple[Point, ...]


def survival_curve(
    title: str,
    sentence: str,
    curves: Sequence[Curve],
    unit_words: str,
    style: Style = JAPANESE,
    width: int = WIDTH,
) -> Chart:
    """Kaplan–Meier lines over length of stay; `unit_words` names the unit of the axis."""
    shown = [curve for curve in curves if curve.points][:MOST]
    longest = max((curve.points[-1].length for curve in shown), default=1) or 1
    across = (width - LEFT - RIGHT - NAMES) / longest
    down = HEIGHT - TOP - BOTTOM

    def x(length: float) -> float:
        return LEFT + length * across

    def y(share: float) -> float:
        return TOP + (1.0 - share) * down

    body = "".join(_across(share, width, y(share), style) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    every = max(1, longest // 6)
    body += "".join(text("tick", x(n), HEIGHT - 8, "middle", str(n)) for n in range(0, longest + 1, every))
    body += text("tick", width - RIGHT, HEIGHT - 8, "end", unit_words)
    if shown:
        body += _band(shown[0], x, y)
    ends = _apart([y(curve.points[-1].share) for curve in shown])
    for place, (curve, end) in enumerate(zip(shown, ends, strict=True)):
        body += f'<path class="curve curve-{place}" d="{_path(curve, x, y)}"/>'
        body += text("curve-name", x(curve.points[-1].length) + 6, end + 4, "start", _cut(curve.name))
    svg = drawing(width, HEIGHT, title, sentence, body, "survival")
    return Chart(svg, title, sentence, _table(curves, unit_words, style))


def _across(share: float, width: int, y: float, style: Style) -> str:
    kind = "axis" if share == 0 else "grid"
    line = f'<line class="{kind}" x1="{LEFT}" x2="{width - RIGHT - NAMES}" y1="{short(y)}" y2="{short(y)}"/>'
    return line + text("tick", LEFT - 8, y + 4, "end", f"{share:.0%}")


def _path(curve: Curve, x: _Place, y: _Place) -> str:
    first = curve.points[0]
    steps = [f"M{short(x(first.length))} {short(y(first.share))}"]
    steps += [f"H{short(x(point.length))}V{short(y(point.share))}" for point in curve.points[1:]]
    return "".join(steps)


def _band(curve: Curve, x: _Place, y: _Place) -> str:
    """The 95 % band as one area: along the upper edge and back along the lower one."""
    points = [(p.length, p.low, p.high) for p in curve.points if p.low is not None and p.high is not None]
    if len(points) < 2:
        return ""
    edge = [(x(points[0][0]), y(points[0][2]))]
    for (_, _, before), (length, _, high) in pairwise(points):
        edge += [(x(length), y(before)), (x(length), y(high))]
    back = [(x(points[-1][0]), y(points[-1][1]))]
    for (length, _, _), (before, low, _) in pairwise(reversed(points)):
        back += [(x(length), y(low)), (x(before), y(low))]
    area = "L".join(f"{short(left)} {short(top)}" for left, top in edge + back)
    return f'<path class="curve-band" d="M{area}Z"/>'


def _apart(heights: Sequence[float], gap: float = 15.0) -> list[float]:
    """Where names stand so that none covers another, in the order of the lines."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda place: placed[place])
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    over = max((placed[place] for place in order), default=0.0) - (HEIGHT - BOTTOM)
    return [height - max(over, 0.0) for height in placed]


def _cut(name: str, most: int = 14) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _table(curves: Sequence[Curve], unit_words: str, style: Style) -> Table:
    lengths = sorted({point.length for curve in curves for point in curve.points})
    every = max(1, len(lengths) // 40)
    rows = tuple((str(n), *(_shown(curve, n, style) for curve in curves)) for n in lengths[::every])
    return Table((unit_words, *(curve.name for curve in curves)), rows)


def _shown(curve: Curve, length: int, style: Style) -> str:
    """The share with its band and how many had come so far; nothing beyond the longest life seen."""
    point = next((p for p in reversed(curve.points) if p.length <= length), None)
    if point is None or length > curve.points[-1].length:
        return MISSING
    share = number(point.share, "ratio", style)
    if point.low is None or point.high is None:
        return f"{share} (n={point.at_risk})"
    low, high = (number(value, "ratio", style) for value in (point.low, point.high))
    return f"{share} [{low}–{high}] (n={point.at_risk})"
