"""The question in an address: tree, period, comparison, segment, which branches are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from keiki.periods import Grain
from keiki.server.kpis.queries import Question

OPENINGS = ("trouble", "two", "all")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; a value nobody could have meant falls back to its default."""

    grain: Grain = Grain.MONTH
    on: date | None = None
    comparison: str = "previous"
    segment: tuple[str, str] | None = None
    opening: str = "trouble"
    flips: frozenset[str] = frozenset()
    table: bool = False
    by: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """The question of a query string."""
        grain = query.get("grain", "")
        dimension, _, value = query.get("segment", "").partition(":")
        return cls(
            grain=Grain(grain) if grain in set(Grain) else Grain.MONTH,
            on=_day(query.get("on", "")),
            comparison="last_year" if query.get("versus") == "last_year" else "previous",
            segment=(dimension, value) if dimension.isidentifier() and value else None,
            opening=query.get("open", "") if query.get("open") in OPENINGS else "trouble",
            flips=frozenset(name for name in query.get("flip", "").split(",") if name),
            table=query.get("as") == "table",
            by=query.get("by", "") if query.get("by", "").isidentifier() else "",
        )

    @property
    def question(self) -> Question:
        """The part that decides the numbers."""
        return Question(self.grain, self.on, self.comparison, self.segment)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query string's names and values, defaults left out, always in the same order."""
        stated = {
            "grain": "" if self.grain is Grain.MONTH else self.grain.value,
            "on": self.on.isoformat() if self.on else "",
            "versus": "" if self.comparison == "previous" else self.comparison,
            "segment": ":".join(self.segment) if self.segment else "",
            "open": "" if self.opening == "trouble" else self.opening,
            "flip": ",".join(sorted(self.flips)),
            "as": "table" if self.table else "",
            "by": self.by,
        }
        return tuple((name, value) for name, value in stated.items() if value)

    def url(self, path: str, **changes: Any) -> str:
        """The address of the same question with some changes."""
        pairs = replace(self, **changes).pairs
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def flipped(self, node: str) -> Asked:
        """The same question with one branch opened or closed."""
        return replace(self, flips=self.flips ^ {node})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
