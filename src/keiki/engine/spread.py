"""What a mean hides: the middle value and the quarters of the single values behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from keiki.catalogue.expand import asked_of
from keiki.engine.measure import Measurer, span_of
from keiki.formula import Binary, Formula, Reference
from keiki.lens import Lens
from keiki.measures.buckets import fill
from keiki.measures.compile import counted_values
from keiki.measures.measure import Aggregation, Asked, Measure
from keiki.periods import Period

SHARES = {"first": 0.25, "median": 0.5, "third": 0.75, "tenth": 0.9}
LONG_TAIL = 1.2


@dataclass(frozen=True)
class Spread:
    """The values behind a mean, in its unit: a quarter lies below `first`, a quarter above `third`, a tenth above
    `tenth`. Between two values a line is drawn, as in a spreadsheet's QUARTILE.INC.
    """

    count: int
    mean: float
    median: float
    first: float
    third: float
    tenth: float
    least: float
    most: float

    @property
    def long_tail(self) -> bool:
        """Whether a few large values pull the mean well above the middle."""
        return self.median >= 0 and self.mean > LONG_TAIL * self.median


def averaged(formula: Formula, measures: Mapping[str, Measure]) -> Asked | None:
    """The measure whose values a KPI is the mean of: a mean, or a sum divided by the number of the same rows."""
    match formula:
        case Reference():
            asked = asked_of(formula)
            measure = measures[asked.measure]
            mean = measure.aggregation is Aggregation.AVG or measure.param("stat") == "avg"
            return asked if mean else None
        case Binary(op="/", left=Reference() as left, right=Reference() as right):
            top, bottom = asked_of(left), asked_of(right)
            if _same_rows(top, bottom, measures):
                return top
    return None


def _same_rows(top: Asked, bottom: Asked, measures: Mapping[str, Measure]) -> bool:
    one, other = measures[top.measure], measures[bottom.measure]
    alike = one.fact == other.fact and (one.where, one.time) == (other.where, other.time)
    kinds = (one.aggregation, other.aggregation) == (Aggregation.SUM, Aggregation.COUNT)
    return alike and kinds and (top.where, top.params) == (bottom.where, bottom.params)


def spread(measurer: Measurer, asked: Asked, period: Period, lens: Lens) -> Spread | None:
    """How the values of one measure lie in one period; None where there are none, or where it is made of no values."""
    measure = measurer.measures[asked.measure]
    span = span_of(period, (dict(measure.params) | dict(asked.params)).get("window"), lens)
    table = counted_values(asked, measurer.measures, measurer.facts, span, rules=measurer.rules, where=lens.where)
    if table is None:
        return None
    told = quarters(table)
    (row,) = measurer.engine.run(fill(measurer.engine.compile(told), (span,))).to_pylist()
    return Spread(**row) if row["count"] else None


def quarters(values: ir.Table) -> ir.Table:
    """One row that describes the column `value`: the fields of a `Spread`."""
    value = values["value"]
    return values.aggregate(
        count=value.count(),
        mean=value.mean(),
        least=value.min(),
        most=value.max(),
        **{name: value.quantile(share) for name, share in SHARES.items()},
    )
