"""What a page asks more than once is asked once: one person, one state of the data, from its first line to its last."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_told: ContextVar[dict[Hashable, Any] | None] = ContextVar("told", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """While a page is made. It must only read: what it changed it would not see."""
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """What `ask` gives: for a page that is being made the first time only, everywhere else each time.

    >>> answers = iter([1, 2, 3])
    >>> with one_page():
    ...     once("a", lambda: next(answers)), once("a", lambda: next(answers))
    (1, 1)
    >>> once("a", lambda: next(answers))
    2
    """
    told = _told.get()
    if told is None:
        return ask()
    if key not in told:
        told[key] = ask()
    found: T = told[key]
    return found
