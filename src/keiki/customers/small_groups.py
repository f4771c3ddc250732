"""Groups too small to be shown to others: a handful of customers could be told apart."""

from __future__ import annotations

from typing import TypeVar

LEAST = 5
"""The fewest customers of a group whose numbers leave the business."""

T = TypeVar("T")


def shareable(value: T, customers: int | None) -> T | None:
    """The value where it rests on nobody or on at least `LEAST` customers, else None.

    Everything that outsiders can see (shared views, their exports) passes here; pages and exports of the business's
    own people do not.

    >>> shareable(0.25, 4) is None, shareable(0.25, 5), shareable(0, 0)
    (True, 0.25, 0)
    """
    return None if customers is None or 0 < customers < LEAST else value
