"""Columns that a fact does not declare: dimensions of the business, under names that formulas can use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from keiki.facts import fact as fact_of
from keiki.facts.casts import Reading, as_text, text

RESERVED = ("_row", "_import", "_problems", "_source_problem")


def dimension_name(heading: str, taken: Iterable[str] = ()) -> str:
    """A heading as a name: Japanese stays, spaces and signs become _, a number is added where the name is taken.

    >>> dimension_name("支払 方法（税込）"), dimension_name("2nd"), dimension_name("A", ["a"])
    ('支払_方法_税込', 'column_2nd', 'a_2')
    """
    plain = unicodedata.normalize("NFKC", heading).lower()
    name = re.sub(r"\W+", "_", plain).strip("_") or "column"
    if not name.isidentifier():
        name = f"column_{name}"
    used, number = set(taken), 2
    free = name
    while free in used:
        free, number = f"{name}_{number}", number + 1
    return free


def dimension_names(headings: Iterable[str], fact: str, targets: Iterable[str]) -> dict[str, str]:
    """Free names for all headings, none of them a column of the fact, a target of the mapping or one of ours."""
    taken = {*RESERVED, *targets, *(c.name for c in fact_of(fact).columns)}
    names: dict[str, str] = {}
    for heading in headings:
        names[heading] = dimension_name(heading, taken)
        taken.add(names[heading])
    return names


def dimension(raw: Any) -> Any:
    """A dimension's column: whole numbers and other numbers stay numbers, all else becomes text."""
    kind = raw.type()
    if kind.is_integer():
        return raw.try_cast("int64")
    if kind.is_floating() or kind.is_decimal():
        return raw.try_cast("float64")
    return text(raw, Reading()) if kind.is_string() else as_text(raw)
