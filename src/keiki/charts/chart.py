"""What a chart is: a picture with its words, and the table that holds exactly the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from keiki.charts.format import JAPANESE, Style

Option = dict[str, Any]
"""What ECharts draws, as plain JSON."""

WIDE, NARROW, FULL = 560, 360, 1120
"""Widths in pixels, for half a desk, for a phone or a panel, and for the whole page; letters keep their size."""

KINDS: Final = {
    "bridge": ("要因の橋", "Bridge"),
    "bullet": ("目標付きの横棒", "Bullet bars"),
    "calibration": ("予測と実際の点", "Predicted against actual"),
    "funnel": ("ファネル", "Funnel"),
    "heat": ("色の表", "Heat table"),
    "histogram": ("分布の棒", "Histogram"),
    "lines": ("折れ線", "Lines"),
    "multiples": ("小さな折れ線の並び", "Small multiples"),
    "parts": ("横棒", "Bars"),
    "scatter": ("散布図", "Scatter"),
    "spark": ("小さな折れ線", "Sparkline"),
    "stacked": ("積み上げ棒", "Stacked columns"),
    "survival": ("残っている割合の階段", "Survival steps"),
    "tornado": ("左右の横棒", "Tornado"),
    "trend": ("推移の棒", "Columns"),
    "waterfall": ("増減の滝", "Waterfall"),
}


@dataclass(frozen=True)
class Table:
    """The twin of a picture: one head, rows of written values."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Link:
    """A place in a picture that leads somewhere, in pixels; works without a script."""

    x: float
    y: float
    width: float
    height: float
    url: str
    words: str


@dataclass(frozen=True)
class Picture:
    """An option with the size it was laid out for."""

    option: Option
    width: int
    height: int
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Chart:
    """What a panel shows: title, one sentence that says what it means, the picture in its widths, and its rows.

    `unit` and `style` say how the values of the picture are written when the browser brings it to life.
    """

    kind: str
    title: str
    sentence: str
    wide: Picture
    narrow: Picture
    table: Table
    unit: str
    style: Style = JAPANESE
    full: Picture | None = None

    @property
    def alt(self) -> str:
        """What those who do not see the picture are told: its kind, how much it holds, and the sentence."""
        rows = self.table.rows
        kind = KINDS[self.kind][0 if self.style.japanese else 1]
        if not rows:
            return f"{kind}。{self.sentence}" if self.style.japanese else f"{kind}. {self.sentence}"
        ends = rows[0][0] if len(rows) == 1 else self._from_to(rows[0][0], rows[-1][0])
        if self.style.japanese:
            return f"{kind}、{len(rows)}行（{ends}）。{self.sentence}"
        return f"{kind}, {len(rows)} row{'' if len(rows) == 1 else 's'} ({ends}). {self.sentence}"

    def _from_to(self, first: str, last: str) -> str:
        return f"{first}〜{last}" if self.style.japanese else f"{first} to {last}"


def chart(
    kind: str, title: str, sentence: str, draw: Callable[[int], Picture], table: Table, unit: str, style: Style
) -> Chart:
    """A chart whose picture is laid out by `draw` for each width."""
    return Chart(kind, title, sentence, draw(WIDE), draw(NARROW), table, unit, style, draw(FULL))


def short(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros.

    >>> short(12.0), short(3.14159), short(-0.0)
    ('12', '3.14', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
