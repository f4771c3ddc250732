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
    """One column of a fact. `vocabulary` names the list of known values, None when values are free.

    `unless` names a yes/no column of the same fact that lifts the requirement: an order needs a customer
    unless `is_guest` is true, so revenue keeps guest orders and customer measures leave them out. A row with a number
    below `least` is not taken.
    """

    name: str
    kind: Kind
    ja: str
    en: str
    role: Role = Role.CORE
    required: bool = False
    vocabulary: str | None = None
    unless: str | None = None
    least: int | None = None


@dataclass(frozen=True)
class Fact:
    """One kind of row. `key` identifies a row (empty: rows have no key); `time` is its default time column.

    `until` names the column that ends what `time` begins; a row that ends before it begins is not taken.
    """

    name: str
    ja: str
    en: str
    grain_ja: str
    grain_en: str
    key: tuple[str, ...]
    time: str
    columns: tuple[Column, ...]
    until: str | None = None

    @property
    def loadable(self) -> tuple[Column, ...]:
        """The columns that rows may bring; derived columns are computed after loading."""
        return tuple(c for c in self.columns if c.role is not Role.DERIVED)

    def column(self, name: str) -> Column | None:
        """The declared column of that name, or None for a business's own dimension."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns that no row may leave empty."""
        return tuple(c for c in self.columns if c.required)


def core(name: str, kind: Kind, ja: str, en: str, vocabulary: str | None = None) -> Column:
    """A column that every fact of the kind has and that a row may leave empty."""
    return Column(name, kind, ja, en, vocabulary=vocabulary)


def required(
    name: str,
    kind: Kind,
    ja: str,
    en: str,
    vocabulary: str | None = None,
    *,
    unless: str | None = None,
    least: int | None = None,
) -> Column:
    """A core column that no row may leave empty, except where the yes/no column `unless` is true; no number of it is
    below `least`.
    """
    return Column(name, kind, ja, en, required=True, vocabulary=vocabulary, unless=unless, least=least)


def extra(name: str, kind: Kind, ja: str, en: str, vocabulary: str | None = None) -> Column:
    """A column that the catalogue knows and that many businesses do not have."""
    return Column(name, kind, ja, en, Role.EXTRA, vocabulary=vocabulary)


def derived(name: str, kind: Kind, ja: str, en: str, vocabulary: str | None = None) -> Column:
    """A column computed after loading; rows cannot bring it."""
    return Column(name, kind, ja, en, Role.DERIVED, vocabulary=vocabulary)
