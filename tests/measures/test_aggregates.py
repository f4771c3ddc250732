"""Aggregates of the rows that count: what does not count, and what nobody knows whether it does, is in none of them."""

from __future__ import annotations

import ibis

from keiki.measures.aggregates import count, distinct, mean, total, weighted_mean

ROWS = ibis.memtable(
    [("a", 10.0, True), ("a", 20.0, True), ("b", None, True), ("b", 40.0, False), ("c", 50.0, None)],
    schema={"name": "!string", "amount": "float64", "counts": "boolean"},
)
"""Three rows that count, one that does not, one of which nobody knows; every row has a name."""


def test_rows_that_do_not_count_are_in_no_aggregate() -> None:
    counts = ROWS.counts
    made = {
        "rows": count(ROWS, counts),
        "names": distinct(ROWS.name, counts),
        "sum": total(ROWS, ROWS.amount, counts),
        "mean": mean(ROWS.amount, counts),
        "weighted": weighted_mean(ROWS.amount, ROWS.amount, counts),
    }
    asked = ROWS.aggregate(**{f"{name}{n}": one for name, each in made.items() for n, one in enumerate(each.values)})
    (told,) = asked.to_pyarrow().to_pylist()
    assert {name: tuple(told[f"{name}{n}"] for n in range(len(each.values))) for name, each in made.items()} == {
        "rows": (3,),
        "names": (2,),
        "sum": (30.0, 3),
        "mean": (30.0, 2),
        "weighted": (500.0, 30.0),
    }


def test_without_a_condition_every_row_counts() -> None:
    asked = ROWS.aggregate(rows=count(ROWS, None).values[0], names=distinct(ROWS.name, None).values[0])
    assert asked.to_pyarrow().to_pylist() == [{"rows": 5, "names": 3}]
