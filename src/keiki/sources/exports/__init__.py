"""Files of vendors: one module per vendor, or, where a mapping is enough, one entry of `tools.yaml`.

To add one by code, copy the module nearest to it. An `Export` has a name, words in both languages, the header by
which it is known and `parts`: a function from the file's table (with `_row`) to one `Part` per fact. Group and prepare
columns there as Ibis expressions, leave dates as they are written (conform knows the zone), let no personal column
through, and pass broken lines on with `torn_kept`. Then put it into `EXPORTS` and copy its test.
"""

from __future__ import annotations

from collections.abc import Iterable

from keiki.errors import UnknownName
from keiki.sources.exports.ec_cube import EC_CUBE
from keiki.sources.exports.export import Export
from keiki.sources.exports.online_retail import ONLINE_RETAIL
from keiki.sources.exports.shopify import SHOPIFY
from keiki.sources.exports.stripe import STRIPE
from keiki.sources.exports.tools import TOOLS, Tool

KNOWN: tuple[Export | Tool, ...] = (SHOPIFY, EC_CUBE, STRIPE, ONLINE_RETAIL, *TOOLS)
EXPORTS: dict[str, Export | Tool] = {export.name: export for export in KNOWN}


def export(name: str) -> Export | Tool:
    """The export of that name; `UnknownName` suggests the nearest one."""
    if name not in EXPORTS:
        raise UnknownName(kind="export", name=name, known=EXPORTS)
    return EXPORTS[name]


def recognise(columns: Iterable[str]) -> Export | Tool | None:
    """The export whose header these columns are, None when there is none."""
    headings = tuple(columns)
    best = max(EXPORTS.values(), key=lambda one: one.match(headings))
    return best if best.match(headings) > 0 else None


__all__ = ["EXPORTS", "Export", "Tool", "export", "recognise"]
