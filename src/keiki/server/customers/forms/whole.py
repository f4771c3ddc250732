"""What a person asks of the page from lead to renewal, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keiki.trees.stated import amount_of


@dataclass(frozen=True)
class WholeAsked:
    """The segment (an attribute of customers and its value; None: everybody) and another share of expansion to reach
    than that of the business (None: that one).
    """

    segment: tuple[str, str] | None = None
    line: float | None = None
    text: str = ""
    wrong: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> WholeAsked:
        """The question of a query string; a segment nobody is in is everybody, a line that cannot be is said."""
        attribute, _colon, value = query.get("segment", "").partition(":")
        text = query.get("line", "").strip()[:40]
        line = amount_of(text, "ratio") if text else None
        wrong = bool(text) and (line is None or not 0 < line <= 1)
        return cls(
            segment=(attribute, value) if value in known.get(attribute, ()) else None,
            line=None if wrong else line,
            text=text,
            wrong=wrong,
        )
