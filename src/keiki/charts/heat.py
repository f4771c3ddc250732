"""A table in colour: the darker a cell, the larger its value; every value is written into it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from keiki.charts.axes import Plot, block, blocks, canvas, cut, finite, room, words_at
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, MISSING, Style, exact, number
from keiki.charts.palette import INK, ON_STRONG, SOFT, STRONG

CELL, TOP = 30, 26
STEPS: Final = (0.05, 0.18, 0.32, 0.46, 0.8, 1.0)
"""How strong the colours are, from the smallest values to the largest: on none between could words of either ink be
read, light and dark (contrast 4.5)."""
TURNS: Final = 0.6
"""From that strength on words are written in the ink for strong colours."""
SHOWN_ROWS: Final = 24


def heat(
    title: str,
    sentence: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    unit: str,
    style: Style = JAPANESE,
    over: str = "",
    latest: bool = False,
) -> Chart:
    """Rows of (name, one value per column); a missing value leaves its cell empty. `over` names the rows in the table.

    The picture shows the first `SHOWN_ROWS` rows and as many columns as can be read: the first, or with `latest` the
    last, as where they are periods.
    """
    head = (over or ("区分" if style.japanese else "Group"), *columns)
    told = tuple((name, *(exact(value, unit, style) for value in values)) for name, values in rows)

    def draw(width: int) -> Picture:
        return _picture(columns, rows[:SHOWN_ROWS], unit, style, width, latest)

    return chart("heat", title, sentence, draw, Table(head, told), unit, style)


def _picture(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    unit: str,
    style: Style,
    width: int,
    latest: bool,
) -> Picture:
    left = min(math.ceil(max((room(name) for name, _values in rows), default=0.0)) + 10, width // 3)
    widest = max((room(_written(value, unit, style)) for _name, values in rows for value in values), default=0.0)
    fits = max(1, int((width - left) / max(widest + 8, 30)))
    shown = min(len(columns), fits)
    first = len(columns) - shown if latest else 0
    columns, rows = columns[first : first + shown], [(name, values[first : first + shown]) for name, values in rows]
    plot = Plot(width, TOP + CELL * len(rows) + 4, left, 2, TOP, 4)
    known = [value for _name, values in rows for value in map(finite, values) if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    slot = plot.across / max(shown, 1)
    cells: list[Option | None] = []
    words: list[Option] = []
    for row, (name, values) in enumerate(rows):
        words.append(words_at(0, TOP + (row + 0.5) * CELL, cut(name, left - 8), INK))
        for column in range(shown):
            value = finite(values[column]) if column < len(values) else None
            step = _step(value, low, high)
            cells.append(_cell(column, row, step, slot))
            if value is not None:
                x = left + (column + 0.5) * slot
                ink = ON_STRONG if step is not None and STEPS[step] > TURNS else INK
                words.append(words_at(x, TOP + (row + 0.5) * CELL, _written(value, unit, style), ink, align="center"))
    option = canvas(
        plot,
        xAxis={"type": "value", "min": 0, "max": max(shown, 1), "show": False},
        yAxis={"type": "value", "min": 0, "max": max(len(rows), 1), "inverse": True, "show": False},
        series=[blocks(cells)],
        graphic=[*_heads(columns, slot, plot), *words],
        tooltip={"trigger": "item", "columns": max(shown, 1)},
    )
    return Picture(option, width, plot.height)


def _written(value: float | None, unit: str, style: Style) -> str:
    """A value as short as a cell needs it: shares without decimals."""
    known = finite(value)
    if known is not None and unit == "ratio" and abs(known) >= 0.1:
        return f"{math.floor(abs(known) * 100 + 0.5) * (1 if known > 0 else -1)}%"
    words = number(value, unit, style)
    return "" if words == MISSING else words


def _step(value: float | None, low: float, high: float) -> int | None:
    if value is None:
        return None
    share = (value - low) / (high - low) if high > low else 0.5
    return min(int(share * len(STEPS)), len(STEPS) - 1)


def _cell(column: int, row: int, step: int | None, slot: float) -> Option | None:
    if step is None:
        return None
    return block(column + 0.5, row + 0.5, slot - 2, CELL - 2, STRONG, opacity=STEPS[step])


def _heads(columns: Sequence[str], slot: float, plot: Plot) -> Iterator[Option]:
    every = max(1, math.ceil(max((room(name) for name in columns), default=0.0) / max(slot, 1)))
    for place, name in enumerate(columns):
        if place % every == 0:
            x = min(plot.left + (place + 0.5) * slot, plot.width - room(name) / 2)
            yield words_at(x, 11, name, SOFT, align="center")
