"""From one value to another, step by step: where it started, what each part added or took, where it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import isclose

from keiki.charts.bars import WIDTH, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, Style, difference, exact, number

ROW, BAR, TOP, BOTTOM = 40, 16, 4, 6
SIDE = 8
AMOUNT = 86
"""Room at the right for the amounts."""
_X = Callable[[float], float]


@dataclass(frozen=True)
class Step:
    """One part of the way: its name, what it adds (in the unit of the ends), and where its name leads."""

    label: str
    amount: float
    url: str = ""


def bridge(
    title: str,
    sentence: str,
    ends: tuple[tuple[str, float], tuple[str, float]],
    steps: Sequence[Step],
    unit: str,
    style: Style = JAPANESE,
    *,
    wished: int = 1,
    width: int = WIDTH,
) -> Chart:
    """A waterfall lying on its side, so that names of any length have room: each step begins where the last ended.

    `ends` are name and value at the start and the end; the steps should lead from one to the other. `wished` is +1
    where more is better, -1 where less is, 0 where neither: steps to the good side and to the other are told apart by
    colour and by their sign. Rows with a `url` are links.
    """
    levels = [ends[0][1]]
    for step in steps:
        levels.append(levels[-1] + step.amount)
    values = [*levels, ends[1][1], 0.0]
    low, high = min(values), max(values)
    near = min([*levels, ends[1][1]])
    if near > 0 and near > 0.7 * high:  # a long way from zero: begin the axis near the values, or steps are hairs
        low = near - (high - near) * 0.6
    across = (width - 2 * SIDE - AMOUNT) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return SIDE + (value - low) * across

    rows = [_end(ends[0], 0, x, low, unit, style)]
    for place, step in enumerate(steps):
        rows.append(_step(step, levels[place], place + 1, x, unit, style, wished))
    rows.append(_end(ends[1], len(steps) + 1, x, low, unit, style))
    links = "".join(
        f'<line class="grid" x1="{short(x(level))}" x2="{short(x(level))}" y1="{short(_top(place) + 20 + BAR)}" '
        f'y2="{short(_top(place + 1) + 20)}"/>'
        for place, level in enumerate(levels)
    )
    height = TOP + ROW * len(rows) + BOTTOM
    svg = drawing(width, height, title, sentence, links + "".join(rows), "bridge")
    if any(step.url for step in steps):  # an image has nothing inside that can be reached, a group of links has
        svg = svg.replace('role="img"', 'role="group"', 1)
    return Chart(svg, title, sentence, _table(ends, steps, unit, style))


def _top(place: int) -> float:
    return TOP + place * ROW


def _end(end: tuple[str, float], place: int, x: _X, low: float, unit: str, style: Style) -> str:
    label, value = end
    left, right = sorted((x(max(low, 0.0)), x(value)))
    bar = (
        f'<rect class="col-now" x="{short(left)}" y="{short(_top(place) + 20)}" '
        f'width="{short(max(right - left, 0.5))}" height="{BAR}" rx="2"/>'
    )
    if low > 0:  # the bar does not begin at nothing: say so
        bar += f'<path class="break" d="M{short(left + 12)} {short(_top(place) + 18)}l-6 {BAR + 4}m6 0l6 {-BAR - 4}"/>'
    words = text("direct", right + 6, _top(place) + 33, "start", number(value, unit, style))
    return text("name", SIDE, _top(place) + 14, "start", label) + bar + words


def _step(step: Step, start: float, place: int, x: _X, unit: str, style: Style, wished: int) -> str:
    left, right = sorted((x(start), x(start + step.amount)))
    side = "flat" if not wished or not step.amount else "good" if step.amount * wished > 0 else "bad"
    bar = (
        f'<rect class="step-{side}" x="{short(left)}" y="{short(_top(place) + 20)}" '
        f'width="{short(max(right - left, 1))}" height="{BAR}" rx="2"/>'
    )
    words = text("tick", right + 6, _top(place) + 33, "start", difference(step.amount, 0.0, unit, style))
    drawn = text("name", SIDE, _top(place) + 14, "start", step.label) + bar + words
    return f'<a href="{escape(step.url, quote=True)}">{drawn}</a>' if step.url else drawn


def _table(ends: tuple[tuple[str, float], tuple[str, float]], steps: Sequence[Step], unit: str, style: Style) -> Table:
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
