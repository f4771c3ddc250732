"""The history of one number as columns beside its target: a stepped dashed line, a band, and the pace of today."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from keiki.charts.aim import Aim, bounds
from keiki.charts.bars import BOTTOM, HEIGHT, LEFT, WIDTH, Bar, Scale, column, grid, text
from keiki.charts.chart import Chart, Table, drawing, short
from keiki.charts.format import JAPANESE, MISSING, Style, change, exact, number

LETTERS = {False: 7.0, True: 12.5}
"""How wide a letter is in the picture: Latin letters and digits, and Japanese ones."""


def trend(
    title: str,
    sentence: str,
    bars: Sequence[Bar],
    aims: Sequence[Aim | None],
    unit: str,
    style: Style = JAPANESE,
    width: int = WIDTH,
) -> Chart:
    """Columns with the target of each period as a step; a period without a target leaves a gap in the line.

    The last column and the line are named at the right; a short mark shows where a running period should stand by
    now. `width` in pixels, `NARROW` for a phone: letters keep their size.
    """
    last = max((index for index, bar in enumerate(bars) if bar.value is not None), default=-1)
    names = _names(bars, aims, last, unit, style)
    right = max((_wide(words) for _value, _kind, words in names), default=0.0) + 12
    room = width - LEFT - int(right)
    slot = room / max(len(bars), 1)
    scale = Scale.over([*(bar.value for bar in bars if bar.value is not None), *_bounds(aims)])
    body = "".join(grid(tick, scale, unit, style, width, int(right)) for tick in scale.ticks)
    every = max(1, math.ceil(len(bars) * 34 / room))
    for index, bar in enumerate(bars):
        body += column(bar, LEFT + index * slot, slot, scale, strong=index == last)
        if (len(bars) - 1 - index) % every == 0:
            body += text("tick", LEFT + (index + 0.5) * slot, HEIGHT - 8, "middle", bar.tick)
    body += _band(aims, slot, scale) + _steps(aims, slot, scale) + _pace(aims, slot, scale)
    body += _named(names, scale, width - int(right) + 6)
    svg = drawing(width, HEIGHT, title, sentence, body, "trend")
    return Chart(svg, title, sentence, _table(title, bars, aims, unit, style))


def _bounds(aims: Sequence[Aim | None]) -> Iterator[float]:
    for aim in aims:
        for bound in () if aim is None else (aim.full.low, aim.full.high):
            if bound is not None:
                yield bound


def _steps(aims: Sequence[Aim | None], slot: float, scale: Scale) -> str:
    """One path per bound; it climbs where the target changes and breaks where there is none."""
    drawn = ""
    for side in ("low", "high"):
        path, before = "", False
        for index, aim in enumerate(aims):
            bound = None if aim is None else getattr(aim.full, side)
            if bound is None:
                before = False
                continue
            y = short(scale.y(bound))
            start = f"V{y}" if before else f"M{short(LEFT + index * slot)} {y}"
            path += f"{start}H{short(LEFT + (index + 1) * slot)}"
            before = True
        if path:
            drawn += f'<path class="target-line" d="{path}" fill="none" stroke-dasharray="5 3"/>'
    return drawn


def _band(aims: Sequence[Aim | None], slot: float, scale: Scale) -> str:
    found = ""
    for index, aim in enumerate(aims):
        if aim is None or aim.full.low is None or aim.full.high is None:
            continue
        top, foot = scale.y(aim.full.high), scale.y(aim.full.low)
        found += (
            f'<rect class="target-band" x="{short(LEFT + index * slot)}" y="{short(top)}" '
            f'width="{short(slot)}" height="{short(foot - top)}"/>'
        )
    return found


def _pace(aims: Sequence[Aim | None], slot: float, scale: Scale) -> str:
    """Where running periods should stand by now."""
    found = ""
    for index, aim in enumerate(aims):
        bound = aim.bound() if aim is not None and aim.whole is not None else None
        if bound is not None:
            y, left = short(scale.y(bound)), LEFT + index * slot
            found += f'<line class="pace" x1="{short(left + 1)}" x2="{short(left + slot - 1)}" y1="{y}" y2="{y}"/>'
    return found


Named = tuple[float, str, str]


def _names(bars: Sequence[Bar], aims: Sequence[Aim | None], last: int, unit: str, style: Style) -> list[Named]:
    """Value, kind and words of what is named at the right: the target and the last column."""
    found: list[Named] = []
    newest = next((aim for aim in reversed(aims) if aim is not None), None)
    bound = None if newest is None else newest.full.bound(bars[last].value if last >= 0 else None)
    if bound is not None:
        found.append((bound, "target-name", f"{'目標' if style.japanese else 'Target'} {number(bound, unit, style)}"))
    if last >= 0:
        value = bars[last].value or 0.0
        found.append((value, "direct", f"{'実績' if style.japanese else 'Actual'} {number(value, unit, style)}"))
    return found


def _named(names: Sequence[Named], scale: Scale, x: float) -> str:
    """The names beside their values, kept apart."""
    placed = sorted((scale.y(value), kind, words) for value, kind, words in names)
    if len(placed) == 2 and placed[1][0] - placed[0][0] < 16:
        middle = (placed[0][0] + placed[1][0]) / 2
        placed = [(middle - 8, *placed[0][1:]), (middle + 8, *placed[1][1:])]
    return "".join(text(kind, x, min(max(y + 4, 12), HEIGHT - BOTTOM), "start", words) for y, kind, words in placed)


def _wide(words: str) -> float:
    """How wide words are in the picture, rather too wide than cut."""
    return sum(LETTERS[ord(letter) > 0x2E7F] for letter in words)


def _table(title: str, bars: Sequence[Bar], aims: Sequence[Aim | None], unit: str, style: Style) -> Table:
    part = "（途中）" if style.japanese else " (so far)"
    rows = []
    for bar, aim in zip(bars, aims, strict=True):
        target = MISSING if aim is None else bounds(aim.full, unit, style, exactly=True)
        gap = MISSING if aim is None else change(bar.value, aim.bound(bar.value), unit, style)
        rows.append((bar.label + ("" if bar.complete else part), exact(bar.value, unit, style), target, gap))
    head = ("期間", title, "目標", "目標との差") if style.japanese else ("Period", title, "Target", "vs target")
    return Table(head, tuple(rows))
