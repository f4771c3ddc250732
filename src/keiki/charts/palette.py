"""The colours of pictures by their meaning: names that the page's style sheet fills for light and dark, and their
values on paper.
"""

from __future__ import annotations

import re
from typing import Final

PAPER: Final = {
    "ink": "#17202c",
    "ink-soft": "#566273",
    "line": "#dde2e9",
    "line-strong": "#aab4c2",
    "surface": "#fff",
    "accent": "#1f4e8c",
    "accent-soft": "#e8eff9",
    "accent-ink": "#fff",
    "good": "#006b86",
    "good-fill": "#0b86a6",
    "watch-fill": "#c58200",
    "act": "#b92b0d",
    "act-fill": "#d2401d",
    "none-fill": "#8a94a3",
    "chart-1": "#1f4e8c",
    "chart-2": "#b5610b",
    "chart-3": "#0b7a75",
    "chart-4": "#8a3d8f",
    "chart-5": "#5f6b7a",
    "chart-6": "#8c6d1f",
    "chart-calm": "#a9c0e0",
}
"""Every colour a picture may use, with its light value; the style sheet holds the same."""


def colour(name: str) -> str:
    """A colour that follows the theme of the page.

    >>> colour("ink")
    'var(--ink)'
    """
    if name not in PAPER:
        raise KeyError(name)
    return f"var(--{name})"


INK: Final = colour("ink")
SOFT: Final = colour("ink-soft")
GRID: Final = colour("line")
AXIS: Final = colour("line-strong")
SURFACE: Final = colour("surface")
STRONG: Final = colour("accent")
PALE: Final = colour("accent-soft")
ON_STRONG: Final = colour("accent-ink")
CALM: Final = colour("chart-calm")
GOOD: Final = colour("good-fill")
BAD: Final = colour("act-fill")
FLAT: Final = colour("none-fill")
PACE: Final = colour("watch-fill")
SERIES: Final = tuple(colour(f"chart-{number}") for number in range(1, 7))
DASHES: Final[tuple[str | list[int], ...]] = ("solid", [6, 3], [2, 3], [9, 3, 2, 3], [1, 2], [12, 4])
"""One per series, so that lines are told apart without colour."""

_NAME = re.compile(r"var\(--([a-z0-9-]+)\)")


def on_paper(svg: str) -> str:
    """The picture with light colours written out, for files and e-mail that know no style sheet."""
    return _NAME.sub(lambda found: PAPER[found[1]], svg)
