"""Axes, room for words, and what every picture is laid out with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keiki.charts.chart import Option
from keiki.charts.format import MINUS, Style, number
from keiki.charts.palette import AXIS, GRID, INK, SOFT

LETTER, WIDE_LETTER = 0.58, 1.04
"""How wide a letter is, as a share of its size: Latin letters and digits, and Japanese ones."""
SIZE: Final = 12
FARTHEST: Final = 1e300
"""Beyond this no axis can be drawn."""


def room(words: str, size: int = SIZE) -> float:
    """How wide words are in pixels, rather too wide than cut.

    >>> round(room("1.80億円"), 1)
    52.8
    """
    return size * sum(WIDE_LETTER if ord(letter) > 0x2E7F else LETTER for letter in words)


def cut(words: str, most: float, size: int = SIZE) -> str:
    """Words shortened with … so that they fit into `most` pixels.

    >>> cut("とても長い名前", 50)
    'とても…'
    """
    if room(words, size) <= most:
        return words
    kept = words
    while kept and room(kept + "…", size) > most:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def plain(words: str) -> str:
    """Words that ECharts will not read as a template: `{b}` stays as it is typed."""
    return words.replace("{", "{\u2060")


def finite(value: float | None) -> float | None:
    """The value when it can be drawn, else None: nothing, NaN, infinity and numbers beyond any axis."""
    if value is None or not math.isfinite(value) or abs(value) > FARTHEST:
        return None
    return float(value)


@dataclass(frozen=True)
class Scale:
    """Round tick values, evenly apart."""

    ticks: tuple[float, ...]

    @classmethod
    def over(cls, values: Iterable[float | None], steps: int = 4, zero: bool = True, whole: bool = False) -> Scale:
        """A scale that holds all values, from zero unless told otherwise; about `steps` steps, none of a part of 1
        where the values are `whole`.
        """
        known = [value for value in map(finite, values) if value is not None]
        known += [0.0] if zero or not known else []
        low, high = min(known), max(known)
        if low == high:
            low, high = (low - 1.0, high) if high < 0 else (low, low + 1.0)
            return cls((low, high)) if low == 0 else cls.over((low, high), steps, zero)
        step = _round_step((high - low) / steps)
        step = max(step, 1.0) if whole else step
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return cls(tuple(_rounded(index * step) for index in range(first, last + 1)))

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """How far up the scale a value lies: 0 at the lowest tick, 1 at the highest."""
        return (value - self.low) / (self.high - self.low)


def _round_step(raw: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(raw))
    return next((step * power for step in (1, 2, 2.5, 5, 10) if step * power >= raw * (1 - 1e-9)), raw)


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")


@dataclass(frozen=True)
class Plot:
    """The field of a picture inside its margins, in pixels."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def across(self) -> int:
        return self.width - self.left - self.right

    @property
    def down(self) -> int:
        return self.height - self.top - self.bottom

    def y(self, value: float, scale: Scale) -> float:
        """How far down a value lies."""
        return self.top + (1 - scale.share(value)) * self.down

    def x(self, value: float, scale: Scale) -> float:
        """How far to the right a value lies."""
        return self.left + scale.share(value) * self.across


def canvas(plot: Plot, **parts: Any) -> Option:
    """An option with its field: no movement, nothing that reacts by itself."""
    grid = {"left": plot.left, "right": plot.right, "top": plot.top, "bottom": plot.bottom, "outerBoundsMode": "none"}
    return {"animation": False, "textStyle": {"color": SOFT, "fontSize": SIZE}, "grid": grid, **parts}


def value_axis(scale: Scale, unit: str, style: Style, labels: bool = True, lines: bool = True) -> Option:
    """An axis of numbers; its words are written here, once, so that page and file say the same."""
    step = _rounded(scale.ticks[1] - scale.ticks[0])
    return {
        "type": "value",
        "min": scale.low,
        "max": scale.high,
        "interval": step,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {
            "show": labels,
            "color": SOFT,
            "fontSize": SIZE,
            "hideOverlap": False,
            "words": [plain(words) for words in tick_words(scale, unit, style)],
        },
        "splitLine": {"show": lines, "lineStyle": {"color": GRID}},
    }


