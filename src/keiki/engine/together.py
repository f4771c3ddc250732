"""Several businesses together: one KPI in each, and in all of them as one company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keiki.catalogue.expand import asked_of
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.worked import Worked, worked_with
from keiki.engine.business import Business
from keiki.engine.measured import Measured
from keiki.errors import (
    CannotBeAdded,
    CurrenciesDiffer,
    DefinitionsDiffer,
    EnteredNotMeasured,
    KeikiError,
    NoValueThere,
)
from keiki.formula.evaluate import evaluate, references
from keiki.formula.nodes import Binary, Call, Formula, Number, Reference
from keiki.measures.measure import Aggregation, Measure
from keiki.periods import Grain, Period

ADDED: Final = frozenset({"count", "items", "currency", "seconds", "minutes", "hours"})
"""Units of what can be added up over businesses; a mean, a rank or a rate cannot."""


@dataclass(frozen=True)
class Part:
    """One of the businesses: its values over the periods, its part of the last one (0-1, None where there is none)."""

    name: str
    values: tuple[float | None, ...]
    before: float | None
    share: float | None


@dataclass(frozen=True)
class Together:
    """A KPI of several businesses over the same periods, oldest first, and of all of them as one.

    What is added up gives the `totals` as sums; a rate or a price is calculated from the sums of what stands in its
    formula, never as a mean. `share` of a part is of the total, or, for a fraction, of what it is divided by. `adds`:
    the total is the sum of the values. `twice`: people of several businesses are counted in each. `worked` is the last
    total by its formula. `why` says why there is no total in the last period.
    """

    kpi: Kpi
    periods: tuple[Period, ...]
    parts: tuple[Part, ...]
    totals: tuple[float | None, ...]
    before: float | None
    adds: bool
    twice: bool
    worked: Worked | None = None
    why: KeikiError | None = None


def together(
    businesses: Mapping[str, Business],
    kpi_id: str,
    grain: Grain | str = Grain.MONTH,
    count: int = 13,
    until: Period | None = None,
) -> Together:
    """A KPI of businesses (by name) together, in the last `count` periods that are over in all of them.

    Periods are those of the first business's calendar, the same days for all; `until` is the last of them, else the
    newest that every business's data has reached the end of. Raises `UnknownName` for a KPI that the first does not
    have; one that another does not have, or has with another meaning, gives no total and says so.
    """
    first = next(iter(businesses.values()))
    kpi = first.catalogue.kpi(kpi_id)
    periods = common_periods(list(businesses.values()), Grain.named(grain), count, until)
    read = {
        name: one.measure([kpi_id], one.question(periods, comparison=first.settings.comparison))
        for name, one in businesses.items()
        if kpi_id in one.catalogue.kpis
    }
    return _Joined(kpi, businesses, read, periods).told()


def common_periods(
    businesses: Sequence[Business], grain: Grain, count: int, until: Period | None = None
) -> tuple[Period, ...]:
    """The last periods that are over in every business; those of the first one's calendar."""
    calendar = businesses[0].settings.calendar
    if until is None:
        return calendar.over(grain, min(each.today for each in businesses), count)
    return tuple(calendar.shift(until, step) for step in range(1 - count, 1))


