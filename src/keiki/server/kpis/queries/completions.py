"""What may stand at a place of a formula that is being written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from keiki.catalogue.load import Catalogue
from keiki.catalogue.search import fold
from keiki.errors import KeikiError
from keiki.facts import FACTS, vocabulary
from keiki.formula.parse import FUNCTIONS
from keiki.measures.check import column_names, fact_of
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.access import catalogue_of
from keiki.server.kpis.queries.words import dimension_label


@dataclass(frozen=True)
class Completion:
    """Something that may stand where a person is typing: what to write, what it is called, and which kind it is."""

    write: str
    label: str
    kind: str


@dataclass(frozen=True)
class Completions:
    """What may stand in the place of `text[start:end]`."""

    start: int
    end: int
    options: tuple[Completion, ...]


MOST_OPTIONS: Final = 8
NAME_BEFORE = re.compile(r"[^\s\[\](),+\-*/=<>']*$")
VALUE_BEFORE = re.compile(r"(\w+)\s*(?:=|<>|in\s*\((?:\s*'[^']*'\s*,)*)\s*'([^']*)$")
BRACKET_BEFORE = re.compile(r"(\w+)\s*\[([^\[\]]*)$")


def completions(user: Any, business: Business, text: str, at: int, language: str) -> Completions:
    """What may be typed at a place of a formula: KPIs, measures and functions; inside [ ] the columns of what stands
    before it; inside quotes the known values of the column."""
    catalogue = catalogue_of(user, business)
    before = text[:at]
    bracket = BRACKET_BEFORE.search(before)
    value = VALUE_BEFORE.search(before)
    if bracket and value:
        return _completed(value[2], at, _values_of(value[1], language))
    typed = NAME_BEFORE.search(before)
    word = typed[0] if typed else ""
    if bracket:
        return _completed(word, at, _columns_of(catalogue, bracket[1], language))
    return _completed(word, at, _names_of(catalogue, language))


def _completed(word: str, at: int, options: Iterable[Completion]) -> Completions:
    """The options that hold the word, those that begin with it first, short ones before long ones."""
    wanted = fold(word)
    ranked = []
    for one in options:
        holding = [text for text in (fold(one.write), fold(one.label)) if wanted in text]
        if holding:
            ranked.append(
                (not any(text.startswith(wanted) for text in holding), min(map(len, holding)), one.write, one)
            )
    ranked.sort(key=lambda each: each[:3])
    return Completions(at - len(word), at, tuple(each[3] for each in ranked[:MOST_OPTIONS]))


def _names_of(catalogue: Catalogue, language: str) -> Iterator[Completion]:
    ja = language == "ja"
    for kpi in catalogue.kpis.values():
        yield Completion(kpi.id, kpi.ja if ja else kpi.en, "kpi")
    for measure in catalogue.measures.values():
        yield Completion(measure.id, measure.ja if ja else measure.en, "measure")
    for name in FUNCTIONS:
        yield Completion(f"{name}(", name, "function")


def _columns_of(catalogue: Catalogue, name: str, language: str) -> Iterator[Completion]:
    try:
        measures = [catalogue.measures[one.measure] for one in catalogue.asked(name)]
    except KeikiError:
        return
    each = [set(m.dimensions) if m.model is not None else set(column_names(fact_of(m.facts[0]))) for m in measures]
    for column in sorted(set.intersection(*each)) if each else ():
        yield Completion(column, dimension_label(column, language), "column")


def _values_of(column: str, language: str) -> Iterator[Completion]:
    columns = (declared.column(column) for declared in FACTS.values())
    domain = next((each.vocabulary for each in columns if each is not None and each.vocabulary), None)
    for value, label in vocabulary(domain).items() if domain else ():
        yield Completion(value, label.words(language), "value")