def tick_words(scale: Scale, unit: str, style: Style) -> list[str]:
    """What is written at the ticks; rates with no more places than all of them need.

    >>> tick_words(Scale((0, 0.5, 1)), "ratio", Style()), tick_words(Scale((-0.025, 0)), "ratio", Style())
    (['0%', '50%', '100%'], ['−2.5%', '0.0%'])
    """
    if unit != "ratio":
        return [number(tick, unit, style) for tick in scale.ticks]
    percents = [_rounded(100 * tick) for tick in scale.ticks]
    places = next((n for n in range(6) if all(round(each, n) == each for each in percents)), 6)
    return [f"{each:,.{places}f}%".replace("-", MINUS) for each in percents]


def left_room(scale: Scale, unit: str, style: Style) -> int:
    """How much room the words of a value axis take at its left."""
    return math.ceil(max(map(room, tick_words(scale, unit, style)))) + 14


def category_axis(names: Sequence[str], across: float, size: int = SIZE, line: bool = True) -> Option:
    """An axis of names, of which as many are written as fit, counted from the last."""
    slot = across / max(len(names), 1)
    widest = max((room(name, size) for name in names), default=0.0) + 8
    every = max(1, math.ceil(widest / slot)) if slot else 1
    shown = [
        name if (len(names) - 1 - place) % every == 0 else "" for place, name in enumerate(cut(n, 90) for n in names)
    ]
    return {
        "type": "category",
        "data": list(names),
        "axisLine": {"show": line, "onZero": True, "lineStyle": {"color": AXIS}},
        "axisTick": {"show": False},
        "axisLabel": {"interval": 0, "color": SOFT, "fontSize": size, "words": [plain(name) for name in shown]},
    }


def slots_axis(count: int) -> Option:
    """A second, unseen axis under an axis of names: the slot of the first name goes from 0 to 1."""
    return {"type": "value", "min": 0, "max": max(count, 1), "show": False, "position": "bottom"}


def block(x: float, y: float, width: float, height: float, ink: str, **style: Any) -> Option:
    """One item of a scatter series that draws a rectangle around (`x`, `y`): values there, `width` and `height` in
    pixels. Unlike stacked bars it may cross zero.
    """
    size = [round(max(width, 1.0), 1), round(max(height, 1.0), 1)]
    return {"value": [x, y], "symbol": "rect", "symbolSize": size, "itemStyle": {"color": ink, "opacity": 1, **style}}


def blocks(items: Sequence[Option | None], **more: Any) -> Option:
    """A series of rectangles."""
    return {"type": "scatter", "clip": False, "emphasis": {"disabled": True}, "data": list(items), **more}


def words_at(
    x: float, y: float, words: str, ink: str = INK, strong: bool = False, align: str = "left", size: int = SIZE
) -> Option:
    """Words at a place of the picture, in pixels; `y` is their middle."""
    return {
        "type": "text",
        "silent": True,
        "z": 9,
        "x": round(x, 1),
        "y": round(y, 1),
        "style": {
            "text": words,
            "fill": ink,
            "fontSize": size,
            "fontWeight": 700 if strong else 400,
            "align": align,
            "verticalAlign": "middle",
        },
    }


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """The places moved so that neighbours keep `least` between them and all stay from `low` to `high`, order kept.

    >>> apart([10, 12, 50], 16, 0, 100)
    [3.0, 19.0, 50.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[tuple[list[int], float]] = []
    for index in order:
        groups.append(([index], places[index]))
        while len(groups) > 1 and _touch(groups[-2], groups[-1], least):
            (upper, above), (lower, below) = groups[-2:]
            joined = upper + lower
            middle = (above * len(upper) + below * len(lower)) / len(joined)
            groups[-2:] = [(joined, middle)]
    found = [0.0] * len(places)
    for members, middle in groups:
        half = (len(members) - 1) * least / 2
        centre = max(min(middle, high - half), low + half)
        for place, index in enumerate(members):
            found[index] = centre - half + place * least
    return found


def _touch(upper: tuple[list[int], float], lower: tuple[list[int], float], least: float) -> bool:
    return lower[1] - upper[1] < least * (len(upper[0]) + len(lower[0])) / 2
