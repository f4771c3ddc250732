"""Whom a text names: `@` and the name of a member, as people type it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

AT: Final = re.compile(r"(?<![0-9A-Za-z._%+-])[@＠](?=\S)")
"""What begins a name; not the middle of an e-mail address."""


@dataclass(frozen=True)
class Named:
    """Somebody who can be named: by the whole name, its first word where only one has it, or the e-mail address."""

    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Mention:
    """Where a text names somebody: the place of the `@` and the one after the name. `id` None: several have it."""

    start: int
    end: int
    id: int | None


def mentions(text: str, people: Sequence[Named]) -> tuple[Mention, ...]:
    """Every name in a text, in order; width, capitals and the space inside a name make no difference.

    >>> people = [Named(1, "佐藤 花子", "hanako@example.jp"), Named(2, "Ben Ito", "ben@example.jp")]
    >>> [(found.id, found.start, found.end) for found in mentions("@佐藤花子さん、＠ben を見て", people)]
    [(1, 0, 5), (2, 8, 12)]
    """
    called = tuple(_called(people))
    found: list[Mention] = []
    for at in AT.finditer(text):
        start = at.start()
        if found and start < found[-1].end:
            continue
        ends = [((end, whole), who) for name, whole, who in called if (end := _ends(text, at.end(), name)) is not None]
        if ends:
            nearest = max(near for near, _who in ends)
            who = {who for near, who in ends if near == nearest}
            found.append(Mention(start, nearest[0], who.pop() if len(who) == 1 else None))
    return tuple(found)


def _called(people: Sequence[Named]) -> Iterator[tuple[str, bool, int]]:
    """Every way to call somebody, without the spaces in it, and whether it is the whole of their name."""
    for each in people:
        first = each.name.split()[0] if each.name.split() else ""
        for name, whole in {(each.name, True), (each.email, True), (first, first == each.name)}:
            if folded := _folded(name):
                yield folded, whole, each.id


def _ends(text: str, start: int, name: str) -> int | None:
    """Where a name that begins at a place ends; None when another word stands there."""
    left = name
    for place in range(start, len(text)):
        letters = _folded(text[place])
        if not letters and place > start and text[place] in " \u3000":
            continue
        if not letters or not left.startswith(letters):
            return None
        left = left[len(letters) :]
        if not left:
            after = text[place + 1 : place + 2]
            return None if after.isascii() and after.isalnum() and text[place].isascii() else place + 1
    return None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def shared_names(text: str, found: Sequence[Mention]) -> tuple[str, ...]:
    """The names in a text that more than one person has, as typed."""
    return tuple(Counter(text[each.start : each.end] for each in found if each.id is None))
