"""The last weeks of one number as small columns with its target as a line: one row of a list."""

from __future__ import annotations

from collections.abc import Sequence

from keiki.charts.aim import Aim
from keiki.charts.chart import Table, short
from keiki.charts.format import JAPANESE, MISSING, Style, exact
from keiki.charts.spark import Spark, drawing

WIDTH, HEIGHT, TOP = 132, 34, 4


def weeks(
    title: str,
    labels: Sequence[str],
    values: Sequence[float | None],
    aims: Sequence[Aim | None],
    unit: str,
    style: Style = JAPANESE,
    complete: Sequence[bool] = (),
) -> Spark:
    """Columns from zero; a week without a value leaves its place empty, one that still runs is dashed."""
    bounds = [None if aim is None else aim.full.bound() for aim in aims] or [None] * len(values)
    numbers = [v for v in (*values, *bounds) if v is not None]
    high, low = max([0.0, *numbers]), min([0.0, *numbers])
    span = (high - low) or 1.0
    slot = WIDTH / max(len(values), 1)

    def y(value: float) -> float:
        return TOP + (high - value) / span * (HEIGHT - TOP - 1)

    body = ""
    for place, value in enumerate(values):
        if value is None:
            continue
        over = place >= len(complete) or complete[place]
        kind = "col-part" if not over else "col-now" if place == len(values) - 1 else "col"
        dashed = "" if over else ' stroke-dasharray="2 2"'
        top, foot = sorted((y(value), y(0.0)))
        body += (
            f'<rect class="{kind}" x="{short(place * slot + 2)}" y="{short(top)}" width="{short(slot - 4)}" '
            f'height="{short(max(foot - top, 0.5))}"{dashed}/>'
        )
    for place, bound in enumerate(bounds):
        if bound is not None:
            at = short(y(bound))
            body += (
                f'<line class="target-line" x1="{short(place * slot)}" x2="{short((place + 1) * slot)}" '
                f'y1="{at}" y2="{at}"/>'
            )
    words = ("週", title, "目標") if style.japanese else ("Week", title, "Target")
    rows = tuple(
        (label, exact(value, unit, style), MISSING if bound is None else exact(bound, unit, style))
        for label, value, bound in zip(labels, values, bounds, strict=True)
    )
    said = "、".join(f"{label} {value}" for label, value, _bound in rows)
    return Spark(drawing("weeks", WIDTH, HEIGHT, title, said, body), title, said, Table(words, rows))
