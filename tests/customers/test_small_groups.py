"""Which groups are told to others, and that what is left out cannot be worked out from the rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keiki.customers.small_groups import LEAST, small_cells, small_parts

counts = st.integers(0, 12)
tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(tables)
def test_no_row_and_no_column_misses_a_single_cell_that_its_total_would_give_away(rows: list[list[int]]) -> None:
    hidden = small_cells(rows)
    assert all((r, c) in hidden for r, row in enumerate(rows) for c, n in enumerate(row) if 0 < n < LEAST)
    by_row = [sum((r, c) in hidden for c in range(len(rows[0]))) for r in range(len(rows))]
    by_column = [sum((r, c) in hidden for r in range(len(rows))) for c in range(len(rows[0]))]
    assert all(n != 1 for n in by_row) or len(rows[0]) == 1
    assert all(n != 1 for n in by_column) or len(rows) == 1


@given(st.lists(counts, min_size=2, max_size=12))
def test_parts_are_left_out_only_where_one_is_of_one_to_four(parts: list[int]) -> None:
    hidden = small_parts(parts)
    assert bool(hidden) == any(0 < n < LEAST for n in parts)
    assert len(hidden) != 1


def test_a_table_without_small_cells_is_told_whole() -> None:
    assert small_cells([[5, 0], [9, 12]]) == frozenset()
