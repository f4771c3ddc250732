"""What a vendor's export is: how it is recognised by its header, and the parts it becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
from ibis.expr import types as ir

from keiki.facts.casts import Reading, money, text
from keiki.sources.part import Part, Sampled

PLAIN = Reading()
"""Numbers and texts are read alike in every business; dates are left to `conform`, which knows the zone."""


@dataclass(frozen=True)
class Export:
    """A vendor's export. `header` must all be there; `often` makes the match surer. Sizes of letters do not matter."""

    name: str
    ja: str
    en: str
    header: frozenset[str]
    often: frozenset[str]
    make: Callable[[ir.Table], tuple[Part, ...]]

    def match(self, columns: Iterable[str]) -> float:
        """How sure it is that a file with these columns is this export: 0 (it is not) to 1."""
        there = {column.strip().lower() for column in columns}
        if not {name.lower() for name in self.header} <= there:
            return 0.0
        usual = {name.lower() for name in self.often}
        return 0.8 + 0.2 * (len(usual & there) / len(usual) if usual else 1.0)

    def parts(self, source: Sampled) -> tuple[Part, ...]:
        """The rows of the file as parts for one or more facts, lazily."""
        return self.make(numbered(source.table()))


def numbered(table: ir.Table) -> ir.Table:
    """The table with `_row`; grouped rows keep the number of their first line."""
    return table if "_row" in table.columns else table.mutate(_row=ibis.row_number() + 1)


def column(table: ir.Table, *names: str) -> Any:
    """The first column of these names, whatever the size of its letters, as trimmed text; NULL where there is none."""
    there = {name.strip().lower(): name for name in table.columns}
    found = next((there[name.lower()] for name in names if name.lower() in there), None)
    return ibis.null("string") if found is None else text(table[found], PLAIN)


def amount_of(table: ir.Table, *names: str) -> Any:
    """The first column of these names as money; NULL where it cannot be read."""
    return money(column(table, *names), PLAIN)


def torn_kept(rows: ir.Table, table: ir.Table) -> ir.Table:
    """Lines that could not be cut into cells, in the shape of the rows, so that conform lists them."""
    if "_source_problem" not in table.columns:
        return rows
    torn = table.filter(table["_source_problem"].notnull())
    nothing = {name: ibis.null(kind) for name, kind in rows.schema().items() if name != "_row"}
    marks = {"_source_problem": torn["_source_problem"], "_source_text": torn["_source_text"]}
    none = ibis.null("string")
    whole = rows.mutate(_source_problem=none, _source_text=none)
    return ibis.union(whole, torn.select(_row=torn["_row"], **nothing, **marks))


def cut_lines(table: ir.Table) -> ir.Table:
    """The lines that could be cut into cells."""
    return table.filter(table["_source_problem"].isnull()) if "_source_problem" in table.columns else table


def all_or_nothing(values: Any, stated: Any) -> Any:
    """The sum of a group's values; NULL when one that is stated could not be read, so that no total is too small."""
    unread = (stated.notnull() & values.isnull()).sum()
    return ibis.cases((unread == 0, values.sum()))


def total(*parts: Any) -> Any:
    """The first amount less all others; what is empty counts as 0, but an empty first leaves nothing."""
    return reduce(lambda a, b: a - ibis.coalesce(b, 0), parts[1:], parts[0])
