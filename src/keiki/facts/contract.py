"""What a fact is: its columns, key and time, declared once and read by every other part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The type of a column. In the lake: VARCHAR, DOUBLE, DECIMAL(18,4), BIGINT, DATE, TIMESTAMP (UTC), BOOLEAN."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    INTEGER = "integer"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class Role(StrEnum):
    """Core columns every fact of the kind has; extras the catalogue knows; derived ones are computed, never loaded."""

    CORE = "core"
    EXTRA = "extra"
    DERIVED = "derived"


@dataclass(frozen=True)
class Column:
    """One column of a fact. `vocabulary` names the list of known values, None when values are free."""

    name: str
    kind: Kind
    ja: str
    en: str
    role: Role = Role.CORE
    required: bool = False
    vocabulary: str | None = None


@dataclass(frozen=True)
class Fact:
    """One kind of row. `key` identifies a row (empty: rows have no key); `time` is its default time column."""

    name: str
    ja: str
    en: str
    grain_ja: str
    grain_en: str
    key: tuple[str, ...]
    time: str
    columns: tuple[Column, ...]

    @property
    def loadable(self) -> tuple[Column, ...]:
        """The columns that rows may bring; derived columns are computed after loading."""
        return tuple(c for c in self.columns if c.role is not Role.DERIVED)

    def column(self, name: str) -> Column | None:
        """The declared column of that name, or None for a business's own dimension."""
        return next((c for c in self.columns if c.name == name), None)
