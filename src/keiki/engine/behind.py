"""The rows behind a number: what was counted, newest first, so that anybody can look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keiki.engine.measure import Measurer, span_of
from keiki.lens import Lens
from keiki.measures.buckets import fill
from keiki.measures.compile import counted_rows
from keiki.measures.measure import Asked
from keiki.periods import Period

SHOWN = 100


@dataclass(frozen=True)
class Behind:
    """Rows that one measure counts in a period.

    `source` is the fact (or model) they are of, `count` how many there are, `rows` the newest of them with the
    columns that hold anything. `rows` is None where a model decides over all its rows at once and none can be shown.
    """

    asked: Asked
    source: str
    count: int
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...] | None


def behind(measurer: Measurer, asked: Asked, period: Period, lens: Lens, limit: int = SHOWN) -> Behind:
    """The rows of one measure in one period, narrowed by the lens; at most `limit` of them are fetched."""
    measure = measurer.measures[asked.measure]
    span = span_of(period, (dict(measure.params) | dict(asked.params)).get("window"), lens)
    found = counted_rows(asked, measurer.measures, measurer.facts, span, rules=measurer.rules, where=lens.where)
    if found is None:
        return Behind(asked, measure.facts[0], 0, (), None)
    source, table = found
    run = measurer.engine.run
    count = run(fill(measurer.engine.compile(table.count().as_table()), (span,))).to_pylist()[0]
    rows = run(fill(measurer.engine.compile(table.limit(limit)), (span,))).to_pylist()
    filled = tuple(name for name in table.columns if any(row[name] is not None for row in rows))
    shown = tuple({name: row[name] for name in filled} for row in rows)
    return Behind(asked, source, int(next(iter(count.values()))), filled, shown)
