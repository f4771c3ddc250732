"""Tables from Python: Ibis, pyarrow, pandas, polars, a dict of columns, a list of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr import types as ir

from keiki.errors import SourceEmpty, SourceNotTabular
from keiki.sources.layout import column_names


def open_table(rows: object) -> ir.Table:
    """Anything tabular as an Ibis table; rows in memory get their number as `_row`, an Ibis table stays as it is.

    Raises `SourceNotTabular` for what has no columns and `SourceEmpty` for a table without any.
    """
    if isinstance(rows, ir.Table):
        return rows
    table = _arrow(rows)
    if not table.num_columns:
        raise SourceEmpty(name=type(rows).__name__)
    if "_row" not in table.column_names:
        table = table.rename_columns(column_names([str(c) for c in table.column_names]))
        table = table.append_column("_row", pa.array(np.arange(1, table.num_rows + 1, dtype="int64")))
    return ibis.memtable(table)


def _arrow(rows: Any) -> pa.Table:
    try:
        if isinstance(rows, pa.Table):
            return rows
        if isinstance(rows, Sequence) and not isinstance(rows, str | bytes):
            rows = _columns([dict(row) for row in rows])
        if isinstance(rows, Mapping):
            return pa.table({str(heading): pa.array(_plain(cells)) for heading, cells in rows.items()})
        if hasattr(rows, "iloc"):
            # A pandas frame: its index is no column.
            return pa.Table.from_pandas(rows, preserve_index=False)
        if hasattr(rows, "__arrow_c_stream__"):
            return pa.table(rows)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError) as error:
        raise SourceNotTabular(kind=type(rows).__name__, detail=str(error)) from error
    raise SourceNotTabular(kind=type(rows).__name__, detail="")


def _columns(rows: list[dict[Any, Any]]) -> dict[Any, list[Any]]:
    """The columns of rows: every key that any of them has, empty where a row has it not."""
    headings = dict.fromkeys(heading for row in rows for heading in row)
    return {heading: [row.get(heading) for row in rows] for heading in headings}


def _plain(cells: Any) -> Any:
    """Cells of one kind as they are; cells of several kinds as text, so that one odd cell is refused alone."""
    if isinstance(cells, np.ndarray) and cells.dtype != object:
        return cells
    listed = list(cells)
    kinds = {type(cell) for cell in listed if cell is not None}
    if len(kinds) > 1 and str in kinds:
        return [None if cell is None else str(cell) for cell in listed]
    return listed
