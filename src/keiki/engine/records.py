"""Records as JSON and back, exactly: what a question found can lie in a file. Nothing but data is ever read back."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

PACKAGE: Final = "keiki"
TEXTS: Final[dict[type, tuple[str, Callable[[Any], str], Callable[[str], Any]]]] = {
    Decimal: ("decimal", str, Decimal),
    date: ("date", date.isoformat, date.fromisoformat),
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
}
MANY: Final[dict[type, str]] = {tuple: "tuple", list: "list", frozenset: "frozenset"}
FROM_TEXT: Final = {name: read for name, _write, read in TEXTS.values()}
FROM_MANY: Final[dict[str, Callable[[Any], Any]]] = {name: kind for kind, name in MANY.items()}


class NotPlain(TypeError):
    """A value that is more than data: it is not kept."""


def stated(value: Any) -> Any:
    """A value as JSON: plain ones as they are, every other as a list that begins with what it is.

    Raises NotPlain for what would not come back as it was.
    """
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return float(value)  # a solver's own kind of float too
    if kind in TEXTS:
        name, write, _read = TEXTS[kind]
        return [name, write(value)]
    if kind in MANY:
        return [MANY[kind], *map(stated, value)]
    if kind is dict:
        return ["dict", *([stated(key), stated(each)] for key, each in value.items())]
    if kind.__module__.partition(".")[0] == PACKAGE and "<" not in kind.__qualname__:
        if isinstance(value, Enum):
            return ["enum", kind.__module__, kind.__qualname__, value.name]
        if is_dataclass(value) and kind.__dataclass_params__.frozen:
            return [
                "record",
                kind.__module__,
                kind.__qualname__,
                *(stated(getattr(value, each.name)) for each in fields(value)),
            ]
    raise NotPlain(kind)


def read(told: Any) -> Any:
    """The value that `stated` wrote. Records are filled without running their code; other classes are refused."""
    if type(told) is not list:
        return told
    name, *rest = told
    if name in FROM_TEXT:
        return FROM_TEXT[name](rest[0])
    if name in FROM_MANY:
        return FROM_MANY[name](map(read, rest))
    if name == "dict":
        return {read(key): read(each) for key, each in rest}
    kind = _class(*rest[:2])
    if name == "enum" and issubclass(kind, Enum):
        return kind[rest[2]]
    if name == "record" and is_dataclass(kind):
        record: Any = object.__new__(kind)
        for each, value in zip(fields(kind), rest[2:], strict=True):
            object.__setattr__(record, each.name, read(value))
        return record
    raise NotPlain(kind)


def _class(module: str, qualified: str) -> type:
    """A class of the package by its name."""
    if module.partition(".")[0] != PACKAGE:
        raise NotPlain(module)
    found: Any = sys.modules.get(module) or importlib.import_module(module)
    for name in qualified.split("."):
        found = getattr(found, name)
    if not isinstance(found, type):
        raise NotPlain(qualified)
    return found
