"""The fields of a kpi-tree document: one table reads them, writes them and describes them in both languages."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from keiki.errors import FieldMissing, FieldUnknown, FieldWrong, TreeTooLarge
from keiki.measures.document import Entry, Place

DEEPEST = 40
"""Levels of a tree."""

LARGEST = 2_000
"""Nodes of a tree."""

LONGEST = 4_000
"""Characters of one text."""

DEEPEST_VALUE = 200
"""Lists and mappings inside each other; deeper is no document."""

SPAN = re.compile(r"[1-9][0-9]{0,3}[dwmy]")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    WORDS = "words"
    FLAG = "flag"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"
    SPAN = "span"
    SIGN = "sign"
    SERIES = "series"
    PAIRS = "pairs"
    RECORD = "record"
    RECORDS = "records"


@dataclass(frozen=True)
class Field:
    """One field: its name, what it holds, and what it means in Japanese and English.

    `options` are the only words it may be; `low` and `high` bound a number; `table` says what a record is made of.
    """

    name: str
    kind: Kind
    ja: str
    en: str
    needed: bool = False
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    table: Callable[[], Table] | None = None
    default: Any = None


@dataclass(frozen=True)
class Table:
    """A kind of record: its fields in the order they are written, and how a record is made of them.

    `make` gets the entry, for the places of its mistakes, and the values by name.
    """

    name: str
    ja: str
    en: str
    fields: tuple[Field, ...]
    make: Callable[[Entry, dict[str, Any]], Any]


@dataclass(frozen=True)
class Spot(Place):
    """A place in a document that has no lines: the way to it, as `root/children/2`."""

    def __str__(self) -> str:
        return self.file


def read(table: Table, entry: Entry, depth: int = 0) -> Any:
    """The record that an entry holds.

    Raises `FieldUnknown`, `FieldMissing` and `FieldWrong`; each names the line, the record and the field.
    """
    if depth > DEEPEST:
        raise TreeTooLarge(subject=_name(entry), count=depth, limit=DEEPEST, what="levels", what_ja="階層")
    vars(entry)["called"] = table.name
    known = {field.name for field in table.fields}
    for name in entry:
        if name not in known:
            raise FieldUnknown(kind="field", subject=_name(entry), name=name, known=known, place=entry.place(name))
    return table.make(entry, {field.name: _value(field, entry, depth) for field in table.fields})


def write(table: Table, record: Any) -> dict[str, Any]:
    """The record as plain mappings and lists in the order of its fields; what it does not say is left out.

    Days are `date`; `plain` makes them text.
    """
    shown: dict[str, Any] = {}
    for field in table.fields:
        value = getattr(record, field.name)
        if field.needed or value not in (field.default, None, (), ""):
            shown[field.name] = written(field, value)
    return shown


def plain(value: Any) -> Any:
    """Mappings and lists with days as text, ready for JSON."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def entry_of(content: Any, path: str = "", depth: int = 0) -> Any:
    """Plain mappings and lists as entries that know the way to them."""
    if depth > DEEPEST_VALUE:
        raise TreeTooLarge(subject=path[:60], count=depth, limit=DEEPEST_VALUE, what="levels", what_ja="階層")
    if isinstance(content, Mapping):
        entry = Entry(Spot(path or "/", 1))
        for key, value in content.items():
            name = str(key)
            here = f"{path}/{name}" if path else name
            entry.places[name] = Spot(here, 1)
            entry[name] = entry_of(value, here, depth + 1)
        return entry
    if isinstance(content, list | tuple):
        return [entry_of(item, f"{path}/{index}", depth + 1) for index, item in enumerate(content)]
    return content


def wrong(entry: Entry, field: str, value: Any, options: str, options_ja: str | None = None) -> FieldWrong:
    """The error that a field cannot be so; what it may be is told in both languages, where that is more than signs."""
    ja = options if options_ja is None else options_ja
    place = entry.place(field)
    return FieldWrong(
        subject=_name(entry), field=field, value=_short(value), options=options, options_ja=ja, place=place
    )


def missing(entry: Entry, field: str) -> FieldMissing:
    """The error that a field is not there."""
    return FieldMissing(subject=_name(entry), field=field, place=entry.at)


def _name(entry: Entry) -> str:
    """What messages call a record: its id, its KPI, else what kind of record it is."""
    found = entry.get("id") or entry.get("kpi") or vars(entry).get("called")
    return found if isinstance(found, str) else str(entry.at)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    try:
        return str(value)[:60]
    except ValueError:  # a whole number with more digits than Python writes
        return "…"


def _value(field: Field, entry: Entry, depth: int) -> Any:
    value = entry.get(field.name)
    if value is None or value == "":
        if field.needed:
            raise missing(entry, field.name)
        return field.default
    return READERS[field.kind](field, entry, value, depth)


def _text(field: Field, entry: Entry, value: Any, depth: int) -> str:
    if isinstance(value, dict | list | bool):
        raise wrong(entry, field.name, value, "text", "文字")
    text = value if isinstance(value, str) else _short(value)
    if len(text) > LONGEST:
        raise wrong(entry, field.name, f"{text[:30]}…", f"up to {LONGEST:,} characters", f"{LONGEST:,}文字まで")
    if field.options and text not in field.options:
        raise wrong(entry, field.name, text, ", ".join(field.options))
    return text


