"""What the commands print: tables and words for people, JSON for programs, progress on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from textwrap import indent
from typing import Any, Protocol

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from keiki.cli.words import say

WIDTH_OF_A_FILE = 160
"""Columns when the output is not a terminal, so that tables in files and pipes are not cut."""


class Words(Protocol):
    """What is going on, in both languages."""

    @property
    def en(self) -> str: ...

    @property
    def ja(self) -> str: ...


def console(*, errors: bool = False) -> Console:
    """The terminal, or a wide page when the output goes into a file."""
    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_OF_A_FILE)


def tell(text: str) -> None:
    """Words for a person, as they are."""
    console().print(escape(text), soft_wrap=True)


def tell_what_is(*texts: str) -> None:
    """Tell each of the texts that says anything."""
    for text in texts:
        if text:
            tell(text)


def complain(text: str) -> None:
    """What went wrong, on the error stream."""
    console(errors=True).print(escape(text), style="red", soft_wrap=True)


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, figures: int = 1) -> None:
    """Rows under a head; columns from `figures` on are numbers and stand to the right."""
    table = Table(box=SIMPLE, pad_edge=False)
    for index, name in enumerate(head):
        table.add_column(escape(name), justify="right" if index >= figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console().print(table)


def show_json(value: Any) -> None:
    """The value as JSON for a program; None is null, money is an exact text, days are ISO dates."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def show_json_list(values: Iterable[Any]) -> None:
    """The same list as `show_json`, written while it comes: it may have any length."""
    between = "[\n"
    for value in values:
        print(between + indent(json.dumps(value, ensure_ascii=False, indent=2, default=_plain), "  "), end="")
        between = ",\n"
    print("[]" if between == "[\n" else "\n]")


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


@contextmanager
def progress(title: str) -> Iterator[Callable[[float, Words], None]]:
    """A bar that moves with a fraction and words about it; nothing is drawn when nobody looks."""
    screen = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(escape(title), total=1.0)

        def move(fraction: float, words: Words) -> None:
            bar.update(task, completed=fraction, description=escape(say(words.en, words.ja)))

        yield move
