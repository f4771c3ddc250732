"""Periods as expressions: which period a row's time falls into, and a small table of spans.

A bucket is a balanced tree of comparisons with the boundaries. It needs no date functions, so any calendar
(closing day, fiscal year, DST) costs the same, reads the same on every engine, and groups by a small integer.
Boundaries are placeholders: the compiled SQL is kept and filled with other periods later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True, order=True)
class Span:
    """A period as rows see it: calendar days of the business, and the same as naive UTC instants; end exclusive."""

    start_date: date
    end_date: date
    start_at: datetime
    end_at: datetime


def layers(spans: Sequence[Span]) -> tuple[tuple[Span, ...], ...]:
    """Spans split into as few rows as possible in which no two overlap, each in time order.

    Months make one layer; trailing twelve-month windows of a monthly series make twelve.
    """
    rows: list[list[Span]] = []
    for span in sorted(set(spans)):
        row = next((r for r in rows if r[-1].end_date <= span.start_date), None)
        if row is None:
            rows.append([span])
        else:
            row.append(span)
    return tuple(tuple(row) for row in rows)


@dataclass(frozen=True)
class Edges:
    """The boundaries of one layer by name, with the number of the span that begins at each (None: a gap)."""

    names: tuple[str, ...]
    cells: tuple[int | None, ...]

    @classmethod
    def of(cls, layer: Sequence[Span], first: int = 0) -> Edges:
        """The boundaries of a layer whose spans are numbered from `first`."""
        names: list[str] = []
        cells: list[int | None] = []
        for number, span in enumerate(layer, first):
            if number > first and layer[number - first - 1].end_date == span.start_date:
                cells[-1] = number
            else:
                names.append(f"s{number}")
                cells.append(number)
            names.append(f"e{number}")
            cells.append(None)
        return cls(tuple(names), tuple(cells))

    def bucket(self, time: ir.Value, *, dates: bool) -> ir.IntegerValue:
        """The number of the span that holds `time`, NULL outside all of them."""
        return self._between(time, dates, 0, len(self.cells))

    def inside(self, time: ir.Value, *, dates: bool) -> ir.BooleanValue:
        """Whether `time` lies between the first and the last boundary."""
        low, high = boundary(self.names[0], dates=dates), boundary(self.names[-1], dates=dates)
        return (time >= low) & (time < high)

    def _between(self, time: ir.Value, dates: bool, low: int, high: int) -> ir.IntegerValue:
        if high - low == 1:
            cell = self.cells[low]
            return ibis.null("int32") if cell is None else ibis.literal(cell, "int32")
        middle = (low + high) // 2
        return ibis.ifelse(
            time < boundary(self.names[middle], dates=dates),
            self._between(time, dates, low, middle),
            self._between(time, dates, middle, high),
        )


def boundary(name: str, *, dates: bool) -> ir.Value:
    """A placeholder for a boundary, filled in by `fill` when the SQL runs."""
    return ibis.literal(f"@{name}{'d' if dates else 't'}@").cast("date" if dates else "timestamp")


def fill(sql: str, layer: Sequence[Span]) -> str:
    """Compiled SQL with the placeholders of one layer replaced by its dates and instants."""
    for number, span in enumerate(layer):
        for name, day, instant in (("s", span.start_date, span.start_at), ("e", span.end_date, span.end_at)):
            sql = sql.replace(f"'@{name}{number}d@'", f"'{day.isoformat()}'")
            sql = sql.replace(f"'@{name}{number}t@'", f"'{instant.isoformat(sep=' ')}'")
    return sql


def span_table(count: int) -> ir.Table:
    """`count` spans as a table: period, start_date, end_date, start_at, end_at; the values are placeholders."""
    table = ibis.range(0, count).unnest().name("period").as_table().mutate(period=ibis._.period.cast("int64"))
    return table.mutate(
        start_date=_by_period(table.period, count, "s", dates=True),
        end_date=_by_period(table.period, count, "e", dates=True),
        start_at=_by_period(table.period, count, "s", dates=False),
        end_at=_by_period(table.period, count, "e", dates=False),
    )


def _by_period(period: ir.Value, count: int, side: str, *, dates: bool) -> ir.Value:
    branches = [(period == number, boundary(f"{side}{number}", dates=dates)) for number in range(count)]
    return ibis.cases(*branches)
