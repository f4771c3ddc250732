"""What a person types about the ideal customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keiki.customers.ideal import THRESHOLD, IdealProfile, Trait
from keiki.errors import KeikiError

ROWS = 5
LONGEST = 1000


@dataclass(frozen=True)
class TraitRow:
    """One line of the form, as typed; values are separated by commas."""

    attribute: str = ""
    values: str = ""
    weight: str = ""


@dataclass(frozen=True)
class IdealForm:
    """The profile as typed. `profile` is None where it cannot be, and `error` says why."""

    rows: tuple[TraitRow, ...]
    threshold: str = str(THRESHOLD)
    profile: IdealProfile | None = None
    error: KeikiError | None = None

    @classmethod
    def of(cls, profile: IdealProfile | None) -> IdealForm:
        """The form that holds a profile, with empty lines after it."""
        rows = [TraitRow(t.attribute, ", ".join(t.values), str(t.weight)) for t in (profile.traits if profile else ())]
        threshold = profile.threshold if profile else THRESHOLD
        return cls((*rows, *[TraitRow()] * max(ROWS - len(rows), 1)), str(threshold), profile)

    @classmethod
    def read(cls, data: Mapping[str, str]) -> IdealForm:
        """The profile that was sent; lines without an attribute count for nothing."""
        count = range(len([name for name in data if name.startswith("attribute-")]))
        rows = tuple(
            TraitRow(*(data.get(f"{name}-{n}", "").strip()[:LONGEST] for name in ("attribute", "values", "weight")))
            for n in count
        )
        threshold = data.get("threshold", "").strip()[:10]
        try:
            profile = IdealProfile(tuple(_trait(row) for row in rows if row.attribute), _whole(threshold))
        except KeikiError as error:
            return cls(rows, threshold, error=error)
        return cls(rows, threshold, profile)


def _trait(row: TraitRow) -> Trait:
    parts = row.values.replace("、", ",").replace("，", ",").split(",")
    values = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    return Trait(row.attribute, values, _whole(row.weight))


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
