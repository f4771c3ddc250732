"""Words of a source become the known values of a vocabulary; words nobody knows are kept and listed."""

from __future__ import annotations

from typing import Any

import ibis

from keiki.facts.contract import Column
from keiki.facts.functions import one_of
from keiki.facts.vocabulary import vocabulary


def known_words(domain: str) -> dict[str, str]:
    """Lower-case words that mean a value of the vocabulary: the value itself and its label in either language."""
    labels = vocabulary(domain)
    words: dict[str, set[str]] = {}
    for value, label in labels.items():
        for word in (label.ja, label.en):
            words.setdefault(word.lower(), set()).add(value)
    clear = {word: next(iter(values)) for word, values in words.items() if len(values) == 1}
    return {**clear, **{value.lower(): value for value in labels}}


def renamed(value: Any, column: Column | None, values: dict[str, str]) -> Any:
    """The text with the source's words replaced: first by the rule's own `values`, then by the vocabulary."""
    known = vocabulary(column.vocabulary) if column is not None and column.vocabulary else {}
    spoken = {} if column is None or not column.vocabulary else known_words(column.vocabulary)
    own = {word.lower(): meant for word, meant in values.items()}
    words = spoken | own
    if not words:
        return value
    plain = value.lower()
    looked_up = ibis.cases(*((plain == word, meant) for word, meant in words.items()), else_=value)
    kept = [known_value for known_value in known if known_value not in own]
    return ibis.cases((one_of(value, kept), value), else_=looked_up) if kept else looked_up
