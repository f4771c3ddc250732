"""The known values of vocabulary columns, with their labels and flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from keiki.errors import UnknownName

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Label:
    """A known value's words in both languages, what it counts as (`flags`) and where it belongs (`scopes`)."""

    ja: str
    en: str
    flags: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    def words(self, language: str) -> str:
        """The label in `ja` or `en`."""
        return self.ja if language.startswith("ja") else self.en


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    text = files("keiki.facts").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=Loader))


def domains() -> tuple[str, ...]:
    """The names of all vocabularies."""
    return tuple(_entries())


def vocabulary(domain: str, scope: str | None = None) -> dict[str, Label]:
    """The values of a vocabulary in their natural order, `UnknownName` when there is none of that name.

    `scope` keeps the values of one pipeline: `vocabulary("stage", "viewing")` is the order of its stages.
    Without it a value shared by several pipelines appears once, with the words of the first.

    >>> vocabulary("order_status")["returned"].ja
    '返品'
    """
    if domain not in _entries():
        raise UnknownName(kind="vocabulary", name=domain, known=_entries())
    return dict(_labels(domain, scope))


@cache
def _labels(domain: str, scope: str | None) -> dict[str, Label]:
    entries = [e for e in _entries()[domain] if scope is None or e.get("scope") == scope]
    return {str(entry["value"]): _label(_same(entries, entry["value"])) for entry in entries}


def _same(entries: Iterable[dict[str, Any]], value: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["value"] == value]


def _label(entries: list[dict[str, Any]]) -> Label:
    flags = dict.fromkeys(flag for entry in entries for flag in entry.get("flags", ()))
    scopes = tuple(entry["scope"] for entry in entries if "scope" in entry)
    return Label(entries[0]["ja"], entries[0]["en"], tuple(flags), scopes)
