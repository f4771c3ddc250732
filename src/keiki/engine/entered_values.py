"""The values that people and programs entered for a KPI, each with the import it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from keiki.engine.business import Business
from keiki.engine.totals import DIMENSIONS
from keiki.periods import Grain


@dataclass(frozen=True)
class EnteredValue:
    """A value entered for the period that begins on `day`; `import_id` leads to who entered it."""

    day: date
    value: float
    note: str
    source: str
    import_id: str


def entered_values(business: Business, kpi: str, grain: Grain, since: date) -> tuple[EnteredValue, ...]:
    """What was entered for the whole of a KPI in periods of a grain that begin on a day or later, oldest first."""
    if kpi not in business.measurer.observed:
        return ()
    table = business.facts["observations"]
    whole = [table[name].isnull() for name in DIMENSIONS]
    told = table.filter(table.metric == kpi, table.grain == str(grain), table.date >= since, table.value.notnull())
    columns = told.filter(*whole).select("date", "value", "note", "source", imported="_import")
    rows = business.engine.run(columns.order_by("date")).to_pylist()
    return tuple(
        EnteredValue(row["date"], float(row["value"]), row["note"] or "", row["source"] or "", row["imported"] or "")
        for row in rows
    )
