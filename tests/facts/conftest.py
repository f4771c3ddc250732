"""A DuckDB on which expressions of these tests run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import ibis
import pyarrow as pa
import pytest


@pytest.fixture(scope="session")
def connection() -> Any:
    return ibis.duckdb.connect()


@pytest.fixture(scope="session")
def prepare(connection: Any) -> Callable[..., Callable[[Sequence[Any]], list[Any]]]:
    """An expression over one column, compiled once, to be asked about many lists of cells."""
    numbers = count()

    def prepared(expression: Callable[[Any], Any], kind: str = "string") -> Callable[[Sequence[Any]], list[Any]]:
        schema = ibis.schema({"at": "int64", "cell": kind})
        name = f"cells_{next(numbers)}"
        table = connection.create_table(name, schema=schema, temp=True)
        query = connection.compile(table.select("at", value=expression(table.cell)).order_by("at"))

        def values(cells: Sequence[Any]) -> list[Any]:
            connection.con.execute(f"DELETE FROM {name}")
            arrived = pa.table({"at": range(len(cells)), "cell": cells}, schema=schema.to_pyarrow())
            connection.con.register("arrived", arrived)
            connection.con.execute(f"INSERT INTO {name} FROM arrived")
            return connection.con.execute(query).to_arrow_table()["value"].to_pylist()

        return values

    return prepared


@pytest.fixture
def read(prepare: Callable[..., Any]) -> Callable[..., list[Any]]:
    """What an expression makes of the cells of one column, in order; cells are text unless an Arrow array says more."""

    def values(expression: Callable[[Any], Any], cells: Any) -> list[Any]:
        if isinstance(cells, pa.Array):
            kind = str(ibis.schema(pa.schema({"cell": cells.type}))["cell"])
            return prepare(expression, kind)(cells)
        return prepare(expression)(list(cells))

    return values
