"""What dimensions, their values, units and facts are called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from keiki.facts import FACTS
from keiki.measures.check import fact_of
from keiki.measures.units import unit as unit_of


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A formula's text with names in the place of ids, and signs as people write them.

    >>> renamed("orders * order_value", {"orders": "注文数", "order_value": "単価"})
    '注文数 × 単価'
    """
    signs = {" * ": " × ", " / ": " ÷ ", " - ": " − "}
    return re.sub(
        r"[A-Za-z_][A-Za-z0-9_]*| [-*/] ", lambda found: names.get(found[0]) or signs.get(found[0], found[0]), text
    )


def dimension_label(name: str, language: str) -> str:
    """What a dimension is called, from the first fact that declares it; its own name when none does."""
    columns = (declared.column(name) for declared in FACTS.values())
    column = next((each for each in columns if each is not None), None)
    return name if column is None else column.ja if language == "ja" else column.en


def unit_words(name: str, language: str) -> str:
    """What a unit is called."""
    found = unit_of(name)
    return found.ja if language == "ja" else found.en


def fact_words(name: str, language: str) -> str:
    """What a fact, or a record of Keiki itself, is called."""
    found = fact_of(name)
    return found.ja if language == "ja" else found.en
