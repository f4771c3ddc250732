"""Pages of ordered rows: each row is on exactly one, in the order of the whole."""

from __future__ import annotations

import ibis

from keiki.customers.paging import page_of


def test_pages_hold_every_row_once_and_in_order() -> None:
    table = ibis.memtable({"name": list("dbacegf"), "worth": [1, 1, 3, 2, 2, 3, 1]})
    order = [ibis.desc(table.worth), table.name]
    pages = [page_of(table, order, offset, 3).to_pyarrow()["name"].to_pylist() for offset in (0, 3, 6, 9)]
    assert pages == [["a", "g", "c"], ["e", "b", "d"], ["f"], []]
