"""What a chart is: a picture with its words, and the table that holds exactly the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Table:
    """The twin of a picture: one head, rows of written values."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """An SVG that needs no script, what it says in words, and its table."""

    svg: str
    title: str
    description: str
    table: Table


def drawing(width: int, height: int, title: str, description: str, body: str, kind: str) -> str:
    """An SVG element with its title and description for those who do not see it.

    Colours come from classes (so that dark mode works); everything that varies is an attribute,
    never a style, because the pages forbid inline styles.
    """
    return (
        f'<svg class="chart chart-{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{body}</svg>"
    )


def short(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros.

    >>> short(12.0), short(3.14159), short(-0.0)
    ('12', '3.14', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
