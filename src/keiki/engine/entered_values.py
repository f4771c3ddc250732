"""The values that people and programs entered for a KPI: each with its evidence and the import it came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from keiki.engine.business import Business
from keiki.engine.imports import Import
from keiki.engine.totals import DIMENSIONS
from keiki.errors import UnknownName
from keiki.facts.observations import OBSERVATIONS
from keiki.periods import Grain

EVIDENCE: Final = "evidence"
"""A column of observations beyond those of the contract: what shows that the value is right."""


@dataclass(frozen=True)
class EnteredValue:
    """A value entered for the period that begins on `day`; `import_id` leads to who entered it.

    `evidence` is what shows that it is right, in words; without any (`unproved`) the value counts and is marked.
    """

    day: date
    value: float
    note: str
    source: str
    import_id: str
    evidence: str = ""

    @property
    def unproved(self) -> bool:
        """Whether nobody said what shows that the value is right."""
        return not self.evidence.strip()


def entered_values(business: Business, kpi: str, grain: Grain, since: date) -> tuple[EnteredValue, ...]:
    """What was entered for the whole of a KPI in periods of a grain that begin on a day or later, oldest first."""
    if kpi not in business.measurer.observed:
        return ()
    table = business.facts["observations"]
    whole = [table[name].isnull() for name in DIMENSIONS]
    told = table.filter(table.metric == kpi, table.grain == str(grain), table.date >= since, table.value.notnull())
    columns = told.filter(*whole).select("date", "value", "note", "source", imported="_import", proof=_evidence(table))
    rows = business.engine.run(columns.order_by("date")).to_pylist()
    return tuple(
        EnteredValue(
            row["date"],
            float(row["value"]),
            row["note"] or "",
            row["source"] or "",
            row["imported"] or "",
            row["proof"] or "",
        )
        for row in rows
    )


def enter_values(business: Business, rows: Iterable[Mapping[str, Any]], name: str) -> Import:
    """Write values down, all in one import that can be taken back; each row as the fact `observations` says, and
    `evidence`. A value that is replaced takes its evidence with it.

    Raises `UnknownName` for a metric that is neither a KPI nor a measure.
    """
    told = [{EVIDENCE: "", **row} for row in rows]
    known = {*business.catalogue.kpis, *business.catalogue.measures}
    for row in told:
        if row["metric"] not in known:
            raise UnknownName(kind="KPI", name=row["metric"], known=known)
    return business.load_facts({"observations": told}, name=name)


def standing_values(business: Business, rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[float, str] | None, ...]:
    """For each row that is to be entered, the value and the evidence that stand in its place now; None: nothing."""
    given = list(rows)
    wanted = [tuple(row.get(name) or None for name in OBSERVATIONS.key) for row in given]
    table = business.facts["observations"]
    metrics: set[str] = {row["metric"] for row in given}
    days: list[date] = [row["date"] for row in given]
    if not metrics & business.measurer.metrics:
        return (None,) * len(wanted)
    there = table.filter(table.metric.isin(sorted(metrics)), table.date >= min(days), table.date <= max(days))
    found = {
        tuple(row[name] for name in OBSERVATIONS.key): (float(row["value"]), row["proof"] or "")
        for row in business.engine.run(
            there.filter(there.value.notnull()).select(*OBSERVATIONS.key, "value", proof=_evidence(there))
        ).to_pylist()
    }
    return tuple(found.get(key) for key in wanted)


def _evidence(table: ir.Table) -> ir.StringValue:
    """The column of evidence; empty where nobody has written any yet."""
    return table[EVIDENCE] if EVIDENCE in table.columns else ibis.null("string")
