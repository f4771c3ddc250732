"""Measures read from YAML, checked, and ready by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from keiki.errors import DeclaredTwice, KeikiError, WrongDeclarations, WrongField
from keiki.formula.parse import parse_column, parse_condition
from keiki.measures.check import problems_of
from keiki.measures.document import Entry, Problem, entries, read
from keiki.measures.measure import Aggregation, Measure, Timing
from keiki.measures.units import unit

Option = TypeVar("Option", bound=StrEnum)
DECLARED = Path(__file__).parent / "declared"


@cache
def load_measures() -> Mapping[str, Measure]:
    """The built-in measures by id; `WrongDeclarations` when one of them is wrong."""
    measures, problems = read_measures([DECLARED])
    raise_for(problems)
    return MappingProxyType(measures)


def read_measures(folders: Iterable[Path]) -> tuple[dict[str, Measure], tuple[Problem, ...]]:
    """The measures of the folders' YAML files and what is wrong in them; a later folder replaces by id."""
    measures: dict[str, Measure] = {}
    problems: list[Problem] = []
    for folder in folders:
        found = _read_folder(folder, problems)
        measures.update(found)
    return measures, tuple(problems)


def raise_for(problems: Iterable[Problem]) -> None:
    """`WrongDeclarations` when any of the problems is an error."""
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        raise WrongDeclarations(
            count=len(errors), first=str(errors[0]), first_ja=errors[0].words("ja"), problems=tuple(errors)
        )


def _read_folder(folder: Path, problems: list[Problem]) -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    places: dict[str, object] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = read(path)
            listed = list(entries(document, "measures"))
        except KeikiError as error:
            problems.append(Problem(path.name, error))
            continue
        for entry in listed:
            try:
                measure = measure_of(entry, document.optional("fact"))
                if measure.id in found:
                    raise DeclaredTwice(name=measure.id, first=places[measure.id])
            except KeikiError as error:
                problems.append(Problem(entry.name, error, entry.at))
                continue
            wrong = [Problem(measure.id, error, entry.at) for error in problems_of(measure)]
            problems += wrong
            if not wrong:
                found[measure.id] = measure
                places[measure.id] = entry.at
    return found


def measure_of(entry: Entry, fact: str | None = None) -> Measure:
    """One measure from its declaration; `fact` is that of the file when the entry names none."""
    column, where, fallback = entry.optional("column"), entry.optional("where"), entry.get("fallback")
    return Measure(
        id=entry.text("id"),
        ja=entry.text("ja"),
        en=entry.text("en"),
        fact=fact if fact and "fact" not in entry else entry.text("fact"),
        aggregation=choice(entry, "aggregation", Aggregation),
        column=parse_column(column) if column else None,
        where=parse_condition(where) if where else None,
        time=entry.text("time"),
        timing=choice(entry, "timing", Timing),
        unit=unit(entry.text("unit")).name,
        dimensions=entry.words("dimensions"),
        model=entry.optional("model"),
        params=entry.pairs("params"),
        accepts=entry.words("accepts"),
        time_fallback=entry.optional("time_fallback"),
        fallback=_fallback(entry, fallback) if isinstance(fallback, Entry) else None,
    )


def choice(entry: Entry, field: str, options: type[Option]) -> Option:
    """A field that must be one of an enumeration's words; `WrongField` lists them."""
    value = entry.text(field)
    if value not in list(options):
        raise WrongField(subject=entry.name, field=field, value=value, options=", ".join(options))
    return options(value)


def _fallback(entry: Entry, given: Entry) -> Measure:
    for field in ("id", "ja", "en", "timing", "unit"):
        given[field] = entry.get(field)
    return measure_of(given)
