"""Groups too small to be shown to others: a handful of customers could be told apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

LEAST = 5
"""The fewest customers of a group whose numbers leave the business."""

T = TypeVar("T")


def shareable(value: T, customers: int | None) -> T | None:
    """The value where it rests on nobody or on at least `LEAST` customers, else None.

    Everything that outsiders can see passes here: shared views, and files that leave a page; pages and lists of the
    business's own people do not.

    >>> shareable(0.25, 4) is None, shareable(0.25, 5), shareable(0, 0)
    (True, 0.25, 0)
    """
    return None if customers is None or 0 < customers < LEAST else value


def small_parts(customers: Sequence[int]) -> frozenset[int]:
    """The places of the parts of a whole that are not told: those of one to four customers and, where that is only
    one, the smallest other, or it would be the whole less the rest.

    >>> sorted(small_parts([90, 3, 20, 7])), sorted(small_parts([2, 3, 40])), sorted(small_parts([5, 0, 9]))
    ([1, 3], [0, 1], [])
    """
    return frozenset(place for _row, place in small_cells([customers], columns=False))


def small_cells(rows: Sequence[Sequence[int]], *, columns: bool | Collection[int] = True) -> frozenset[tuple[int, int]]:
    """The cells of a table of customers that are not told: those of one to four, and as many others as it takes so that
    no row and no column (of `columns`: all, none, or those at the places whose total is told) misses a single cell,
    which its total would give away.
    """
    width = len(rows[0]) if rows else 0
    totals = range(width if columns else 0) if isinstance(columns, bool) else columns
    lines = [[(r, c) for c in range(width)] for r in range(len(rows))]
    lines += [[(r, c) for r in range(len(rows))] for c in totals]
    hidden = {(r, c) for r, row in enumerate(rows) for c, count in enumerate(row) if 0 < count < LEAST}
    while True:
        alone = [line for line in lines if len(line) > 1 and len(hidden.intersection(line)) == 1]
        if not alone:
            return frozenset(hidden)
        others = [cell for cell in alone[0] if cell not in hidden]
        hidden.add(min(others, key=lambda cell: (not rows[cell[0]][cell[1]], rows[cell[0]][cell[1]], cell)))
