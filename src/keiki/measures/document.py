"""A YAML file of declarations, read so that every value still knows its line, and the problems found in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from keiki.errors import KeikiError, MissingField, UnreadableDeclaration, WrongField

LARGEST_FILE = 2_000_000
"""Bytes; a file of declarations larger than this is a mistake."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Place:
    """A line of a file, as a person would look it up: `orders.yaml:12`."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """Something wrong with a declaration: of what, where, and an error that says it in both languages.

    A `warning` leaves the declaration usable; an `error` leaves it out.
    """

    subject: str
    error: KeikiError
    place: Place | None = None
    severity: str = "error"

    def words(self, language: str) -> str:
        """The problem in one line, with its place in front."""
        if isinstance(self.error, UnreadableDeclaration):
            return self.error.words(language)
        where = f"{self.place} " if self.place else ""
        return f"{where}{self.subject}: {self.error.words(language)}"

    def __str__(self) -> str:
        return self.words("en")


class Entry(dict[str, Any]):
    """A mapping of a YAML file that knows the place of itself and of each of its keys."""

    def __init__(self, at: Place) -> None:
        super().__init__()
        self.at = at
        self.places: dict[str, Place] = {}

    def place(self, field: str) -> Place:
        """Where a field stands; the entry itself when it has no such field."""
        return self.places.get(field, self.at)

    def text(self, field: str) -> str:
        """A field that must be there and must be text; `MissingField` otherwise."""
        value = self.get(field)
        if value is None or value == "":
            raise MissingField(subject=self.name, field=field, place=self.at)
        return str(value)

    def optional(self, field: str) -> str | None:
        """A field as text, None when it is absent or empty."""
        value = self.get(field)
        return None if value is None or value == "" else str(value)

    def words(self, field: str) -> tuple[str, ...]:
        """A field that holds a list of words; one word stands for a list of one."""
        value = self.get(field)
        if value is None:
            return ()
        if isinstance(value, dict):
            raise WrongField(subject=self.name, field=field, value="{…}", options="[word, word]")
        return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)

    def pairs(self, field: str) -> tuple[tuple[str, str], ...]:
        """A field that holds `name: value` pairs, sorted by name."""
        value = self.get(field) or {}
        if not isinstance(value, dict):
            raise WrongField(subject=self.name, field=field, value=str(value), options="{name: value}")
        return tuple(sorted((str(k), _plain(v)) for k, v in value.items()))

    def flag(self, field: str) -> bool:
        """A field that is true or false; absent is false."""
        value = self.get(field, False)
        if not isinstance(value, bool):
            raise WrongField(subject=self.name, field=field, value=str(value), options="true, false")
        return value

    @property
    def name(self) -> str:
        """What messages call it: its id, or its place."""
        return str(self.get("id") or self.at)


def read(path: Path) -> Entry:
    """The mapping a YAML file holds; `UnreadableDeclaration` names the line that cannot be read."""
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableDeclaration(place=Place(path.name, 1), detail=f"> {LARGEST_FILE:,} bytes")
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, file: str) -> Entry:
    """The mapping a YAML text holds, with `file` as the name in its places."""
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        content = _Reader(loader, file).value(node) if node is not None else Entry(Place(file, 1))
    except (yaml.YAMLError, RecursionError, ValueError) as reason:
        raise UnreadableDeclaration(place=_place_of(reason, file), detail=_short(reason)) from reason
    finally:
        loader.dispose()
    if not isinstance(content, Entry):
        raise UnreadableDeclaration(place=Place(file, 1), detail="name: value …")
    return content


def entries(document: Entry, field: str) -> Iterator[Entry]:
    """The mappings in a list of a document."""
    listed = document.get(field) or []
    for item in listed if isinstance(listed, list) else [listed]:
        if not isinstance(item, Entry):
            raise WrongField(subject=document.name, field=field, value=str(item), options="- id: …")
        yield item


class _Reader:
    """Turns composed nodes into values; an alias is refused since a small file could unfold to a huge one."""

    def __init__(self, loader: Any, file: str) -> None:
        self.loader = loader
        self.file = file
        self.seen: set[int] = set()

    def value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self.loader.construct_object(node)
        if id(node) in self.seen:
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=node.start_mark)
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        return self.entry(node)

    def entry(self, node: Any) -> Entry:
        entry = Entry(self.at(node))
        for key_node, value_node in node.value:
            key = str(self.value(key_node))
            if key in entry:
                raise yaml.MarkedYAMLError(problem=f"{key} ×2", problem_mark=key_node.start_mark)
            entry.places[key] = self.at(key_node)
            entry[key] = self.value(value_node)
        return entry

    def at(self, node: Any) -> Place:
        return Place(self.file, node.start_mark.line + 1)


def _place_of(reason: Exception, file: str) -> Place:
    mark = getattr(reason, "problem_mark", None)
    return Place(file, mark.line + 1 if mark else 1)


def _short(reason: Exception) -> str:
    return str(getattr(reason, "problem", None) or reason).split("\n")[0]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
