"""Named things under each other, each with a bar: channels compared, the steps of a funnel, numbers beside targets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keiki.charts.aim import Aim, bounds
from keiki.charts.axes import Plot, Scale, block, blocks, canvas, cut, finite, room, words_at
from keiki.charts.chart import Chart, Link, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, MISSING, Style, change, exact, number
from keiki.charts.palette import AXIS, BAD, CALM, FLAT, GOOD, GRID, INK, PACE, SOFT, STRONG
from keiki.charts.status import judged

ROW, BLOCK, TOP, BOTTOM, SIDE = 40, 14, 4, 6, 8
NAME: Final = 10
"""How far below the top of its row the middle of a name lies; its bar stands `MIDDLE` below."""
MIDDLE: Final = 27
INKS: Final = {"good": GOOD, "watch": PACE, "act": BAD, "none": FLAT, "plain": STRONG}


@dataclass(frozen=True)
class Part:
    """One thing compared: its name, its value, and where its name leads."""

    label: str
    value: float | None
    url: str = ""


@dataclass(frozen=True)
class _Row:
    """One line of the picture: name, value, colour of its bar, the words beside it, a mark on the same scale."""

    label: str
    value: float | None
    ink: str
    words: str
    url: str = ""
    mark: float | None = None


def parts(
    title: str,
    sentence: str,
    found: Sequence[Part],
    unit: str,
    style: Style = JAPANESE,
    total: float | None = None,
    most: int = 12,
) -> Chart:
    """A bar for each part in the order given, the first `most` of them; the table holds them all.

    `total` is the value of the whole and is given only where the parts add up to it: a ratio has none.
    """
    rows = [
        _Row(each.label, each.value, STRONG if not place else CALM, number(each.value, unit, style), each.url)
        for place, each in enumerate(found[:most])
    ]
    ja = style.japanese
    told: list[tuple[str, ...]] = [(each.label, exact(each.value, unit, style)) for each in found]
    if total is not None:
        told = [(*row, _share(each.value, total, style)) for row, each in zip(told, found, strict=True)]
        told.append(("合計" if ja else "Total", exact(total, unit, style), number(1.0, "ratio", style)))
    head = ("区分" if ja else "Part", title, *([("割合" if ja else "Share")] if total is not None else []))
    return chart("parts", title, sentence, lambda w: _picture(rows, w), Table(head, tuple(told)), unit, style)


def _share(value: float | None, total: float, style: Style) -> str:
    known = finite(value)
    return number(None if known is None or not total else known / total, "ratio", style)


def funnel(title: str, sentence: str, steps: Sequence[Part], unit: str = "count", style: Style = JAPANESE) -> Chart:
    """How many reach each step of a way, from the same zero, with the share that comes on from the step before."""
    rows, told = [], []
    before: float | None = None
    first = finite(steps[0].value) if steps else None
    for place, step in enumerate(steps):
        value = finite(step.value)
        kept = value / before if value is not None and before else None
        whole = value / first if value is not None and first else None
        words = number(value, unit, style)
        if place:
            words += f"　{_kept(kept, style)}"
        rows.append(_Row(step.label, value, STRONG if place == 0 else CALM, words, step.url))
        lost = None if value is None or before is None else before - value
        shares = [number(share, "ratio", style) for share in (kept, whole)] if place else [MISSING, MISSING]
        told.append((step.label, exact(value, unit, style), exact(lost, unit, style), *shares))
        before = value
    head = (
        ("段階", title, "離脱", "前の段階から", "最初から")
        if style.japanese
        else (*("Step", title, "Lost", "Of the step before", "Of the first"),)
    )
    return chart("funnel", title, sentence, lambda w: _picture(rows, w), Table(head, tuple(told)), unit, style)


def _kept(share: float | None, style: Style) -> str:
    drop = None if share is None else 1 - share
    return f"離脱 {number(drop, 'ratio', style)}" if style.japanese else f"{number(drop, 'ratio', style)} lost"


@dataclass(frozen=True)
class Held:
    """A number held against its target; bars of one picture share no scale, each goes up to its own target or value."""

    label: str
    value: float | None
    aim: Aim | None
    unit: str
    url: str = ""


def bullets(title: str, sentence: str, found: Sequence[Held], style: Style = JAPANESE) -> Chart:
    """A bar for each number, in the colour of its status, with its target as a mark."""
    rows, told = [], []
    for each in found:
        value = finite(each.value)
        bound = None if each.aim is None else finite(each.aim.full.bound(value))
        longest = max(abs(value or 0.0), abs(bound or 0.0)) or 1.0
        ink = STRONG if each.aim is None else INKS[judged(value, each.aim, each.unit)]
        target = "" if each.aim is None else bounds(each.aim.full, each.unit, style)
        words = number(value, each.unit, style) + (f" / {target}" if target else "")
        part = None if value is None else max(value, 0.0) / longest
        mark = None if bound is None else max(bound, 0.0) / longest
        rows.append(_Row(each.label, part, ink, words, each.url, mark))
        gap = MISSING if each.aim is None else change(value, each.aim.bound(value), each.unit, style)
        told.append((each.label, exact(value, each.unit, style), target or MISSING, gap))
    head = ("数字", "実績", "目標", "目標との差") if style.japanese else ("Number", "Actual", "Target", "vs target")
    return chart("bullet", title, sentence, lambda w: _picture(rows, w), Table(head, tuple(told)), "number", style)


def _picture(rows: Sequence[_Row], width: int) -> Picture:
    values = [value for row in rows for value in (finite(row.value), finite(row.mark)) if value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = Scale((low, high if high > low else low + 1.0))
    height = TOP + ROW * len(rows) + BOTTOM
    right = min(math.ceil(max((room(row.words) for row in rows), default=0.0)) + 12, width // 2)
    plot = Plot(width, height, SIDE, right, TOP, BOTTOM)
    option = canvas(
        plot,
        xAxis={"type": "value", "min": scale.low, "max": scale.high, "show": False},
        yAxis={"type": "value", "min": 0, "max": max(plot.down, 1), "inverse": True, "show": False},
        series=[blocks([_bar(row, place, scale, plot) for place, row in enumerate(rows)])],
        graphic=list(_words(rows, scale, plot)),
        tooltip={"trigger": "item"},
    )
    links = tuple(
        Link(0, TOP + place * ROW, width, ROW, row.url, f"{row.label} {row.words}")
        for place, row in enumerate(rows)
        if row.url
    )
    return Picture(option, width, height, links)


def _bar(row: _Row, place: int, scale: Scale, plot: Plot) -> Option | None:
    value = finite(row.value)
    if value is None:
        return None
    wide = abs(plot.x(value, scale) - plot.x(0.0, scale))
    return block(value / 2, place * ROW + MIDDLE, wide, BLOCK, row.ink)


def _words(rows: Sequence[_Row], scale: Scale, plot: Plot) -> Iterator[Option]:
    """Names above the bars, values beside them, a line at zero, the marks."""
    zero = round(plot.x(0.0, scale), 1)
    for place, row in enumerate(rows):
        top = TOP + place * ROW
        end = max(plot.x(finite(row.value) or 0.0, scale), zero, plot.x(finite(row.mark) or 0.0, scale))
        yield words_at(SIDE, top + NAME, cut(row.label, plot.width - 2 * SIDE), INK)
        yield words_at(end + 6, top + MIDDLE, row.words, SOFT)
        if scale.low < 0:
            shape = {"x1": zero, "x2": zero, "y1": top + MIDDLE - 10, "y2": top + MIDDLE + 10}
            yield {"type": "line", "silent": True, "shape": shape, "style": {"stroke": AXIS, "lineWidth": 1}}
        mark = finite(row.mark)
        if mark is not None:
            x = round(plot.x(mark, scale), 1)
            rail = {"x1": SIDE, "x2": plot.width - plot.right, "y1": top + MIDDLE + 10, "y2": top + MIDDLE + 10}
            yield {"type": "line", "silent": True, "shape": rail, "style": {"stroke": GRID, "lineWidth": 1}}
            tick = {"x1": x, "x2": x, "y1": top + MIDDLE - 10, "y2": top + MIDDLE + 10}
            yield {"type": "line", "silent": True, "z": 5, "shape": tick, "style": {"stroke": INK, "lineWidth": 2}}
