"""What a check says: a code with its figures, put into words in the reader's language when it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from keiki.errors import KeikiError
from keiki.measures.document import Loader
from keiki.periods import Grain
from keiki.trees.build import Node

GAPS = re.compile(r" +([,. ])")
"""What an empty detail leaves behind."""

Write = Callable[[float | None, str], str]
"""How a value of a unit is written: the pages give their own number format."""


class Severity(StrEnum):
    """`red`: the design does not add up. `yellow`: look again. `info`: worth knowing."""

    RED = "red"
    YELLOW = "yellow"
    INFO = "info"


@dataclass(frozen=True)
class Name:
    """A name in a message, in both languages."""

    ja: str
    en: str


@dataclass(frozen=True)
class Figure:
    """A number in a message, with its unit; in a list also whose it is and for which period."""

    value: float | None
    unit: str = "number"
    of: Name | None = None
    period: Name | None = None


PERIODS = {
    Grain.DAY: Name("日", "day"),
    Grain.WEEK: Name("週", "week"),
    Grain.MONTH: Name("月", "month"),
    Grain.QUARTER: Name("四半期", "quarter"),
    Grain.YEAR: Name("年", "year"),
}
"""The word for one period."""

Detail = Figure | Name | str | int | tuple["Detail", ...]
Details = Mapping[str, Detail]


@dataclass(frozen=True)
class Said:
    """A sentence by its code in `findings.yaml`, with what it speaks of."""

    code: str
    details: Mapping[str, Detail] = field(default_factory=dict)

    def words(self, language: str, write: Write | None = None) -> str:
        """The sentence in `ja` or `en`."""
        return _filled(self.code, _in(language), self.details, language, write)


@dataclass(frozen=True)
class Finding:
    """One thing that a check found in a tree.

    `node` is where, None for the tree as a whole; `nodes` all it concerns. `error` holds a message of its own instead
    of one of `findings.yaml`. Sort by `severity` with `worst_first`.
    """

    code: str
    node: str | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    tree: str = ""
    error: KeikiError | None = None
    level: Severity | None = None

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.level or Severity(wordings()[self.code]["severity"])

    @property
    def subject(self) -> str:
        """What it is about: the node, else the tree."""
        return self.node or self.tree

    def message(self, language: str, write: Write | None = None) -> str:
        """What was found, in `ja` or `en`."""
        if self.error is not None:
            return self.error.words(language)
        return _filled(self.code, _in(language), self.details, language, write)

    def remedy(self, language: str, write: Write | None = None) -> str:
        """What to do about it, in `ja` or `en`; empty when the message says it."""
        if self.error is not None:
            return ""
        return _filled(self.code, f"do_{_in(language)}", self.details, language, write)

    def words(self, language: str, write: Write | None = None) -> str:
        """All of it in one line."""
        told = [part for part in (self.message(language, write), self.remedy(language, write)) if part]
        return f"{self.subject}: {('' if language.startswith('ja') else ' ').join(told)}"

    def __str__(self) -> str:
        return self.words("en")


def worst_first(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Red before yellow before info, otherwise in the order found."""
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def of_error(node: str | None, error: KeikiError, severity: Severity) -> Finding:
    """A finding whose words are those of an error."""
    code = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(error).__name__)
    return Finding(code.removeprefix("_"), node, error=error, level=severity)


def named(node: Node) -> Name:
    """The name of a node in both languages."""
    return Name(node.ja, node.en)


@cache
def wordings() -> dict[str, dict[str, str]]:
    """Every sentence by its code: `en`, `ja`, for findings also `severity`, `do_en`, `do_ja`."""
    text = files("keiki.trees").joinpath("findings.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=Loader))


def plain(value: float | None, unit: str) -> str:
    """A value without a page's number format: 2.5 %, 12,000.

    >>> plain(0.025, "ratio"), plain(80_000_000, "currency"), plain(34_722.22, "count")
    ('2.5%', '80,000,000', '34,722')
    """
    if value is None:
        return "—"
    if unit == "ratio":
        return f"{value * 100:,.4g}%" if abs(value) < 10 else f"{value * 100:,.0f}%"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def listed(nodes: Sequence[Node], most: int = 8) -> tuple[Detail, ...]:
    """The names of nodes, each once, for a sentence; beyond `most` the rest is only hinted at."""
    names = tuple(dict.fromkeys(named(node) for node in nodes))
    return names if len(names) <= most else (*names[:most], Name("ほか", "…"))


def _joined_up(parts: list[str], figure: str) -> str:
    return " ".join([parts[0], figure, *parts[1:]]).strip()


def _in(language: str) -> str:
    return "ja" if language.startswith("ja") else "en"


def _filled(code: str, key: str, details: Mapping[str, Detail], language: str, write: Write | None) -> str:
    shown: dict[str, Any] = {name: _shown(detail, language, write or plain) for name, detail in details.items()}
    return GAPS.sub(r"\1", wordings()[code].get(key, "").format(**shown))


def _shown(detail: Detail, language: str, write: Write) -> str:
    match detail:
        case Figure(value=value, unit=unit, of=None):
            return write(value, unit)
        case Figure(value=value, unit=unit, of=name, period=period):
            parts = [_shown(p, language, write) for p in (name, period) if p is not None]
            japanese = language.startswith("ja")
            return (
                f"{parts[0]} {''.join(parts[1:])}{write(value, unit)}"
                if japanese
                else _joined_up(parts, write(value, unit))
            )
        case Name(ja=ja, en=en):
            return ja if language.startswith("ja") else en
        case tuple():
            return ("、" if language.startswith("ja") else ", ").join(_shown(d, language, write) for d in detail)
        case _:
            return str(detail)
