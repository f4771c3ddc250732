"""Names and texts as SQL writes them."""

from __future__ import annotations


def name(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """A text in single quotes; the NUL character, which SQL cannot carry, is left out."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"
