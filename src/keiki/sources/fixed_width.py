"""Text in columns of fixed width, read by a given layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ibis.expr import types as ir

from keiki.errors import SourceEmpty
from keiki.sources.delimited import temporary_folder
from keiki.sources.encoding import sniff_encoding, to_utf8
from keiki.sources.limits import Limits
from keiki.sources.sql import name, quoted

Layout = Mapping[str, tuple[int, int]]
"""Name of a column → its first character and the one after its last, counted from 0."""


def open_fixed_width(
    path: Path, connection: Any, limits: Limits, layout: Layout, *, skip: int = 0, encoding: str | None = None
) -> tuple[ir.Table, str]:
    """The lines of a file cut by the layout, spaces dropped, as a table of text; `skip` lines above are left out.

    Blank lines are no rows. Second value: the encoding.
    """
    encoding = encoding or sniff_encoding(path, limits)[0]
    readable = temporary_folder(connection) / f"{path.stem}.txt"
    to_utf8(path, encoding, readable, limits)
    cells = ", ".join(
        f"nullif(trim(line[{start + 1}:{end}]), '') AS {name(heading)}" for heading, (start, end) in layout.items()
    )
    # A sign that text does not hold stands between cells, so that every line is one cell.
    lines = (
        f"read_csv({quoted(str(readable))}, auto_detect = false, columns = {{'line': 'VARCHAR'}}, delim = '\x1f', "
        f"quote = '', escape = '', header = false, skip = {skip}, max_line_size = 10000000)"
    )
    table = connection.sql(f"SELECT row_number() OVER () AS _row, {cells} FROM {lines} WHERE trim(line) <> ''")
    if not connection.con.execute(f"SELECT 1 FROM {lines} LIMIT 1").fetchone():
        raise SourceEmpty(name=path.name)
    return table, encoding