class _Joined:
    """What was measured in each business, as if it were one."""

    def __init__(
        self, kpi: Kpi, businesses: Mapping[str, Business], read: Mapping[str, Measured], periods: tuple[Period, ...]
    ) -> None:
        self.kpi = kpi
        self.businesses = businesses
        self.read = read
        self.periods = periods
        self.catalogue = next(iter(businesses.values())).catalogue
        self.newest = self.catalogue.expand(kpi.id)
        self.leaves = [self.catalogue.measures[one.id] for one in references(self.newest)]
        self.adds = _linear(self.newest)

    def told(self) -> Together:
        why = self.why()
        places = range(len(self.periods))
        totals = tuple(self.total(place, 0) for place in places) if why is None else (None,) * len(self.periods)
        if why is None and totals[-1] is None:
            why = self.missing()
        return Together(
            self.kpi,
            self.periods,
            tuple(self.part(name, totals[-1]) for name in self.businesses),
            totals,
            self.total(-1, 1) if why is None else None,
            self.adds,
            any(_people(each) for each in self.leaves),
            worked_with(self.catalogue, self.kpi, self.summed) if why is None else None,
            why,
        )

    def part(self, name: str, total: float | None) -> Part:
        measured = self.read.get(name)
        if measured is None:
            return Part(name, (None,) * len(self.periods), None, None)
        value = measured.value(self.kpi.id)
        part, whole = (value, total) if self.adds else self.weight(name)
        share = part / whole if part is not None and whole and part >= 0 and whole > 0 and total is not None else None
        return Part(name, measured.series(self.kpi.id), measured.value(self.kpi.id, back=1), share)

    def weight(self, name: str) -> tuple[float | None, float | None]:
        """What a fraction is divided by: in one business, and in all."""
        if not (isinstance(self.newest, Binary) and self.newest.op == "/"):
            return None, None
        below = self.newest.right
        return evaluate(below, lambda one, back: self.leaf(name, one, -1, back)), evaluate(below, self.summed)

    def total(self, place: int, back: int) -> float | None:
        """All businesses as one: the sum of their values, or the formula over the sums of what stands in it."""
        if self.adds:
            values = [measured.value(self.kpi.id, place, back=back) for measured in self.read.values()]
            return None if any(value is None for value in values) else sum(value or 0.0 for value in values)
        formula = self.catalogue.dated(self.kpi.id).on(self.periods[place].start)
        found: float | None = evaluate(formula, lambda one, prior: self.sum_of(one, place, back + prior))
        return found

    def summed(self, reference: Reference, back: int) -> float | None:
        return self.sum_of(reference, -1, back)

    def sum_of(self, reference: Reference, place: int, back: int) -> float | None:
        found = [self.leaf(name, reference, place, back) for name in self.read]
        return None if any(each is None for each in found) else sum(each or 0.0 for each in found)

    def leaf(self, name: str, reference: Reference, place: int, back: int) -> float | None:
        found = self.read[name].readings.value(asked_of(reference), range(len(self.periods))[place], (), back)
        return None if found is None else float(found)

    def why(self) -> KeikiError | None:
        """Why these businesses have no total of this KPI; None when they have."""
        absent = [name for name in self.businesses if name not in self.read]
        if absent:
            return DefinitionsDiffer(kpi=self.kpi, names=absent)
        money = any(each.unit == "currency" for each in self.leaves) or self.kpi.unit == "currency"
        currencies = {name: one.settings.currency for name, one in self.businesses.items()}
        if money and len(set(currencies.values())) > 1:
            return CurrenciesDiffer(kpi=self.kpi, currencies=currencies)
        other = [name for name, one in self.businesses.items() if not self.same_in(one.catalogue)]
        if other:
            return DefinitionsDiffer(kpi=self.kpi, names=other)
        mean = next((each for each in self.leaves if not _added(each, self.kpi)), None)
        if mean is not None:
            return CannotBeAdded(kpi=self.kpi, measure=mean)
        entered = [name for name in self.read if not self.adds and not self.measured_in(name)]
        return EnteredNotMeasured(kpi=self.kpi, names=entered) if entered else None

    def same_in(self, other: Catalogue) -> bool:
        """Whether a KPI, and every measure it reaches, means the same in another business."""
        if other.kpis[self.kpi.id].unit != self.kpi.unit or other.dated(self.kpi.id) != self.catalogue.dated(
            self.kpi.id
        ):
            return False
        return all(other.measures.get(each.id) == each for each in self.leaves)

    def measured_in(self, name: str) -> bool:
        """Whether the value of the last period is what the formula gives; one that people have entered is not."""
        value = self.read[name].value(self.kpi.id)
        return value is None or value == evaluate(self.newest, lambda one, back: self.leaf(name, one, -1, back))

    def missing(self) -> KeikiError | None:
        empty = [name for name, measured in self.read.items() if measured.value(self.kpi.id) is None]
        return NoValueThere(kpi=self.kpi, names=empty or list(self.read))


def _linear(formula: Formula) -> bool:
    """Whether the value of several businesses is the sum of their values."""
    match formula:
        case Reference():
            return True
        case Binary(op="+" | "-", left=left, right=right):
            return _linear(left) and _linear(right)
        case Binary(op="*", left=left, right=right):
            return (_linear(left) and isinstance(right, Number)) or (isinstance(left, Number) and _linear(right))
        case Binary(op="/", left=left, right=Number()):
            return _linear(left)
        case Call(name="prev" | "sum", arguments=arguments):
            return all(_linear(each) for each in arguments)
    return False


def _added(measure: Measure, kpi: Kpi) -> bool:
    """Whether a measure can be added up over businesses."""
    if measure.fact == "observations":
        return kpi.unit in ADDED
    mean = measure.aggregation is Aggregation.AVG or measure.id.startswith("avg_")
    return measure.unit in ADDED and not mean


def _people(measure: Measure) -> bool:
    """Whether a measure counts people or things once each, so that one in two businesses counts twice."""
    return measure.aggregation is Aggregation.COUNT_DISTINCT or measure.id.startswith("u_")
