"""What happened beside a number: numbered marks above a picture over periods, told in its table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keiki.charts.axes import words_at
from keiki.charts.chart import Option
from keiki.charts.format import Style
from keiki.charts.palette import AXIS, INK

MARKS: Final = 18
"""Room above a picture for the numbers of what happened."""


@dataclass(frozen=True)
class Happened:
    """Something to remember beside a number: in which period (its place in the history), and what, as one short line.

    `kind` is action, incident, price, definition or note.
    """

    place: int
    words: str
    kind: str = "note"


def within(happened: Sequence[Happened], periods: int) -> Sequence[Happened]:
    """What happened in the periods of a picture, the first period first."""
    return sorted((each for each in happened if 0 <= each.place < periods), key=lambda each: each.place)


def marks(happened: Sequence[Happened], x: Callable[[int], float], bottom: float) -> Iterator[Option]:
    """A number in a ring above each period in which something happened, and a fine line down to `bottom`; `x` is where
    a period stands in the picture.
    """
    by_place: dict[int, list[int]] = {}
    for order, each in enumerate(happened, 1):
        by_place.setdefault(each.place, []).append(order)
    for place, orders in by_place.items():
        at = round(x(place), 1)
        line = {"type": "line", "silent": True, "shape": {"x1": at, "x2": at, "y1": 20, "y2": bottom}}
        yield line | {"style": {"stroke": AXIS, "lineDash": [2, 3], "lineWidth": 1}}
        yield words_at(at, 11, ring(orders[0]) + ("+" if len(orders) > 1 else ""), INK, align="center", size=14)


def head(happened: Sequence[Happened], style: Style) -> tuple[str, ...]:
    """The head of the table's column of what happened; nothing where nothing did."""
    return (("出来事" if style.japanese else "What happened"),) if happened else ()


def notes(happened: Sequence[Happened], place: int) -> tuple[str, ...]:
    """The cell of a period in that column."""
    told = [f"{ring(order)} {each.words}" for order, each in enumerate(happened, 1) if each.place == place]
    return (" ".join(told),) if happened else ()


def ring(order: int) -> str:
    """A number in a ring, as on the picture and in the table.

    >>> ring(1), ring(21), ring(60)
    ('①', '㉑', '(60)')
    """
    if 1 <= order <= 20:
        return chr(0x245F + order)
    return chr(0x3251 + order - 21) if 21 <= order <= 35 else f"({order})"
