from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiki.customers.clv.grouped import History, Unit
from keiki.errors import CustomersImpossible, NoCustomers

customers = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 400), st.integers(0, 400)).map(lambda c: (c[0], c[1], c[1] + c[2])),
    min_size=1,
    max_size=60,
)


@settings(deadline=None)
@given(customers, st.sampled_from([1.0, 7.0, 3.3, 1e-7]))
def test_grouping_keeps_every_customer(rows: list[tuple[int, int, int]], length: float) -> None:
    x, last, age = np.array(rows, dtype=float).T
    grouped = History.of(x, last / length, age / length).grouped()
    found = zip(grouped.frequency, grouped.recency, grouped.age, grouped.customers, strict=True)
    expected: dict[tuple[float, float, float], int] = {}
    for row in rows:
        key = (row[0], row[1] / length, row[2] / length)
        expected[key] = expected.get(key, 0) + 1
    assert {(a, b, c): n for a, b, c, n in found} == expected


def test_another_unit_is_the_same_time() -> None:
    weeks = History.of([1], [14], [21]).told_in(Unit.WEEK)
    assert (weeks.recency[0], weeks.age[0], weeks.unit) == (2.0, 3.0, Unit.WEEK)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ((-1, 0, 5), "frequency"),
        ((1, 9, 5), "recency ≤ age"),
        ((0, 3, 5), "frequency = 0"),
        ((float("nan"), 0, 5), "numbers"),
    ],
)
def test_impossible_customers_are_named_by_row_and_rule(row: tuple[float, float, float], rule: str) -> None:
    x, last, age = row
    with pytest.raises(CustomersImpossible) as caught:
        History.of([0, x], [0, last], [5, age])
    assert caught.value.details["row"] == 2
    assert rule in str(caught.value)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(CustomersImpossible):
        History.of([0, 1], [0], [5, 5])


def test_nobody_is_an_error() -> None:
    with pytest.raises(NoCustomers):
        History.of([], [], []).grouped()


def test_columns_cannot_be_changed() -> None:
    history = History.of([1], [2], [3])
    with pytest.raises(ValueError, match="read-only"):
        history.age[0] = 9