def _words(field: Field, entry: Entry, value: Any, depth: int) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(_text(field, entry, item, depth) for item in listed)


def _flag(field: Field, entry: Entry, value: Any, depth: int) -> bool:
    if not isinstance(value, bool):
        raise wrong(entry, field.name, value, "true, false")
    return value


def _number(field: Field, entry: Entry, value: Any, depth: int) -> float:
    return number(entry, field.name, value)


def number(entry: Entry, name: str, value: Any) -> float:
    """A finite number; `FieldWrong` for text, for true and false, and for what is too large."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(entry, name, value, "1200, 0.03")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise wrong(entry, name, value, "1200, 0.03")
    return found


def _whole(field: Field, entry: Entry, value: Any, depth: int) -> int:
    low, high = field.low or 0, field.high if field.high is not None else math.inf
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise wrong(entry, field.name, value, f"{low:g} – {high:g}" if high < math.inf else f"≥ {low:g}")
    return value


def day(entry: Entry, name: str, value: Any) -> date:
    """A day from YAML's own date, or from text as `2026-04-01` or `2026-04`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(f"{value}-01" if MONTH.fullmatch(value) else value)
        except ValueError:
            pass
    raise wrong(entry, name, value, "2026-04-01")


def _day(field: Field, entry: Entry, value: Any, depth: int) -> date:
    return day(entry, field.name, value)


def _span(field: Field, entry: Entry, value: Any, depth: int) -> str:
    if not isinstance(value, str) or SPAN.fullmatch(value) is None:
        raise wrong(entry, field.name, value, "6m, 90d, 2w, 1y")
    return value


def _sign(field: Field, entry: Entry, value: Any, depth: int) -> int:
    if value not in ("+", "-"):
        raise wrong(entry, field.name, value, '"+", "-"')
    return 1 if value == "+" else -1


def _series(field: Field, entry: Entry, value: Any, depth: int) -> tuple[tuple[date, float], ...]:
    if not isinstance(value, Entry):
        raise wrong(entry, field.name, value, "{2026-04: 100, 2026-05: 120}")
    pairs = sorted((day(value, key, key), number(value, key, given)) for key, given in value.items())
    for before, after in itertools.pairwise(pairs):
        if before[0] == after[0]:
            raise wrong(entry, field.name, after[0], f"{after[0]} ×1")
    return tuple(pairs)


def _pairs(field: Field, entry: Entry, value: Any, depth: int) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Entry):
        raise wrong(entry, field.name, value, "{name: value}")
    found = []
    for name, given in value.items():
        plain_value = str(given).lower() if isinstance(given, bool) else given
        found.append((name, _text(Field(name, Kind.TEXT, "", ""), value, plain_value, 0)))
    return tuple(sorted(found))


def _record(field: Field, entry: Entry, value: Any, depth: int) -> Any:
    if not isinstance(value, Entry) or field.table is None:
        raise wrong(entry, field.name, value, "{…: …}")
    return read(field.table(), value, depth)


def _records(field: Field, entry: Entry, value: Any, depth: int) -> tuple[Any, ...]:
    if field.table is None or not isinstance(value, list):
        raise wrong(entry, field.name, value, "- …: …")
    if len(value) > LARGEST:
        raise TreeTooLarge(subject=_name(entry), count=len(value), limit=LARGEST, what="entries", what_ja="項目数")
    return tuple(_each(field, field.table(), entry, value, depth + 1))


def _each(field: Field, table: Table, entry: Entry, value: list[Any], depth: int) -> Iterator[Any]:
    for item in value:
        if not isinstance(item, Entry):
            raise wrong(entry, field.name, item, "- …: …")
        yield read(table, item, depth)


READERS: dict[Kind, Callable[[Field, Entry, Any, int], Any]] = {
    Kind.TEXT: _text,
    Kind.WORDS: _words,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.DATE: _day,
    Kind.SPAN: _span,
    Kind.SIGN: _sign,
    Kind.SERIES: _series,
    Kind.PAIRS: _pairs,
    Kind.RECORD: _record,
    Kind.RECORDS: _records,
}


def written(field: Field, value: Any) -> Any:
    """A value as plain data; days stay `date`."""
    match field.kind:
        case Kind.TEXT:
            return str(value)  # a word of an enumeration is written as the word
        case Kind.NUMBER:
            return shortest(value)
        case Kind.SIGN:
            return "+" if value > 0 else "-"
        case Kind.WORDS:
            return list(value)
        case Kind.SERIES:
            return {on.isoformat()[:7] if on.day == 1 else on.isoformat(): shortest(given) for on, given in value}
        case Kind.PAIRS:
            return dict(value)
        case Kind.RECORD if field.table is not None:
            return write(field.table(), value)
        case Kind.RECORDS if field.table is not None:
            return [write(field.table(), item) for item in value]
    return value


def shortest(value: float) -> float | int:
    """A whole number without its “.0”.

    >>> shortest(100.0), shortest(0.03)
    (100, 0.03)
    """
    return int(value) if value == int(value) and abs(value) < 1e15 else value
