"""Columns made of parts, one column per period: what a whole is made of, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from keiki.charts.axes import Plot, Scale, canvas, category_axis, finite, left_room, room, value_axis, words_at
from keiki.charts.certainty import period_name
from keiki.charts.chart import Chart, Option, Picture, Table, chart
from keiki.charts.format import JAPANESE, Style, exact
from keiki.charts.palette import BAD, FLAT, GOOD, PACE, SERIES, SOFT, SURFACE

HEIGHT, BOTTOM, RIGHT = 220, 26, 12
LEGEND = 20
"""Height of one line of the names of the parts above the columns."""
TONES = {"good": GOOD, "watch": PACE, "act": BAD, "none": FLAT}


@dataclass(frozen=True)
class Column:
    """One period: its name on the axis, its full name, the amount of each part from below, and whether it is over."""

    tick: str
    label: str
    parts: tuple[float, ...]
    complete: bool = True


def stacked(
    title: str,
    sentence: str,
    columns: Sequence[Column],
    parts: Sequence[tuple[str, str]],
    unit: str,
    style: Style = JAPANESE,
) -> Chart:
    """Stacked columns; `parts` are (name, tone) from below: a tone of status (`good`, `watch`, `act`, `none`) or "" for
    the next colour of the series.

    Negative parts (more returned than sold) leave their place empty in the picture and stand in the table.
    """
    table = _table(columns, parts, unit, style)
    return chart("stacked", title, sentence, lambda w: _picture(columns, parts, unit, style, w), table, unit, style)


def stacked_share(
    title: str, sentence: str, columns: Sequence[Column], parts: Sequence[tuple[str, str]], style: Style = JAPANESE
) -> Chart:
    """The same with every column as high as the whole: parts as shares of what is not negative."""
    shares = [replace(column, parts=_shares(column.parts)) for column in columns]
    return stacked(title, sentence, shares, parts, "ratio", style)


def _shares(parts: tuple[float, ...]) -> tuple[float, ...]:
    amounts = [max(finite(part) or 0.0, 0.0) for part in parts]
    whole = sum(amounts)
    return tuple(amount / whole if whole else 0.0 for amount in amounts)


def _picture(
    columns: Sequence[Column], parts: Sequence[tuple[str, str]], unit: str, style: Style, width: int
) -> Picture:
    totals = [sum(max(finite(part) or 0.0, 0.0) for part in column.parts) for column in columns]
    scale = Scale((0.0, 0.25, 0.5, 0.75, 1.0)) if unit == "ratio" else Scale.over(totals)
    left = left_room(scale, unit, style)
    inks = [TONES.get(tone, SERIES[place % len(SERIES)]) for place, (_name, tone) in enumerate(parts)]
    legend = list(_legend([name for name, _tone in parts], inks, left, width))
    lines = max((each["row"] for each in legend), default=0) + 1
    plot = Plot(width, HEIGHT, left, RIGHT, LEGEND * lines + 8, BOTTOM)
    option = canvas(
        plot,
        xAxis=[category_axis([column.tick for column in columns], plot.across)],
        yAxis=value_axis(scale, unit, style),
        series=[_part(columns, place, name, inks[place]) for place, (name, _tone) in enumerate(parts)],
        graphic=[{key: value for key, value in each.items() if key != "row"} for each in legend],
        tooltip={"trigger": "axis"},
    )
    return Picture(option, width, HEIGHT)


def _part(columns: Sequence[Column], place: int, name: str, ink: str) -> Option:
    """One part of every column, with a fine gap to its neighbours; periods that still run are paler and dashed."""
    running = {"opacity": 0.55, "borderColor": ink, "borderType": [4, 3], "borderWidth": 1}
    return {
        "type": "bar",
        "name": name,
        "stack": "whole",
        "barMaxWidth": 44,
        "barCategoryGap": "32%",
        "emphasis": {"disabled": True},
        "itemStyle": {"color": ink, "borderColor": SURFACE, "borderWidth": 0.5},
        "data": [
            amount if column.complete else {"value": amount, "itemStyle": running}
            for column in columns
            for amount in (max(finite(column.parts[place]) or 0.0, 0.0),)
        ],
    }


def _legend(names: Sequence[str], inks: Sequence[str], left: int, width: int) -> Iterator[Option]:
    """Colour and name of each part, in as many lines as they need."""
    x, row = float(left), 0
    for name, ink in zip(names, inks, strict=True):
        wide = 14 + room(name) + 16
        if x > left and x + wide > width:
            x, row = float(left), row + 1
        y = LEGEND * row + 4
        shape = {"x": round(x, 1), "y": y, "width": 10, "height": 10, "r": 2}
        yield {"type": "rect", "silent": True, "row": row, "shape": shape, "style": {"fill": ink}}
        yield words_at(x + 15, y + 5, name, SOFT) | {"row": row}
        x += wide


def _table(columns: Sequence[Column], parts: Sequence[tuple[str, str]], unit: str, style: Style) -> Table:
    rows = tuple(
        (period_name(c.label, c.complete, style), *(exact(amount, unit, style) for amount in c.parts)) for c in columns
    )
    return Table(("期間" if style.japanese else "Period", *(name for name, _tone in parts)), rows)
